/** The noise of samplers for windows of a sound: the same for a draw, a window and a channel, however many there are of each beside it. */
import { type Sampler, type SamplerNoise, type ScoreModel, samplerNoise } from "@scorefield/core";
import { type NdArray, sizeOf, zeros } from "@scorefield/tensor";

/** Which noise. */
export interface NoiseOfDrawsOptions {
  readonly seed: number;
  readonly draws: number;
  readonly channels: number;
  /** Windows at once. */
  readonly batch: number;
  /** Windows of the whole sound. */
  readonly windows: number;
  /** The number of the first window. */
  readonly first: number;
}

/**
 * Rows in the order of windows, draws and channels. Each draw has a range of samples of its own, which depends on the sound alone. So
 * draw k is the same sound whatever the number of draws and the batch.
 */
export const noiseOfDraws = (
  model: ScoreModel,
  sampler: Sampler,
  { seed, draws, channels, batch, windows, first }: NoiseOfDrawsOptions,
): SamplerNoise<NdArray<"float32">> => {
  const size = sizeOf(model.shape);
  const rows = batch * draws * channels;
  // Windows past the end, which fill up the last batch, are of no draw: they may take the noise of the next one.
  const parts = Array.from({ length: draws }, (_, d) =>
    samplerNoise(model, sampler, { count: batch * channels, seed, firstSample: (d * windows + first) * channels }),
  );
  /** Steps of rows [steps, batch * channels, ...] of each draw, as [steps, rows, ...]. */
  const together = (of: readonly NdArray<"float32">[], steps: number, shape: readonly number[]): NdArray<"float32"> => {
    const all = zeros(shape, "float32");
    for (const [d, { data }] of of.entries())
      for (let s = 0; s < steps; s++)
        for (let w = 0; w < batch; w++) {
          const from = (s * batch + w) * channels * size;
          all.data.set(data.subarray(from, from + channels * size), (s * rows + (w * draws + d) * channels) * size);
        }
    return all;
  };
  const prior = together(
    parts.map((part) => part.prior),
    1,
    [rows, ...model.shape],
  );
  const steps = parts[0]!.draws?.shape[0] ?? 0;
  if (steps === 0) return { prior };
  return {
    prior,
    draws: together(
      parts.map((part) => part.draws!),
      steps,
      [steps, rows, ...model.shape],
    ),
  };
};
