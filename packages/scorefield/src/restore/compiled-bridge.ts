/** What a bridge gives for windows of a sound: posterior means, and draws. */
import { compileSampler, ddim, type Sampler } from "@scorefield/core";
import { type NdArray, ndarray, type Runtime, sizeOf } from "@scorefield/tensor";
import type { LoadedRun } from "../run/load.ts";
import { noiseOfDraws } from "./noise-of-draws.ts";

/** What is left of data at the other end of a bridge, in units of the noise there, below which it counts as nothing. */
const nothing = 0.1;

/**
 * Whether the denoised estimate at the other end is the posterior mean. It is where the state there says nothing that the condition does not: of `sb-ve` and
 * `sb-vp`, not of `ouve`, whose mean has come only part of the way.
 */
export const hasPosteriorMean = ({ model: { process } }: LoadedRun): boolean => {
  const { last } = process.times;
  return process.alpha(last) < nothing * process.sigma(last);
};

/** How a bridge is compiled. */
export interface BridgeOptions {
  readonly sampler: Sampler;
  /** May be 0 with the mean. */
  readonly draws: number;
  /** Whether the posterior mean is found too. */
  readonly withMean: boolean;
  readonly seed: number;
  readonly channels: number;
  /** Windows at once. */
  readonly batch: number;
  /** Windows of the whole sound. */
  readonly windows: number;
  /** Numbers along the last axis that a window has in common with the one before it; default 0. */
  readonly shared?: number | undefined;
  readonly runtime?: Runtime | undefined;
}

/** Rows of windows and channels, each once for every draw: in the order of windows, draws and channels. */
export const eachDraw = <Row>(rows: readonly Row[], draws: number, channels: number): Row[] =>
  Array.from({ length: (rows.length / channels) * draws * channels }, (_, i) => {
    const window = Math.floor(i / (draws * channels));
    return rows[window * channels + (i % channels)]!;
  });

/** The same of an array [rows, ...]. */
const arrayOfDraws = ({ data, shape }: NdArray<"float32">, draws: number, channels: number): NdArray<"float32"> => {
  const size = sizeOf(shape.slice(1));
  const from = eachDraw(
    Array.from({ length: shape[0]! }, (_, i) => i),
    draws,
    channels,
  );
  const all = new Float32Array(from.length * size);
  for (const [to, row] of from.entries()) all.set(data.subarray(row * size, (row + 1) * size), to * size);
  return ndarray(all, [from.length, ...shape.slice(1)]) as NdArray<"float32">;
};

/**
 * A bridge for a batch of windows. The posterior mean takes one evaluation, at the faulty end. It is what the mean of more and more draws comes
 * to. The mean of k draws has 1 + 1 / k times its squared error.
 */
export const compileBridge = async (
  { model }: LoadedRun,
  { sampler, draws, withMean, seed, channels, batch, windows, shared, runtime }: BridgeOptions,
) => {
  const compile = (by: Sampler, each: number) =>
    compileSampler(model, by, { count: batch * each * channels, ...(runtime && { runtime }) });
  const once = ddim({ steps: 1 });
  const meanOf = withMean ? await compile(once, 1) : undefined;
  const drawsOf = draws > 0 ? await compile(sampler, draws) : undefined;
  const means = withMean ? 1 : 0;
  const size = sizeOf(model.shape);
  return {
    /**
     * The posterior mean of each window, and its draws.
     * @param observed conditions [batch * channels, ...] @param first the number of the first window
     * @returns [batch * (1 + draws) * channels, ...], in the order of windows, the mean before the draws, and channels; without the mean,
     *   [batch * draws * channels, ...]
     */
    restored: async (observed: NdArray<"float32">, first: number): Promise<NdArray<"float32">> => {
      const noise = (by: Sampler, each: number) =>
        noiseOfDraws(model, by, { seed, draws: each, channels, batch, windows, first, shared });
      const found = [
        { each: means, rows: await meanOf?.(noise(once, 1), { observed }) },
        {
          each: draws,
          rows: await drawsOf?.(noise(sampler, draws), { observed: arrayOfDraws(observed, draws, channels) }),
        },
      ];
      const all = new Float32Array(batch * (means + draws) * channels * size);
      let to = 0;
      for (let w = 0; w < batch; w++)
        for (const { each, rows } of found) {
          const part = each * channels * size;
          if (rows) all.set((rows.data as Float32Array).subarray(w * part, (w + 1) * part), to);
          to += part;
        }
      return ndarray(all, [batch * (means + draws) * channels, ...model.shape]) as NdArray<"float32">;
    },
    dispose: async () => {
      await meanOf?.dispose();
      await drawsOf?.dispose();
    },
  };
};
