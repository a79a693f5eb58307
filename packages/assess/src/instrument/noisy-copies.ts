/** Several noisy copies of each of some clean points: what estimates of the dimension look at. */

import type { ScoreModel } from "@scorefield/core";
import { noise, normal } from "@scorefield/core";
import { checkArray, checkModel, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { checkTime, compileField, flatPoints, floatType, type InstrumentOptions, withField } from "./field.ts";

/** Options of instruments that look at noisy copies: {@link "./denoising-dimension.ts"} and {@link "./normal-bundle.ts"}. */
export interface NoisyCopiesOptions extends InstrumentOptions {
  /** Noisy copies of each point. The default is the instrument's own. */
  readonly draws?: number;
  /** Of the noise, default 0. */
  readonly seed?: number;
}

const known = {
  draws: true,
  seed: true,
  time: true,
  batch: true,
  onProgress: true,
  signal: true,
  runtime: true,
} satisfies Known<NoisyCopiesOptions>;

/** @throws ArgumentError unless a model, an array and known options */
export const checkCopies = (name: string, model: ScoreModel, x: NdArray, options: NoisyCopiesOptions): void => {
  checkModel(name, model);
  checkArray(`${name} x`, x);
  checkOptions(name, options, known);
};

/**
 * Standard normal draws for the copies of a point, [draws, ...shape]: draw k of point i is the draw of sample i at step
 * k.
 */
const noiseOf = (i: number, size: number, draws: number, seed: number): Float64Array => {
  const all = new Float64Array(draws * size);
  for (let step = 0; step < draws; step++) {
    const options = { seed, step, firstSample: i, purpose: "noise", dtype: "float64" } as const;
    all.set(normal([1, size], options).data, step * size);
  }
  return all;
};

/**
 * Predicts the noise of `draws` noisy copies alpha x + sigma z of each point, one point after the other.
 * @param x clean points, [n, ...model.shape]
 * @param visit is given the index of a point, the noise of its copies and what the model predicts, [draws, ...shape]
 * @throws ShapeError | ArgumentError for points or options that do not fit; the signal's reason when aborted
 */
export const predictNoise = async (
  name: string,
  model: ScoreModel,
  x: NdArray,
  { draws, seed = 0, ...options }: NoisyCopiesOptions & { readonly draws: number },
  visit: (i: number, noise: Float64Array, predicted: Float64Array) => void,
): Promise<void> => {
  const time = checkTime(name, model, options.time);
  const { count, data } = flatPoints(name, model, x);
  checkWhole(`${name} draws`, draws);
  const size = sizeOf(model.shape);
  const [alpha, sigma] = [model.process.alpha(time), model.process.sigma(time)];
  const settings = { ...options, name, dtype: floatType(x), rows: draws, expected: count * draws };
  await withField(
    compileField(model, (at, t) => ({ noise: noise(model, at, t) }), settings),
    async (field) => {
      for (let i = 0; i < count; i++) {
        const z = noiseOf(i, size, draws, seed);
        const copies = z.map((value, k) => alpha * data[i * size + (k % size)]! + sigma * value);
        visit(i, z, (await field.at(copies, time)).noise);
      }
    },
  );
};
