/** Restored frames of several draws at once: they stream through windows as channels beside each other. */
import { type SoundSource, streamWindows } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Some frames of a restored sound, each [channels, n]. */
export interface RestoredBlock {
  /** The posterior mean, or where that is not known the mean of the draws. */
  readonly mean: NdArray<"float32">;
  /** Of the draws; left out for fewer than two, as is their deviation. */
  readonly meanOfDraws?: NdArray<"float32">;
  /** Of the draws about their mean. */
  readonly deviation?: NdArray<"float32">;
  /** [draws, channels, n] */
  readonly draws: NdArray<"float32">;
}

/** A source whose every channel is there several times. */
const repeated = (source: SoundSource, copies: number): SoundSource => ({
  channels: source.channels * copies,
  frames: source.frames,
  read: async (from, count) => {
    const { data, shape } = await source.read(from, count);
    const all = new Float32Array(data.length * copies);
    for (let d = 0; d < copies; d++) all.set(data as Float32Array, d * data.length);
    return ndarray(all, [shape[0]! * copies, shape[1]!]);
  },
});

/** Mean and deviation of draws [draws, channels, n]. */
const momentsOfDraws = ({ data, shape }: NdArray<"float32">) => {
  const [draws = 0, channels = 0, n = 0] = shape;
  const size = channels * n;
  const mean = new Float32Array(size);
  const deviation = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let [sum, squares] = [0, 0];
    for (let d = 0; d < draws; d++) sum += data[d * size + i]!;
    const centre = sum / draws;
    for (let d = 0; d < draws; d++) squares += (data[d * size + i]! - centre) ** 2;
    mean[i] = centre;
    deviation[i] = Math.sqrt(squares / Math.max(1, draws - 1));
  }
  const of = (values: Float32Array) => ndarray(values, [channels, n]) as NdArray<"float32">;
  return { meanOfDraws: of(mean), deviation: of(deviation) };
};

/** A block [copies * channels, n]: of draws, before which the posterior mean stands where there is one copy more. */
export const blockOf = ({ data, shape }: NdArray<"float32">, draws: number, copies = draws): RestoredBlock => {
  const [all = 0, n = 0] = shape;
  const channels = all / copies;
  const before = (copies - draws) * channels * n;
  const drawn = ndarray(data.subarray(before), [draws, channels, n]) as NdArray<"float32">;
  const moments = draws > 0 ? momentsOfDraws(drawn) : undefined;
  const mean =
    before > 0 ? (ndarray(data.subarray(0, before), [channels, n]) as NdArray<"float32">) : moments!.meanOfDraws;
  return { mean, ...(draws > 1 && moments), draws: drawn };
};

/**
 * Blocks of a sound whose windows are restored, for every draw, as they stream by and fade into each other.
 * @param windows as `streamWindows` takes them; `copies` as {@link blockOf} does
 * @param restore windows [n, copies * channels, length] that begin at given frames
 */
export async function* streamBlocks(
  source: SoundSource,
  draws: number,
  {
    copies = draws,
    ...windows
  }: { readonly window: number; readonly overlap?: number; readonly batch?: number; readonly copies?: number },
  restore: (windows: NdArray<"float32">, from: readonly number[]) => Promise<NdArray<"float64">>,
  onProgress?: (done: number, frames: number) => void,
): AsyncGenerator<RestoredBlock> {
  let done = 0;
  for await (const block of streamWindows(repeated(source, copies), windows, restore)) {
    done += block.shape[1]!;
    yield blockOf(block, draws, copies);
    onProgress?.(done, source.frames);
  }
}
