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
  /** Numbers along the last axis that a window has in common with the one before it; default 0. */
  readonly shared?: number | undefined;
}

/**
 * Rows in the order of windows, draws and channels. Each draw has a range of samples of its own, which depends on the sound alone. So
 * draw k is the same sound whatever the number of draws and the batch. What two windows have in common has the same noise in both: their
 * draws are alike there, and do not cancel out where one fades into the other.
 */
export const noiseOfDraws = (
  model: ScoreModel,
  sampler: Sampler,
  { seed, draws, channels, batch, windows, first, shared = 0 }: NoiseOfDrawsOptions,
): SamplerNoise<NdArray<"float32">> => {
  const size = sizeOf(model.shape);
  const line = model.shape.at(-1)!;
  const rows = batch * draws * channels;
  // With the window before the first. Windows past the end, which fill up the last batch, are of no draw: they may take the noise of the next one.
  const count = (batch + 1) * channels;
  const parts = Array.from({ length: draws }, (_, d) =>
    samplerNoise(model, sampler, { count, seed, firstSample: (d * (windows + 1) + first) * channels }),
  );
  /** Steps of rows [steps, (batch + 1) * channels, ...] of each draw, as [steps, rows, ...]. */
  const together = (of: readonly NdArray<"float32">[], steps: number, shape: readonly number[]): NdArray<"float32"> => {
    const all = zeros(shape, "float32");
    for (const [d, { data }] of of.entries())
      for (let s = 0; s < steps; s++)
        for (let w = 0; w < batch; w++) {
          const before = (s * (batch + 1) + w) * channels * size;
          const from = before + channels * size;
          const to = (s * rows + (w * draws + d) * channels) * size;
          all.data.set(data.subarray(from, from + channels * size), to);
          for (let at = line; shared > 0 && at <= channels * size; at += line)
            all.data.set(data.subarray(before + at - shared, before + at), to + at - line);
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
