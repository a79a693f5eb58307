/** What every score model must do: a suite that every kind of model passes. */
import {
  castArray,
  compile,
  type FloatType,
  type NdArray,
  ndarray,
  type Runtime,
  type Spec,
  sizeOf,
  storage,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import type { Given, ScoreModel } from "./score-model.ts";
import { scheduleAt, score, scoreFromDenoised } from "./tweedie.ts";

const rows = 5;

/** Noisy points at times between the process's ends, and rows of each condition: every class, and none. */
const inputsOf = ({ process, shape, conditions = {} }: ScoreModel, dtype: FloatType) => {
  const { first, last } = process.times;
  const times = Float64Array.from({ length: rows }, (_, i) => first + (last - first) * [0.6, 0.02, 0.3, 0.9, 0.1][i]!);
  const size = sizeOf(shape);
  const x = castArray(normal([rows, ...shape], { seed: 7, dtype: "float64" }), dtype);
  for (let i = 0; i < rows; i++) {
    const scale = Math.hypot(process.alpha(times[i]!), process.sigma(times[i]!));
    for (let j = 0; j < size; j++) (x.data as Float64Array)[i * size + j]! *= scale;
  }
  const t = ndarray(storage(dtype, rows), [rows]);
  (t.data as Float64Array).set(times);
  const given: Record<string, NdArray> = Object.fromEntries(
    Object.entries(conditions).map(([name, condition]) => {
      const made = zeros([rows, ...condition.shape], dtype);
      const width = sizeOf(condition.shape);
      for (let i = 0; i < rows; i++)
        if (condition.classes === undefined) (made.data as Float64Array).fill(i / rows, i * width, (i + 1) * width);
        // The last row names no class.
        else if (i < rows - 1) (made.data as Float64Array)[i * width + (i % condition.classes)] = 1;
      return [name, made];
    }),
  );
  return { x: x as NdArray, t: t as NdArray, given };
};

type Inputs = ReturnType<typeof inputsOf>;
type Quantity = (x: Tensor, t: Tensor, given: Given | undefined) => Tensor;

/** The rows of an array in another order. */
const reordered = (array: NdArray, order: readonly number[]): NdArray => {
  const shape = [order.length, ...array.shape.slice(1)];
  const made = zeros(shape, array.dtype);
  const size = sizeOf(array.shape.slice(1));
  for (const [to, from] of order.entries())
    (made.data as Float64Array).set((array.data as Float64Array).subarray(from * size, (from + 1) * size), to * size);
  return made;
};

const inputsInOrder = ({ x, t, given }: Inputs, order: readonly number[]): Inputs => ({
  x: reordered(x, order),
  t: reordered(t, order),
  given: Object.fromEntries(Object.entries(given).map(([name, array]) => [name, reordered(array, order)])),
});

const specOf = ({ shape, dtype }: NdArray): Spec => ({ shape, dtype });

/** All the quantities that a model knows. */
const quantitiesOf = (model: ScoreModel): Record<string, Quantity> => ({
  denoise: (x, t, given) => model.denoise(x, t, given),
  score: (x, t, given) => score(model, x, t, given),
  ...(model.logDensity && { logDensity: (x, t, given) => model.logDensity!(x, t, given) }),
});

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** How far values are from others, in units of the largest of them, or of 1. */
const expectClose = (found: NdArray, expected: NdArray, tolerance: number): void => {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [found.data as Float64Array, expected.data as Float64Array];
  const scale = Math.max(1, largest(b));
  for (const [i, value] of b.entries()) expect(Math.abs(a[i]! - value) / scale).toBeLessThan(tolerance);
};

/** Settings of {@link scoreModelSuite}. */
export interface ScoreModelSuite {
  readonly runtime: Runtime;
  /** Rounding of float64 allowed, relative to the largest value. Default 1e-9. */
  readonly tolerance?: number;
}

/**
 * Tests of a score model: shapes and element types; the score by Tweedie's formula; every row independent of the
 * others; conditions that are left out; names that are unknown; the part that serves a stretch of times.
 * @param make the model
 */
export const scoreModelSuite = (
  name: string,
  make: () => ScoreModel | Promise<ScoreModel>,
  { runtime, tolerance = 1e-9 }: ScoreModelSuite,
): void => {
  const evaluate = async (f: Quantity, { x, t, given }: Inputs, withGiven = true): Promise<NdArray> => {
    const specs = withGiven
      ? Object.fromEntries(Object.entries(given).map(([key, array]) => [key, specOf(array)]))
      : {};
    const compiled = await compile(
      (at: Tensor, time: Tensor, own: Given) => f(at, time, withGiven ? own : undefined),
      [specOf(x), specOf(t), specs as Record<string, Spec>],
      { runtime },
    );
    const found = await compiled(x, t, withGiven ? given : {});
    await compiled.dispose();
    return found;
  };

  describe(name, () => {
    test("a row for each point, of its shape and element type", async () => {
      const model = await make();
      expect(model.evaluations ?? 1).toBeGreaterThanOrEqual(1);
      for (const dtype of ["float32", "float64"] as const)
        for (const [key, f] of Object.entries(quantitiesOf(model))) {
          const found = await evaluate(f, inputsOf(model, dtype));
          expect(found.dtype).toBe(dtype);
          expect(found.shape).toEqual(key === "logDensity" ? [rows] : [rows, ...model.shape]);
          expect(Array.from(found.data as Float64Array).every(Number.isFinite)).toBe(true);
        }
    });

    test("float32 agrees with float64 to its rounding", async () => {
      const model = await make();
      const [single, double] = [inputsOf(model, "float32"), inputsOf(model, "float64")];
      // The same numbers, so that rounding of the inputs plays no part.
      const same = { ...double, x: castArray(single.x, "float64"), t: castArray(single.t, "float64") };
      const { denoise } = quantitiesOf(model);
      const found = castArray(await evaluate(denoise!, single), "float64");
      expectClose(found, await evaluate(denoise!, same), 2e-4);
    });

    test("the score and the denoised point agree, by Tweedie's formula", async () => {
      const model = await make();
      const inputs = inputsOf(model, "float64");
      // In units of 1 / sigma, in which scores are of order 1.
      const scaled =
        (f: Quantity): Quantity =>
        (x, t, given) =>
          f(x, t, given).multiply(scheduleAt(model.process, t, x).sigma);
      const byTweedie: Quantity = (x, t, given) =>
        scoreFromDenoised(model.denoise(x, t, given), x, scheduleAt(model.process, t, x));
      const known = await evaluate(scaled(quantitiesOf(model).score!), inputs);
      expectClose(known, await evaluate(scaled(byTweedie), inputs), Math.max(tolerance, 1e-7));
    });

    test("every row on its own: rows in another order come out in that order, and alone as among others", async () => {
      const model = await make();
      const inputs = inputsOf(model, "float64");
      const order = [3, 0, 4, 1, 2];
      for (const f of Object.values(quantitiesOf(model))) {
        const found = await evaluate(f, inputs);
        expectClose(await evaluate(f, inputsInOrder(inputs, order)), reordered(found, order), tolerance);
        expectClose(await evaluate(f, inputsInOrder(inputs, [1])), reordered(found, [1]), tolerance);
      }
    });

    test("a condition that is left out is a row of zeros, and others matter", async () => {
      const model = await make();
      const inputs = inputsOf(model, "float64");
      const names = Object.keys(inputs.given);
      for (const f of Object.values(quantitiesOf(model))) {
        const plain = await evaluate(f, inputs, false);
        const none = Object.fromEntries(names.map((key) => [key, zeros(inputs.given[key]!.shape, "float64")]));
        expectClose(await evaluate(f, { ...inputs, given: none }), plain, tolerance);
        if (names.length === 0) continue;
        const found = await evaluate(f, inputs);
        expectClose(reordered(found, [rows - 1]), reordered(plain, [rows - 1]), tolerance);
        expect(found.data).not.toEqual(plain.data);
      }
    });

    test("a condition that it does not know is refused by name", async () => {
      const model = await make();
      const inputs = inputsOf(model, "float64");
      const given = { ...inputs.given, colour: zeros([rows, 2], "float64") };
      for (const f of Object.values(quantitiesOf(model))) {
        await expect(evaluate(f, { ...inputs, given })).rejects.toThrow(ArgumentError);
        await expect(evaluate(f, { ...inputs, given })).rejects.toThrow(/found colour/);
      }
    });

    test("the part that serves a stretch of times gives the same there", async () => {
      const model = await make();
      if (!model.within) return;
      const { first, last } = model.process.times;
      for (const [from, to] of [
        [0, 0.2],
        [0.2, 0.5],
        [0.5, 1],
      ] as const) {
        const [low, high] = [first + from * (last - first), first + to * (last - first)];
        const part = model.within(low, high);
        expect(model.within(low, high)).toBe(part);
        const inputs = inputsOf(model, "float64");
        const t = inputs.t.data as Float64Array;
        for (let i = 0; i < rows; i++) t[i] = low + ((high - low) * i) / (rows - 1);
        for (const key of ["denoise", "score"] as const) {
          const of = (some: ScoreModel): Promise<NdArray> => evaluate(quantitiesOf(some)[key]!, inputs);
          expectClose(await of(part), await of(model), tolerance);
        }
      }
    });
  });
};
