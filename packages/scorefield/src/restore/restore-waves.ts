/** Gaps that are filled and clipping that is undone by a bridge of waveforms: errors of classical estimates are drawn. */
import { compileSampler, type Sampler } from "@scorefield/core";
import type { SoundSource } from "@scorefield/data";
import {
  clippedSide,
  type EstimatedWindow,
  estimateClipped,
  estimateGap,
  type Gap,
  type WavePairCodec,
  windowOfGap,
  withKnown,
} from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import type { LoadedRun } from "../run/load.ts";
import { gapsToFill } from "./gaps-to-fill.ts";
import { noiseOfDraws } from "./noise-of-draws.ts";
import { blockOf, type RestoredBlock, streamBlocks } from "./restored-block.ts";
import { loudness } from "./sound-levels.ts";

/** What is restored, and how. */
export interface WaveRestoration {
  readonly owner: string;
  readonly run: LoadedRun;
  readonly source: SoundSource;
  readonly sampler: Sampler;
  readonly draws: number;
  readonly seed: number;
  /** Windows at once. */
  readonly batch: number;
  /** Share of a window that it has in common with the next, where windows go through the whole sound. */
  readonly overlap: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  readonly onProgress?: ((done: number, frames: number) => void) | undefined;
}

/** A run whose codec is of waveforms. */
export const waveCodecOf = (run: LoadedRun): WavePairCodec | undefined =>
  run.codec.stored.kind === "sound-wave-pair" ? (run.codec as WavePairCodec) : undefined;

/** Draws of the errors of windows: rows in the order of windows, draws and channels. */
const errorsOf = async (
  { run, sampler, draws, seed, batch, runtime }: WaveRestoration,
  codec: WavePairCodec,
  { channels, windows }: { readonly channels: number; readonly windows: number },
) => {
  const count = batch * channels * draws;
  const compiled = await compileSampler(run.model, sampler, { count, ...(runtime && { runtime }) });
  const { length } = codec;
  const nothing: EstimatedWindow = {
    faulty: new Float64Array(length),
    estimate: new Float64Array(length),
    unknown: new Int8Array(length),
  };
  return {
    /** Restored rows [count, length] of at most as many windows. @param first the number of the first window */
    restored: async (rows: readonly EstimatedWindow[], first: number): Promise<Float64Array> => {
      const all = Array.from({ length: count }, (_, i) => rows[i] ?? nothing);
      const { observed, scales } = codec.observe(all);
      const noise = noiseOfDraws(run.model, sampler, { seed, draws, channels, batch, windows, first });
      const errors = await compiled(noise, { observed });
      return codec.restored(errors as NdArray<"float32">, all, scales).data;
    },
    dispose: () => compiled.dispose(),
  };
};

/** A clipped sound in windows that overlap. Windows without clipping stay, and take no time. */
export async function* declipped(given: WaveRestoration, codec: WavePairCodec): AsyncGenerator<RestoredBlock> {
  const { source, draws, batch, overlap, signal, onProgress } = given;
  const { length, rate } = codec;
  const { channels, frames } = source;
  const limits = await loudness(source, rate, signal);
  const hop = length - Math.floor(overlap * length);
  const bridge = await errorsOf(given, codec, { channels, windows: Math.max(1, Math.ceil(frames / hop)) });
  const restore = async (windows: NdArray<"float32">, from: readonly number[]): Promise<NdArray<"float64">> => {
    signal?.throwIfAborted();
    const faulty = Array.from({ length: windows.shape[0]! * draws * channels }, (_, row) =>
      Float64Array.from(windows.data.subarray(row * length, (row + 1) * length)),
    );
    const rows: EstimatedWindow[] = [];
    for (const [row, sound] of faulty.entries()) {
      // Draws of a window are of one estimate.
      const isFirst = Math.floor(row / channels) % draws === 0;
      const side = isFirst ? Int8Array.from(sound, (value) => clippedSide(value, limits)) : undefined;
      rows.push(side ? estimateClipped(sound, side, rate) : rows[row - channels]!);
    }
    const data = new Float64Array(faulty.length * length);
    const touched = rows.map(({ unknown }) => unknown.some((side) => side !== 0));
    const done = touched.includes(true) ? await bridge.restored(rows, from[0]! / hop) : undefined;
    for (const [row, sound] of faulty.entries()) {
      const own = touched[row] ? done!.subarray(row * length, (row + 1) * length) : sound;
      data.set(withKnown("clip", sound, own, { limits }), row * length);
    }
    return { dtype: "float64", shape: windows.shape, data };
  };
  try {
    yield* streamBlocks(source, draws, { window: length, overlap: length - hop, batch }, restore, onProgress);
  } finally {
    await bridge.dispose();
  }
}

/** A gap of a channel, and its restorations. */
interface Filling {
  readonly channel: number;
  readonly gap: Gap;
  readonly draws: readonly Float64Array[];
}

/** Numbers of a channel, silence beyond the ends of the sound. */
const readWindow = async (
  source: SoundSource,
  channel: number,
  from: number,
  length: number,
): Promise<Float64Array> => {
  const [first, last] = [Math.max(0, from), Math.min(source.frames, from + length)];
  const { data, shape } = await source.read(first, last - first);
  const window = new Float64Array(length);
  window.set(data.subarray(channel * shape[1]!, (channel + 1) * shape[1]!), first - from);
  return window;
};

/** A sound whose gaps are filled, each in a window of its own that has the gap in its middle. All else stays. */
export async function* filled(given: WaveRestoration, codec: WavePairCodec): AsyncGenerator<RestoredBlock> {
  const { owner, source, draws, batch, signal, onProgress } = given;
  const { length, rate } = codec;
  const { channels, frames } = source;
  // A gap leaves at least half of its window known.
  const gaps = await gapsToFill(owner, source, { rate, length: Math.floor(length / 2) + 1, signal });
  const jobs = gaps
    .flatMap((of, channel) => of.map((gap) => ({ channel, gap })))
    .sort((a, b) => a.gap[0] - b.gap[0] || a.channel - b.channel);
  const bridge = await errorsOf(given, codec, { channels: 1, windows: jobs.length });

  const fill = async (first: number): Promise<Filling[]> => {
    const some = jobs.slice(first, first + batch);
    const rows: EstimatedWindow[] = [];
    for (const { channel, gap } of some) {
      const from = windowOfGap(...gap, length);
      const inside = ([a, b]: Gap): Gap => [Math.max(0, a - from), Math.min(length, b - from)];
      const others = gaps[channel]!.filter((other) => other[0] !== gap[0])
        .map(inside)
        .filter(([a, b]) => b > a);
      const window = estimateGap(await readWindow(source, channel, from, length), inside(gap), others, rate);
      for (let d = 0; d < draws; d++) rows.push(window);
    }
    const restored = await bridge.restored(rows, first);
    return some.map(({ channel, gap }, i) => {
      const at = gap[0] - windowOfGap(...gap, length);
      const part = (d: number) => (i * draws + d) * length + at;
      return {
        channel,
        gap,
        draws: Array.from({ length: draws }, (_, d) => restored.slice(part(d), part(d) + gap[1] - gap[0])),
      };
    });
  };

  try {
    let next = 0;
    let waiting: Filling[] = [];
    for (let from = 0; from < frames; from += length) {
      signal?.throwIfAborted();
      const count = Math.min(length, frames - from);
      while (next < jobs.length && jobs[next]!.gap[0] < from + count) {
        waiting.push(...(await fill(next)));
        next += batch;
      }
      const { data } = await source.read(from, count);
      const all = new Float32Array(draws * channels * count);
      for (let d = 0; d < draws; d++) all.set(data as Float32Array, d * channels * count);
      for (const { channel, gap, draws: own } of waiting)
        for (const [d, values] of own.entries())
          for (let t = Math.max(from, gap[0]); t < Math.min(from + count, gap[1]); t++)
            all[(d * channels + channel) * count + t - from] = values[t - gap[0]]!;
      waiting = waiting.filter(({ gap }) => gap[1] > from + count);
      yield blockOf(ndarray(all, [draws * channels, count]) as NdArray<"float32">, draws);
      onProgress?.(from + count, frames);
    }
  } finally {
    await bridge.dispose();
  }
}
