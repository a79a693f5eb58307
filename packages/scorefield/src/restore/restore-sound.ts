/** A sound restored by a run that was trained for its fault, in windows that overlap. */
import { type AnySampler, ArgumentError, type Sampler } from "@scorefield/core";
import { checkCount, checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import type { SoundSource } from "@scorefield/data";
import { type Fault, insideGaps, type PairCodec, withKnown } from "@scorefield/domain/sound-fault";
import { type NdArray, type Runtime, zeros } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import { compileBridge, copiesOf, eachDraw } from "./compiled-bridge.ts";
import { gapsToFill } from "./gaps-to-fill.ts";
import { declipped, filled, waveCodecOf } from "./restore-waves.ts";
import { type RestoredBlock, streamBlocks } from "./restored-block.ts";
import { loudness } from "./sound-levels.ts";

/** Options of {@link restoreSound}. */
export interface RestoreSoundOptions {
  /** Restorations that are drawn besides the mean; default 0. */
  readonly draws?: number | undefined;
  /** Of draws; default the run's own. */
  readonly sampler?: AnySampler | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Windows that are restored at once; default as many as take 32 rows, of clipping 16, of which a window has one for the mean and for each draw. */
  readonly batch?: number | undefined;
  /** Share of a window that it has in common with the next, at most and by default a half. It is rounded down to whole frames of a spectrogram. */
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
/** Of clipping, whose estimates take longer than the network. */
const usualClippedRows = 16;

/**
 * Restores a sound by a run that `scorefield train CLEAN --fault ...` trained: a bridge from the faulty spectrogram to the clean one, window by
 * window, or for gaps and clipping from a classical estimate of the waveform. The mean is the posterior mean, from one evaluation of the network; of the process
 * `ouve` it is the mean of the draws. Windows overlap, and each fades into the next. What clipping and gaps have left is put back. Memory holds a batch of windows, however long the sound is.
 *
 *     for await (const { mean } of restoreSound(run, source)) await write(mean);
 *
 * @param source a sound at the rate of the run, such as `openSound` opens it: amplitudes as they are
 * @returns blocks in order, `source.frames` in all
 * @throws RunError for a run of something else, for draws by a sampler that finds its steps by itself, for no draws of the process `ouve`, and for a sound without gaps where these are
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
  const { draws = 0, seed = 0, overlap = 0.5, sampler = run.sampler, signal, runtime, onProgress } = options;
  checkCount(`${owner} draws`, draws);
  if (!(overlap >= 0 && overlap <= 0.5))
    throw new ArgumentError(`${owner} overlap: expected a share of a window from 0 to 0.5, found ${overlap}`);
  if (draws === 0 && options.sampler !== undefined)
    throw new ArgumentError(`${owner}: expected no sampler without draws, found one; the mean takes one evaluation`);
  const fault = faultOf(run);
  if (!fault)
    throw new RunError(
      `${run.path}: expected a run that restores sounds, found one of ${run.domain.samples}; train one with scorefield train CLEAN --fault noise --noise-sounds NOISE`,
    );
  const copies = copiesOf(run, draws);
  if (copies === 0)
    throw new RunError(
      `${run.path}: expected draws of at least 1, found 0; the process ${run.model.process.recipe.kind} has no posterior mean in one evaluation`,
    );
  if (draws > 0 && "attempt" in sampler)
    throw new RunError(
      `${owner}: expected a sampler with a grid of times, found ${sampler.recipe.kind}; take unipc, say`,
    );
  const waves = waveCodecOf(run);
  if (waves) {
    // Gaps have windows of their own, one channel each.
    const rows = copies * (fault === "clip" ? source.channels : 1);
    const most = fault === "clip" ? usualClippedRows : usualRows;
    const { batch: windows = Math.max(1, Math.floor(most / rows)) } = options;
    checkWhole(`${owner} batch`, windows);
    const given = { owner, run, source, sampler: sampler as Sampler, draws, seed, batch: windows, overlap };
    const restore = fault === "clip" ? declipped : filled;
    return yield* restore({ ...given, signal, runtime, onProgress }, waves);
  }
  const codec = run.codec as PairCodec;
  const { length, rate } = codec;
  const { channels, frames } = source;
  const { batch = Math.max(1, Math.floor(usualRows / (channels * copies))) } = options;
  checkWhole(`${owner} batch`, batch);
  const limits = fault === "clip" ? await loudness(source, rate, signal) : undefined;
  const gaps = fault === "gap" ? await gapsToFill(owner, source, { rate, length, signal }) : undefined;
  // Whole frames: what two windows have in common has the same noise.
  const columns = run.model.shape.at(-1)!;
  const shared = Math.floor(overlap * columns);
  const hop = length - (shared * length) / columns;
  const bridge = await compileBridge(run, {
    ...{ sampler: sampler as Sampler, draws, seed, channels, batch, shared, runtime },
    windows: Math.max(1, Math.ceil(frames / hop)),
  });
  try {
    const restore = async (windows: NdArray<"float32">, from: readonly number[]): Promise<NdArray<"float64">> => {
      signal?.throwIfAborted();
      const faulty = zeros([batch * channels, length], "float32");
      const size = channels * length;
      for (const w of from.keys()) {
        const at = w * copies * size;
        faulty.data.set(windows.data.subarray(at, at + size), w * size);
      }
      const { observed, gains } = codec.observe(faulty);
      const residuals = await bridge.restored(observed, from[0]! / hop);
      const all = new Float64Array(windows.data.length);
      const windowOf = eachDraw(gains.length, copies, channels);
      const restored = codec.restored(residuals, observed, gains, windowOf);
      for (let row = 0; row < all.length / length; row++) {
        const known = faulty.data.subarray(windowOf[row]! * length, (windowOf[row]! + 1) * length);
        const own = restored.data.subarray(row * length, (row + 1) * length);
        const inside = gaps && insideGaps(gaps[row % channels]!, from[Math.floor(row / (channels * copies))]!, length);
        all.set(withKnown(fault, known, own, { limits, inside }), row * length);
      }
      return { dtype: "float64", shape: windows.shape, data: all };
    };
    const streamed = { window: length, overlap: length - hop, batch, copies };
    yield* streamBlocks(source, draws, streamed, restore, onProgress);
  } finally {
    await bridge.dispose();
  }
}
