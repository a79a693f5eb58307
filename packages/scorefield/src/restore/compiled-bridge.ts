/** What a bridge gives for windows of a sound: posterior means, and draws. */
import { compileSampler, ddim, type Sampler } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
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

/** Rows of each window and channel: the posterior mean, where it is known, and the draws. */
export const copiesOf = (run: LoadedRun, draws: number): number => (hasPosteriorMean(run) ? 1 : 0) + draws;

/** How a bridge is compiled. */
export interface BridgeOptions {
  readonly sampler: Sampler;
  /** May be 0 where there is a posterior mean. */
  readonly draws: number;
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

/** The row of a window and channel that each row of its draws is of, in the order of windows, draws and channels. @param rows of windows and channels */
export const eachDraw = (rows: number, draws: number, channels: number): number[] =>
  Array.from({ length: rows * draws }, (_, i) => Math.floor(i / (draws * channels)) * channels + (i % channels));

/**
 * A bridge for a batch of windows. The posterior mean takes one evaluation, at the faulty end. It is what the mean of more and more draws comes
 * to. The mean of k draws has 1 + 1 / k times its squared error.
 */
export const compileBridge = async (
  run: LoadedRun,
  { sampler, draws, seed, channels, batch, windows, shared, runtime }: BridgeOptions,
) => {
  const { model } = run;
  const copies = copiesOf(run, draws);
  const means = copies - draws;
  const compile = (by: Sampler, each: number) =>
    compileSampler(model, by, { count: batch * each * channels, ...(runtime && { runtime }) });
  const once = ddim({ steps: 1 });
  const meanOf = means > 0 ? await compile(once, means) : undefined;
  const drawsOf = draws > 0 ? await compile(sampler, draws) : undefined;
  const size = sizeOf(model.shape);
  return {
    /**
     * The posterior mean of each window, and its draws.
     * @param observed conditions [batch * channels, ...] @param first the number of the first window
     * @returns [batch * copies * channels, ...], in the order of windows, the mean before the draws, and channels
     */
    restored: async (observed: NdArray<"float32">, first: number): Promise<NdArray<"float32">> => {
      const noise = (by: Sampler, each: number) =>
        noiseOfDraws(model, by, { seed, draws: each, channels, batch, windows, first, shared });
      const found = [
        { each: means, rows: await meanOf?.(noise(once, means), { observed }) },
        {
          each: draws,
          rows: await drawsOf?.(noise(sampler, draws), {
            observed: takeRows(observed, eachDraw(batch * channels, draws, channels)),
          }),
        },
      ];
      const all = new Float32Array(batch * copies * channels * size);
      let to = 0;
      for (let w = 0; w < batch; w++)
        for (const { each, rows } of found) {
          const part = each * channels * size;
          if (rows) all.set((rows.data as Float32Array).subarray(w * part, (w + 1) * part), to);
          to += part;
        }
      return ndarray(all, [batch * copies * channels, ...model.shape]) as NdArray<"float32">;
    },
    dispose: async () => {
      await meanOf?.dispose();
      await drawsOf?.dispose();
    },
  };
};
