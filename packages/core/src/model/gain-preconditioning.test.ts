import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gainPreconditioning } from "./gain-preconditioning.ts";
import { edmPreconditioning, type Preconditioning } from "./preconditioning.ts";
import { preconditioningFromRecipe } from "./preconditionings.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const samples = ndarray(Float64Array.of(0.4, -1, 2, 0.3), [2, 2]);
const end = ndarray(Float64Array.of(3, -2, 0.5, 1), [2, 2]);

/** What a network that gives `output` everywhere denoises to, at a ratio of noise to data. */
const denoised = async (preconditioning: Preconditioning, ratio: number, output: number, observed = true) => {
  const spec = { shape: [2, 2], dtype: "float64" } as const;
  const run = await compile(
    (y: Tensor, e: Tensor) =>
      preconditioning.denoise(
        y,
        y
          .slice([null, [0, 1]])
          .multiply(0)
          .add(ratio),
        (x) => x.multiply(0).add(output),
        observed ? { observed: e } : {},
      ),
    [spec, spec],
    { runtime },
  );
  const { data } = await run(samples, end);
  await run.dispose();
  return Array.from(data as Float64Array);
};

test("at high noise an output of -1 takes the other end away, and 0 keeps it", async () => {
  const high = await denoised(gainPreconditioning(), 1e5, -1);
  for (const [i, value] of high.entries()) expect(value).toBeCloseTo(-end.data[i]!, 4);
  for (const value of await denoised(gainPreconditioning(), 1e5, 0)) expect(Math.abs(value)).toBeLessThan(1e-4);
});

test("at low noise, and without the other end, it is edm", async () => {
  const [low, edm] = [
    await denoised(gainPreconditioning(), 1e-3, 0.7),
    await denoised(edmPreconditioning(), 1e-3, 0.7),
  ];
  for (const [i, value] of low.entries()) expect(value).toBeCloseTo(edm[i]!, 7);
  expect(await denoised(gainPreconditioning({ sigmaData: 0.5 }), 0.8, 0.7, false)).toEqual(
    await denoised(edmPreconditioning({ sigmaData: 0.5 }), 0.8, 0.7),
  );
});

test("its formula, written out", async () => {
  const [s, r, F] = [0.5, 0.8, -0.6];
  const skip = s ** 2 / (r ** 2 + s ** 2);
  const out = (r * s) / Math.sqrt(r ** 2 + s ** 2);
  const found = await denoised(gainPreconditioning({ sigmaData: s }), r, F);
  for (const [i, value] of found.entries())
    expect(value).toBeCloseTo(skip * samples.data[i]! + out * F * (skip + ((1 - skip) * end.data[i]!) / s), 12);
});

test("complex gains multiply as complex numbers do, and take an even number of channels", async () => {
  // One sample of two channels with one place: F = 2 - i at high noise, e = 3 - 2i, so F e = 4 - 7i.
  const run = async (shape: readonly number[], output: readonly number[]) => {
    const spec = { shape, dtype: "float64" } as const;
    const values = (data: readonly number[]) => ndarray(Float64Array.from(data), shape);
    const compiled = await compile(
      (y: Tensor, e: Tensor, F: Tensor) =>
        gainPreconditioning({ complex: true }).denoise(
          y,
          y
            .slice([null, [0, 1]])
            .multiply(0)
            .add(1e6),
          () => F,
          {
            observed: e.reshape([1, shape[1]!]),
          },
        ),
      [spec, spec, spec],
      { runtime },
    );
    const { data } = await compiled(values(output), values(shape[1] === 2 ? [3, -2] : [3, -2, 1]), values(output));
    await compiled.dispose();
    return Array.from(data as Float64Array);
  };
  const found = await run([1, 2, 1], [2, -1]);
  expect(found[0]).toBeCloseTo(4, 4);
  expect(found[1]).toBeCloseTo(-7, 4);
  await expect(run([1, 3, 1], [1, 1, 1])).rejects.toThrow(/even number of channels/);
});

test("its recipe rebuilds it, and fewer numbers than the other end are refused", async () => {
  expect(preconditioningFromRecipe({ kind: "gain" }).recipe).toEqual(gainPreconditioning().recipe);
  const run = compile(
    (y: Tensor, e: Tensor) => gainPreconditioning().denoise(y, y.slice([null, [0, 1]]), (x) => x, { observed: e }),
    [
      { shape: [2, 2], dtype: "float64" },
      { shape: [2, 1], dtype: "float64" },
    ],
    { runtime },
  );
  await expect(run).rejects.toThrow(/expected observed \[n, 2 or more\]/);
});
