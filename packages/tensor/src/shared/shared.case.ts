/** What compiled functions do with functions marked `shared`, on any runtime. */
import { afterAll, describe, expect, it } from "vitest";
import "../methods.ts";
import { compile, toOnnx } from "../compile.ts";
import { grad, jvp, type Tensors, valueAndGrad, vjp } from "../differentiate/differentiate.ts";
import { RuntimeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type NdArray, ndarray, zeros } from "../ndarray.ts";
import { matmul } from "../operation/matmul.ts";
import { constant } from "../operation/source.ts";
import { countSessions } from "../runtime/count-sessions.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { expectClose } from "../testing/close.ts";
import { compileFor } from "../testing/compile-for.ts";
import { randomArray } from "../testing/random.ts";
import { flattenTree } from "../tree.ts";
import { sharedSessions } from "./sessions.ts";
import { shared } from "./shared.ts";

type F = (...args: never[]) => Tensors;

const weights = randomArray(1, [64, 64], { dtype: "float32" });
/** Much work, all inside. */
const network = (x: Tensor): Tensor => matmul(x, constant(weights)).multiply(0.1).tanh();
const x = randomArray(2, [3, 64], { dtype: "float32" });
const y = randomArray(3, [3, 64], { dtype: "float32" });

/** Declares the suite for the runtimes that `make` makes; derivatives, which load much, may be left out. */
export const describeShared = (name: string, make: () => Runtime, { derivatives = true } = {}): void => {
  describe(`shared functions on ${name}`, { timeout: 60_000 }, () => {
    const runtime = countSessions(make());
    afterAll(() => runtime.dispose());

    const leavesOf = (tree: unknown): NdArray[] =>
      flattenTree<NdArray>(tree, (node) => node !== null && typeof node === "object" && "data" in node).leaves;

    /** Runs f split and whole, and expects the same; returns how many sessions split took. */
    const expectSame = async (
      f: F,
      args: readonly unknown[],
      tolerance = { relative: 1e-6, absolute: 1e-6 },
    ): Promise<number> => {
      const whole = await compileFor(f, args, runtime);
      const sessions = sharedSessions({ runtime, leastBytes: 0 });
      const before = runtime.counts().alive;
      const parts = await compileFor(f, args, runtime, sessions);
      const count = runtime.counts().alive - before;
      const [expected, found] = [leavesOf(await whole(...args)), leavesOf(await parts(...args))];
      expect(found.length).toBe(expected.length);
      for (const [i, array] of expected.entries()) {
        expect([found[i]!.dtype, found[i]!.shape]).toEqual([array.dtype, array.shape]);
        expectClose(found[i]!, array, tolerance);
      }
      await parts.dispose();
      await sessions.dispose();
      expect(runtime.counts().alive).toBe(before);
      await whole.dispose();
      return count;
    };

    it("gives the same as inlined, called once, twice in a row, and side by side", async () => {
      const f = shared(network);
      expect(await expectSame((a: Tensor) => f(a), [x])).toBe(1);
      expect(await expectSame((a: Tensor) => f(a.multiply(2)).add(1), [x])).toBe(3);
      expect(await expectSame((a: Tensor) => f(f(a.multiply(2)).add(a)).add(1), [x])).toBe(4);
      // Both calls come after one session and before another.
      expect(await expectSame((a: Tensor, b: Tensor) => f(a.add(b)).multiply(f(a.subtract(b))), [x, y])).toBe(3);
    });

    it("hands values past calls, and makes constants and broadcasts again", async () => {
      const f = shared(network);
      const big = randomArray(4, [1, 64], { dtype: "float32" });
      await expectSame(
        (a: Tensor, b: Tensor) => {
          const row = b.sum(0, { keepDims: true }).exp();
          const wide = row.broadcastTo([3, 64]);
          const first = f(a.multiply(wide).add(constant(big)));
          return [f(first).multiply(wide).add(constant(big)), first, wide, a, a, constant(big)];
        },
        [x, y],
      );
    });

    it("takes and returns trees, and arguments that are left out", async () => {
      const f = shared((s: { a: Tensor; b: readonly Tensor[] }, scale?: Tensor) => ({
        sum: s.a.add(s.b[0]!),
        rest: [scale ? s.b[1]!.multiply(scale) : s.b[1]!, { unused: s.a.exp() }] as const,
      }));
      await expectSame(
        (a: Tensor, b: Tensor) => {
          const one = f({ a, b: [b, a] });
          const two = f({ b: [one.rest[0], one.sum], a: b }, one.sum);
          return { one: one.sum, two: two.rest[0], three: f({ a, b: [b, a] }, undefined).rest[0] };
        },
        [x, y],
      );
    });

    it("calls shared functions from shared functions", async () => {
      const inner = shared(network, { name: "inner" });
      const outer = shared((a: Tensor, b: Tensor) => inner(a.add(b)).subtract(inner(a)), { name: "outer" });
      // inner, the two sides of outer around it, and what comes after.
      expect(await expectSame((a: Tensor, b: Tensor) => outer(a, inner(b)).multiply(3), [x, y])).toBe(4);
    });

    it("loads a function once for many compiled functions, and again for other types", async () => {
      const f = shared(network);
      const sessions = sharedSessions({ runtime, leastBytes: 0 });
      const start = runtime.counts().loaded;
      const one = await compileFor((a: Tensor) => f(a).add(1), [x], runtime, sessions);
      const two = await compileFor((a: Tensor) => f(a).multiply(2), [x], runtime, sessions);
      expect(runtime.counts().loaded - start).toBe(3);
      const half = zeros([2, 64]);
      const three = await compileFor((a: Tensor) => f(a), [half], runtime, sessions);
      expect(runtime.counts().loaded - start).toBe(4);

      const alive = runtime.counts().alive;
      await one.dispose();
      await three.dispose();
      expect(runtime.counts().alive).toBe(alive - 1);
      const [expected] = leavesOf(await two(x));
      const again = await compileFor((a: Tensor) => f(a).multiply(2), [x], runtime, sessions);
      expect(await again(x)).toEqual(expected);
      await Promise.all([two.dispose(), again.dispose(), sessions.dispose()]);
      expect(runtime.counts().alive).toBe(alive - 4);
    });

    it("inlines functions of few constants, calls inside of them apart", async () => {
      // 16 KiB of weights, and a factor.
      const inner = shared(network);
      const outer = shared((a: Tensor) => inner(a).add(1));
      const f = (a: Tensor): Tensor => outer(a.multiply(2));
      const found: NdArray[] = [];
      for (const [leastBytes, count] of [
        [undefined, 1],
        [2 ** 14 + 64, 1],
        [2 ** 14, 3],
        [0, 3],
      ] as const) {
        const sessions = sharedSessions({ runtime, ...(leastBytes !== undefined && { leastBytes }) });
        const before = runtime.counts().alive;
        const compiled = await compileFor(f, [x], runtime, sessions);
        expect(runtime.counts().alive - before).toBe(count);
        found.push((await compiled(x)) as NdArray);
        await compiled.dispose();
        await sessions.dispose();
      }
      for (const array of found) expectClose(array, found[0]!, { relative: 1e-6, absolute: 1e-6 });
    });

    it("waits for runs before it frees, in either order", async () => {
      const f = shared(network);
      const sessions = sharedSessions({ runtime, leastBytes: 0 });
      const g = await compileFor((a: Tensor) => f(f(f(a).multiply(2)).add(1)), [x], runtime, sessions);
      const expected = await g(x);
      const runs = [g(x), g(x)];
      await Promise.all([g.dispose(), sessions.dispose()]);
      expect(await Promise.all(runs)).toEqual([expected, expected]);
      await expect(g(x)).rejects.toThrow("called after dispose()");
      const others = sharedSessions({ runtime, leastBytes: 0 });
      const h = await compile((a: Tensor) => f(a), [{ shape: [3, 64] }], { sessions: others, name: "step" });
      const run = h(x);
      await others.dispose();
      await run;
      await expect(h(x)).rejects.toThrow(new RuntimeError("step: its shared sessions were disposed"));
      await expect(compile((a: Tensor) => f(a), [{ shape: [3, 64] }], { sessions: others })).rejects.toThrow(
        RuntimeError,
      );
      await h.dispose();
    });

    it.skipIf(!derivatives)("differentiates through calls, which are then inlined", async () => {
      const f = shared(network);
      const scalar = (a: Tensor): Tensor => f(a).square().sum();
      await expectSame((a: Tensor) => valueAndGrad(scalar)(a), [x]);
      await expectSame((a: Tensor, b: Tensor) => jvp(f, a, b), [x, y]);
      await expectSame(
        (a: Tensor, b: Tensor) => {
          const [value, pull] = vjp(f, a);
          return [value, pull(b), f(b)];
        },
        [x, y],
      );
      // A second derivative, and one inside of a shared function.
      await expectSame((a: Tensor, b: Tensor) => jvp(grad(scalar), a, b), [x, y], { relative: 1e-5, absolute: 1e-5 });
      const slope = shared(grad(scalar));
      expect(await expectSame((a: Tensor) => slope(slope(a).multiply(0.1)), [x])).toBe(2);
    });

    it("keeps float64, integers and truth values, and float16 inside", async () => {
      const wide = shared((a: Tensor, k: Tensor) => [a.multiply(1 / 3).exp(), a.greater(0), k.add(1)] as const);
      const double = ndarray(Float64Array.of(-1, 0, 2.5));
      await expectSame(
        (a: Tensor, k: Tensor) => {
          const [value, positive, next] = wide(a.add(1e-12), k);
          return [value.subtract(1), positive, next.multiply(2), positive.cast("float64").multiply(value)];
        },
        [double, ndarray(Int32Array.of(1, 2, 3))],
        { relative: 0, absolute: 0 },
      );
      const half = shared((a: Tensor) => a.multiply(constant(3, "float16")).add(constant(0.1, "float16")));
      await expectSame(
        (a: Tensor) => {
          const b = a.cast("float16").multiply(constant(0.3, "float16"));
          return half(b).add(b).cast("float32");
        },
        [x],
        { relative: 0, absolute: 0 },
      );
    });

    it("is inlined without sessions, and in exported files", async () => {
      const f = shared(network);
      const g = (h: (a: Tensor) => Tensor) => (a: Tensor) => h(h(a).add(1));
      const spec = [{ shape: [3, 64] }] as const;
      expect(toOnnx(g(f), spec)).toEqual(toOnnx(g(network), spec));
      const before = runtime.counts().alive;
      const compiled = await compile(g(f), spec, { runtime });
      expect(runtime.counts().alive).toBe(before + 1);
      await compiled.dispose();
    });
  });
};
