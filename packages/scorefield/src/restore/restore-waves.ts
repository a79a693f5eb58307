/** Gaps that are filled and clipping that is undone by a bridge of waveforms: errors of classical estimates are drawn. */
import type { SoundSource } from "@scorefield/data";
import {
  clippedSide,
  type EstimatedWindow,
  estimateClipped,
  estimateGap,
  type Gap,
  marginOfClipped,
  type WavePairCodec,
  windowOfGap,
  withKnown,
} from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { LoadedRun } from "../run/load.ts";
import { type BridgeOptions, compileBridge, copiesOf, eachDraw } from "./compiled-bridge.ts";
import { gapsToFill } from "./gaps-to-fill.ts";
import { blockOf, type RestoredBlock, streamBlocks } from "./restored-block.ts";
import { loudness } from "./sound-levels.ts";

/** What is restored, and how. */
export interface WaveRestoration extends Pick<BridgeOptions, "sampler" | "draws" | "seed" | "batch" | "runtime"> {
  readonly owner: string;
  readonly run: LoadedRun;
  readonly source: SoundSource;
  /** Share of a window that it has in common with the next, where windows go through the whole sound. */
  readonly overlap: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, frames: number) => void) | undefined;
}

/** A run whose codec is of waveforms. */
export const waveCodecOf = (run: LoadedRun): WavePairCodec | undefined =>
  run.codec.stored.kind === "sound-wave-pair" ? (run.codec as WavePairCodec) : undefined;

/** The errors of windows that are estimated: in the order of windows, the mean before the draws, and channels. */
const errorsOf = async (
  given: WaveRestoration,
  codec: WavePairCodec,
  of: Pick<BridgeOptions, "channels" | "windows" | "shared">,
) => {
  const { run, draws, batch } = given;
  const { channels } = of;
  const bridge = await compileBridge(run, { ...given, ...of });
  const copies = copiesOf(run, draws);
  const { length } = codec;
  const nothing: EstimatedWindow = {
    faulty: new Float64Array(length),
    estimate: new Float64Array(length),
    unknown: new Int8Array(length),
  };
  return {
    /** Restored rows of at most as many windows, each of all channels. @param first the number of the first window */
    restored: async (rows: readonly EstimatedWindow[], first: number): Promise<Float64Array> => {
      const all = Array.from({ length: batch * channels }, (_, i) => rows[i] ?? nothing);
      const { observed, scales } = codec.observe(all);
      const errors = await bridge.restored(observed, first);
      const windowOf = eachDraw(all.length, copies, channels);
      return codec.restored(errors, all, scales, windowOf).data;
    },
    dispose: bridge.dispose,
  };
};

/** Numbers of each channel, silence beyond the ends of the sound. */
const readWindow = async (source: SoundSource, from: number, length: number): Promise<Float64Array[]> => {
  const [first, last] = [Math.max(0, from), Math.min(source.frames, from + length)];
  const { data, shape } = await source.read(first, last - first);
  return Array.from({ length: source.channels }, (_, channel) => {
    const window = new Float64Array(length);
    window.set(data.subarray(channel * shape[1]!, (channel + 1) * shape[1]!), first - from);
    return window;
  });
};

/** A clipped sound in windows that overlap. Windows without clipping stay, and take no time. */
export async function* declipped(given: WaveRestoration, codec: WavePairCodec): AsyncGenerator<RestoredBlock> {
  const { run, source, draws, batch, overlap, signal, onProgress } = given;
  const { length, rate } = codec;
  const { channels, frames } = source;
  const limits = await loudness(source, rate, signal);
  const copies = copiesOf(run, draws);
  const shared = Math.floor(overlap * length);
  const hop = length - shared;
  const bridge = await errorsOf(given, codec, { channels, windows: Math.max(1, Math.ceil(frames / hop)), shared });
  const restore = async (windows: NdArray<"float32">, from: readonly number[]): Promise<NdArray<"float64">> => {
    signal?.throwIfAborted();
    const n = windows.shape[0]!;
    // What windows have in common is estimated once. Frames are where they would be of the whole sound, so estimates are the same whatever the batch.
    const margin = marginOfClipped(rate);
    const start = margin * (Math.floor(from[0]! / margin) - 1);
    const whole = from[n - 1]! + length + margin - start;
    const estimates = (await readWindow(source, start, whole)).map((sound) => {
      const side = Int8Array.from(sound, (value) => clippedSide(value, limits));
      return estimateClipped(sound, side, rate);
    });
    const rows = Array.from({ length: n * channels }, (_, i): EstimatedWindow => {
      const { faulty, estimate, unknown } = estimates[i % channels]!;
      const first = from[Math.floor(i / channels)]! - start;
      const [a, b] = [first, first + length];
      return { faulty: faulty.slice(a, b), estimate: estimate.slice(a, b), unknown: unknown.slice(a, b) };
    });
    const data = new Float64Array(windows.data.length);
    const touched = rows.map(({ unknown }) => unknown.some((side) => side !== 0));
    const done = touched.includes(true) ? await bridge.restored(rows, from[0]! / hop) : undefined;
    for (const [row, i] of eachDraw(rows.length, copies, channels).entries()) {
      const { faulty } = rows[i]!;
      const own = touched[i] ? done!.subarray(row * length, (row + 1) * length) : faulty;
      data.set(withKnown("clip", faulty, own, { limits }), row * length);
    }
    return { dtype: "float64", shape: windows.shape, data };
  };
  try {
    yield* streamBlocks(source, draws, { window: length, overlap: shared, batch, copies }, restore, onProgress);
  } finally {
    await bridge.dispose();
  }
}

/** A gap of a channel, and its restorations: the mean before the draws. */
interface Filling {
  readonly channel: number;
  readonly gap: Gap;
  readonly restored: readonly Float64Array[];
}

/** A sound whose gaps are filled, each in a window of its own that has the gap in its middle. All else stays. */
export async function* filled(given: WaveRestoration, codec: WavePairCodec): AsyncGenerator<RestoredBlock> {
  const { owner, run, source, draws, batch, signal, onProgress } = given;
  const { length, rate } = codec;
  const { channels, frames } = source;
  // A gap leaves at least half of its window known.
  const gaps = await gapsToFill(owner, source, { rate, length: Math.floor(length / 2) + 1, signal });
  const jobs = gaps
    .flatMap((of, channel) => of.map((gap) => ({ channel, gap })))
    .sort((a, b) => a.gap[0] - b.gap[0] || a.channel - b.channel);
  const bridge = await errorsOf(given, codec, { channels: 1, windows: jobs.length });

  const copies = copiesOf(run, draws);
  const fill = async (first: number): Promise<Filling[]> => {
    const some = jobs.slice(first, first + batch);
    const rows: EstimatedWindow[] = [];
    for (const { channel, gap } of some) {
      const from = windowOfGap(...gap, length);
      const inside = ([a, b]: Gap): Gap => [Math.max(0, a - from), Math.min(length, b - from)];
      const others = gaps[channel]!.filter((other) => other[0] !== gap[0])
        .map(inside)
        .filter(([a, b]) => b > a);
      const window = estimateGap((await readWindow(source, from, length))[channel]!, inside(gap), others, rate);
      rows.push(window);
    }
    const restored = await bridge.restored(rows, first);
    return some.map(({ channel, gap }, i) => {
      const at = gap[0] - windowOfGap(...gap, length);
      const part = (d: number) => (i * copies + d) * length + at;
      return {
        channel,
        gap,
        restored: Array.from({ length: copies }, (_, d) => restored.slice(part(d), part(d) + gap[1] - gap[0])),
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
      const all = new Float32Array(copies * channels * count);
      for (let d = 0; d < copies; d++) all.set(data as Float32Array, d * channels * count);
      for (const { channel, gap, restored: own } of waiting)
        for (const [d, values] of own.entries())
          for (let t = Math.max(from, gap[0]); t < Math.min(from + count, gap[1]); t++)
            all[(d * channels + channel) * count + t - from] = values[t - gap[0]]!;
      waiting = waiting.filter(({ gap }) => gap[1] > from + count);
      yield blockOf(ndarray(all, [copies * channels, count]) as NdArray<"float32">, draws, copies);
      onProgress?.(from + count, frames);
    }
  } finally {
    await bridge.dispose();
  }
}
