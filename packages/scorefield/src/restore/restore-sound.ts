/** A sound restored by a run that was trained for its fault, in windows that overlap. */
import { type AnySampler, compileSampler, type Sampler } from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import type { SoundSource } from "@scorefield/data";
import { type Fault, insideGaps, type PairCodec, withKnown } from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import { gapsToFill } from "./gaps-to-fill.ts";
import { noiseOfDraws } from "./noise-of-draws.ts";
import { declipped, filled, waveCodecOf } from "./restore-waves.ts";
import { type RestoredBlock, streamBlocks } from "./restored-block.ts";
import { loudness } from "./sound-levels.ts";

/** Options of {@link restoreSound}. */
export interface RestoreSoundOptions {
  /** Restorations that are drawn, whose mean is the result; default 4. */
  readonly draws?: number | undefined;
  /** Default the run's own. */
  readonly sampler?: AnySampler | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Windows that are restored at once; default as many as take 32 draws of one channel. */
  readonly batch?: number | undefined;
  /** Share of a window that it has in common with the next, at most a half; default a quarter, of waveforms with clipping a half. */
  readonly overlap?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  /** Frames that are done, of how many. */
  readonly onProgress?: ((done: number, frames: number) => void) | undefined;
}

const known = {
  draws: true,
  sampler: true,
  seed: true,
  batch: true,
  overlap: true,
  signal: true,
  runtime: true,
  onProgress: true,
} satisfies Known<RestoreSoundOptions>;

/** Whether a run restores sounds, and which fault. */
export const faultOf = (run: LoadedRun): Fault | undefined =>
  waveCodecOf(run)?.fault ??
  (run.codec.stored.kind === "sound-pair" ? (run.record.training?.recipe.data.fault as Fault | undefined) : undefined);

const usualRows = 32;

/**
 * Restores a sound by a run that `scorefield train CLEAN --fault ...` trained: a bridge from the faulty spectrogram to the clean one, window by
 * window, or for gaps and clipping from a classical estimate of the waveform. Draws go on through windows, each faded into its next. What clipping and gaps have left is put back. Memory holds a batch of windows,
 * however long the sound is.
 *
 *     for await (const { mean } of restoreSound(run, source)) await write(mean);
 *
 * @param source a sound at the rate of the run, such as `openSound` opens it: amplitudes as they are
 * @returns blocks in order, `source.frames` in all
 * @throws RunError for a run of something else, for a sampler that finds its steps by itself, and for a sound without gaps where these are
 *   the fault; ArgumentError for options out of range; the signal's reason when aborted
 */
export async function* restoreSound(
  run: LoadedRun,
  source: SoundSource,
  options: RestoreSoundOptions = {},
): AsyncGenerator<RestoredBlock, void, undefined> {
  const owner = "restoreSound";
  checkMade(`${owner} run`, run, ["model", "codec", "record"], "a run such as await loadRun(path)");
  checkMade(`${owner} source`, source, ["channels", "frames", "read"], "a sound, such as openSound gives");
  checkOptions(owner, options, known);
  const { draws = 4, seed = 0, overlap = 0.25, sampler = run.sampler, signal, runtime, onProgress } = options;
  checkWhole(`${owner} draws`, draws);
  const fault = faultOf(run);
  if (!fault)
    throw new RunError(
      `${run.path}: expected a run that restores sounds, found one of ${run.domain.samples}; train one with scorefield train CLEAN --fault noise --noise-sounds NOISE`,
    );
  if ("attempt" in sampler)
    throw new RunError(
      `${owner}: expected a sampler with a grid of times, found ${sampler.recipe.kind}; take unipc, say`,
    );
  const waves = waveCodecOf(run);
  if (waves) {
    // Gaps have windows of their own, one channel each.
    const rows = draws * (fault === "clip" ? source.channels : 1);
    const { batch: windows = Math.max(1, Math.floor(usualRows / rows)), overlap: share = 0.5 } = options;
    checkWhole(`${owner} batch`, windows);
    const given = { owner, run, source, sampler: sampler as Sampler, draws, seed, batch: windows, overlap: share };
    const restore = fault === "clip" ? declipped : filled;
    return yield* restore({ ...given, signal, runtime, onProgress }, waves);
  }
  const codec = run.codec as PairCodec;
  const { length, rate } = codec;
  const { channels, frames } = source;
  const { batch = Math.max(1, Math.floor(usualRows / (channels * draws))) } = options;
  checkWhole(`${owner} batch`, batch);
  const limits = fault === "clip" ? await loudness(source, rate, signal) : undefined;
  const gaps = fault === "gap" ? await gapsToFill(owner, source, { rate, length, signal }) : undefined;
  const count = batch * channels * draws;
  const compiled = await compileSampler(run.model, sampler as Sampler, { count, ...(runtime && { runtime }) });
  const hop = length - Math.floor(overlap * length);
  /** Of the whole sound. */
  const windowCount = Math.max(1, Math.ceil(frames / hop));
  try {
    const restore = async (windows: NdArray<"float32">, from: readonly number[]): Promise<NdArray<"float64">> => {
      signal?.throwIfAborted();
      const n = windows.shape[0]!;
      const size = channels * draws * length;
      // Rows in the order of the windows, their draws and their channels.
      const rows = new Float32Array(count * length);
      rows.set(windows.data);
      const faulty = ndarray(rows, [count, length]) as NdArray<"float32">;
      const { observed, gains } = codec.observe(faulty);
      const noise = noiseOfDraws(run.model, sampler as Sampler, {
        ...{ seed, draws, channels, batch, windows: windowCount },
        first: from[0]! / hop,
      });
      const residuals = await compiled(noise, { observed });
      const { data } = codec.restored(residuals as NdArray<"float32">, observed, gains);
      const all = new Float64Array(n * size);
      for (let row = 0; row < n * channels * draws; row++) {
        const [a, b] = [row * length, (row + 1) * length];
        const first = from[Math.floor(row / (channels * draws))]!;
        const inside = gaps && insideGaps(gaps[row % channels]!, first, length);
        all.set(withKnown(fault, faulty.data.subarray(a, b), data.subarray(a, b), { limits, inside }), a);
      }
      return { dtype: "float64", shape: [n, channels * draws, length], data: all };
    };
    yield* streamBlocks(source, draws, { window: length, overlap: length - hop, batch }, restore, onProgress);
  } finally {
    await compiled.dispose();
  }
}
