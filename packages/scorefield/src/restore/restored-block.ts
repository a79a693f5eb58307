/** Restored frames of several draws at once: they stream through windows as channels beside each other. */
import { type SoundSource, streamWindows } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Some frames of a restored sound, each [channels, n]. */
export interface RestoredBlock {
  readonly mean: NdArray<"float32">;
  /** Of the draws; left out for one draw. */
  readonly deviation?: NdArray<"float32">;
  /** [draws, channels, n] */
  readonly draws: NdArray<"float32">;
}

/** A source whose every channel is there once for each draw. */
const repeated = (source: SoundSource, draws: number): SoundSource => ({
  channels: source.channels * draws,
  frames: source.frames,
  read: async (from, count) => {
    const { data, shape } = await source.read(from, count);
    const all = new Float32Array(data.length * draws);
    for (let d = 0; d < draws; d++) all.set(data as Float32Array, d * data.length);
    return ndarray(all, [shape[0]! * draws, shape[1]!]);
  },
});

/** Mean, deviation and draws of a block [draws * channels, n]. */
export const blockOf = ({ data, shape }: NdArray<"float32">, draws: number): RestoredBlock => {
  const [all = 0, n = 0] = shape;
  const channels = all / draws;
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
  return {
    mean: ndarray(mean, [channels, n]) as NdArray<"float32">,
    ...(draws > 1 && { deviation: ndarray(deviation, [channels, n]) as NdArray<"float32"> }),
    draws: ndarray(data, [draws, channels, n]) as NdArray<"float32">,
  };
};

/**
 * Blocks of a sound whose windows are restored, for every draw, as they stream by and fade into each other.
 * @param windows as `streamWindows` takes them
 * @param restore windows [n, channels * draws, length] that begin at given frames
 */
export async function* streamBlocks(
  source: SoundSource,
  draws: number,
  windows: { readonly window: number; readonly overlap?: number; readonly batch?: number },
  restore: (windows: NdArray<"float32">, from: readonly number[]) => Promise<NdArray<"float64">>,
  onProgress?: (done: number, frames: number) => void,
): AsyncGenerator<RestoredBlock> {
  let done = 0;
  for await (const block of streamWindows(repeated(source, draws), windows, restore)) {
    done += block.shape[1]!;
    yield blockOf(block, draws);
    onProgress?.(done, source.frames);
  }
}
