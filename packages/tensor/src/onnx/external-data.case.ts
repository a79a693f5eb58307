/** Models whose constants stand beside them, on any runtime. */
import { afterAll, describe, expect, it } from "vitest";
import "../methods.ts";
import { compileScan, toOnnx } from "../compile.ts";
import type { Tensor } from "../graph/tensor.ts";
import { loadOnnx } from "../load-onnx.ts";
import { type NdArray, zeros } from "../ndarray.ts";
import { matmul } from "../operation/matmul.ts";
import { constant } from "../operation/source.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { sharedSessions } from "../shared/sessions.ts";
import { shared } from "../shared/shared.ts";
import { expectClose } from "../testing/close.ts";
import { compileFor } from "../testing/compile-for.ts";
import { randomArray } from "../testing/random.ts";

const float = (seed: number, shape: number[]): NdArray => randomArray(seed, shape, { dtype: "float32" });
const [weight, filters, half] = [float(1, [36, 16]), float(2, [16, 4, 3, 3]), float(3, [16, 16])];
const wide = randomArray(4, [16, 16]);
const x = float(5, [2, 4, 3, 3]);

/** Constants of several types in a product, a convolution, and subgraphs of sums. */
const f = (a: Tensor): Tensor => {
  const convolved = a.conv(constant(filters), { padding: 1 }).sum([2, 3]);
  const product = matmul(a.reshape([2, 36]), constant(weight));
  const exact = matmul(product.cast("float64"), constant(wide)).cast("float32");
  const rounded = matmul(product.cast("float16"), constant({ ...half, dtype: "float16" } as never)).cast("float32");
  return convolved
    .add(exact)
    .add(rounded)
    .add(constant(float(6, [16])));
};

/** Declares the suite for the runtimes that `make` makes. */
export const describeExternalData = (name: string, make: () => Runtime): void => {
  describe(`external data on ${name}`, () => {
    const runtime = make();
    const handed: number[] = [];
    /** Holds no constants that are large, and notes what it is given beside models. */
    const small: Runtime = {
      ...runtime,
      modelLimit: 1000,
      load: (model, externalData = []) => {
        handed.push(externalData.length);
        return runtime.load(model, externalData);
      },
    };
    afterAll(() => runtime.dispose());

    it("gives the same as inside of the model", async () => {
      const [inside, beside] = [await compileFor(f, [x], runtime), await compileFor(f, [x], small)];
      const expected = (await inside(x)) as NdArray;
      expectClose((await beside(x)) as NdArray, expected, { relative: 1e-6, absolute: 1e-6 });
      // Float16 that the runtime lacks is emulated, with more constants.
      expect(handed.at(-1)).toBeGreaterThanOrEqual(4);
      // The runtime keeps nothing of what it was given.
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let i = 0; i < 50; i++) zeros([1 << 16]);
      expectClose((await beside(x)) as NdArray, expected, { relative: 1e-6, absolute: 1e-6 });
      await inside.dispose();
      await beside.dispose();
    });

    it("reaches scans, and shared functions", async () => {
      const step = (state: Tensor) => [matmul(state, constant(half)).tanh(), state.sum()] as const;
      const spec = { state: { shape: [2, 16] }, inputs: {}, steps: 3 };
      const scans = [await compileScan(step, spec, { runtime }), await compileScan(step, spec, { runtime: small })];
      expect(handed.at(-1)).toBe(1);
      const [inside, beside] = await Promise.all(scans.map((scan) => scan(float(7, [2, 16]), {})));
      expectClose(beside![0] as NdArray, inside![0] as NdArray, { absolute: 1e-6 });
      const sessions = sharedSessions({ runtime: small, leastBytes: 0 });
      const network = shared(f);
      const g = (a: Tensor): Tensor => network(a.multiply(0.5)).add(1);
      const [whole, parts] = [await compileFor(g, [x], runtime), await compileFor(g, [x], small, sessions)];
      expect(handed.slice(-3).filter((count) => count > 0).length).toBe(1);
      expectClose((await parts(x)) as NdArray, (await whole(x)) as NdArray, { relative: 1e-6, absolute: 1e-6 });
      await Promise.all([...scans, whole, parts].map((compiled) => compiled.dispose()));
      await sessions.dispose();
    });

    it("is read from files that are written so", async () => {
      const whole = toOnnx(f, [{ shape: x.shape }]);
      const { model, data } = toOnnx(f, [{ shape: x.shape }], { externalData: "weights.bin" });
      expect(model.length).toBeLessThan(whole.length - data.length / 2);
      const [one, two] = [
        await loadOnnx(whole, { runtime }),
        await loadOnnx(model, { runtime, externalData: [{ path: "weights.bin", data }] }),
      ];
      const [expected, found] = await Promise.all([one, two].map((file) => file.run({ "input.0": x })));
      expectClose(found!.output!, expected!.output!, { relative: 1e-6, absolute: 1e-6 });
      await Promise.all([one.dispose(), two.dispose()]);
    });
  });
};
