/** A sound restored by a run that knows clean sounds alone: the posterior of each window, blind to the fault in training. */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import type { SoundSource } from "@scorefield/data";
import {
  type ClipLimits,
  clippedSide,
  type Fault,
  faults,
  insideGaps,
  withKnown,
} from "@scorefield/domain/sound-fault";
import {
  bandLimit,
  clipping,
  gaussianNoise,
  identity,
  mask,
  type Noise,
  type Operator,
  type PosteriorMethod,
} from "@scorefield/inverse";
import { type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import { gapsToFill } from "./gaps-to-fill.ts";
import { modelProblem } from "./model-problem.ts";
import { restoreInModel } from "./restore-run.ts";
import { type RestoredBlock, streamBlocks } from "./restored-block.ts";
import { loudness } from "./sound-levels.ts";

/** Options of {@link restoreByPrior}. */
export interface RestoreByPriorOptions {
  /** What is wrong with the sound. */
  readonly fault: Fault;
  /** Deviation of the noise for the fault noise, in units of full scale; default that of the quietest tenth of the sound. */
  readonly noise?: number | undefined;
  /** For the fault band: the highest frequency that is left, Hz. */
  readonly highest?: number | undefined;
  /** Default `daps()`. */
  readonly method?: PosteriorMethod | undefined;
  /** Draws, whose mean is the result; default 4. */
  readonly draws?: number | undefined;
  readonly seed?: number | undefined;
  /** Draws computed at once. */
  readonly batch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  /** Frames that are done, of how many. */
  readonly onProgress?: ((done: number, frames: number) => void) | undefined;
}

const known = {
  fault: true,
  noise: true,
  highest: true,
  method: true,
  draws: true,
  seed: true,
  batch: true,
  signal: true,
  runtime: true,
  onProgress: true,
} satisfies Known<RestoreByPriorOptions>;

/** Whether a run knows waveforms of one channel, which operators are of. */
export const isWaveformRun = ({ codec, made }: LoadedRun): boolean =>
  codec.stored.kind === "waveform" && made.shape[0] === 1;

/** What is seen without noise is nearly so: methods need some. In units of the waveform's deviation. */
const nearlyExact = 0.01;

interface Facts {
  readonly limits: ClipLimits;
  readonly sigma: number;
  /** In periods per sample. */
  readonly highest?: number | undefined;
  /** 1 in gaps of the window. */
  readonly inside?: Uint8Array | undefined;
}

/** What a fault does to a window, the noise that is left, and what is seen; undefined where the window has no fault. */
const problemOf = (
  fault: Fault,
  input: readonly number[],
  y: Float64Array,
  { limits, sigma, highest, inside }: Facts,
): { readonly operator: Operator; readonly noise: Noise; readonly measurement: NdArray<"float64"> } | undefined => {
  const about = { input: [...input], units: "full scale" };
  const noise = gaussianNoise({ sigma });
  const measurement: NdArray<"float64"> = { dtype: "float64", shape: input, data: y };
  if (fault === "noise") return { operator: identity(about), noise, measurement };
  if (fault === "band") return { operator: bandLimit({ ...about, highest: highest! }), noise, measurement };
  if (fault === "clip") {
    const sides = Array.from(y, (value) => clippedSide(value, limits));
    if (sides.every((side) => side === 0)) return undefined;
    // Where all numbers have one sign, the other side is as good as unlimited.
    const far = 1e3 * Math.max(-limits.low, limits.high);
    const [low, high] = [limits.low || -far, limits.high || far];
    return { operator: clipping({ ...about, low, high }), noise, measurement };
  }
  if (!inside?.includes(1)) return undefined;
  const seen = Float64Array.from(inside, (gap) => 1 - gap);
  const operator = mask({ ...about, mask: ndarray(seen, [y.length]) });
  const data = y.filter((_, t) => seen[t] === 1);
  return { operator, noise, measurement: { dtype: "float64", shape: operator.output, data } };
};

/**
 * Restores a sound by a run of waveforms (`scorefield train CLEAN --representation waveform`) that was trained for no fault. Each window is
 * brought to the loudness of the run's sounds; draws are from the posterior of what is seen of it. Windows without the fault stay as they are.
 * @param source a sound at the rate of the run
 * @throws RunError for a run of something else, and for a sound without gaps where these are the fault; ArgumentError for options out of range; the signal's reason when aborted
 */
export async function* restoreByPrior(
  run: LoadedRun,
  source: SoundSource,
  options: RestoreByPriorOptions,
): AsyncGenerator<RestoredBlock, void, undefined> {
  const owner = "restoreByPrior";
  checkMade(`${owner} run`, run, ["model", "codec", "record"], "a run such as await loadRun(path)");
  checkMade(`${owner} source`, source, ["channels", "frames", "read"], "a sound, such as openSound gives");
  checkOptions(owner, options, known);
  const { fault, noise, highest, method, draws = 4, seed = 0, batch, signal, runtime, onProgress } = options;
  checkWhole(`${owner} draws`, draws);
  if (!(faults as readonly unknown[]).includes(fault))
    throw new ArgumentError(`${owner} fault: expected ${faults.join(", ")}; found ${String(fault)}`);
  if (!isWaveformRun(run))
    throw new RunError(
      `${run.path}: expected a run of waveforms of one channel, found one of ${run.domain.samples} as ${run.codec.stored.kind}; train one with --representation waveform, or for the fault with --fault ${fault}`,
    );
  const rate = run.made.rate ?? 0;
  if (fault === "band" && !(highest !== undefined && highest > 0 && highest < rate / 2))
    throw new RunError(
      `${owner}: expected the highest frequency that is left, in Hz below ${rate / 2}, found ${highest}`,
    );
  const [, length = 0] = run.made.shape;
  const deviation = run.codec.stored.deviation as number;
  const levels = await loudness(source, Math.max(1, Math.round(0.02 * rate)), signal);
  const gain = levels.power > 0 ? deviation / Math.sqrt(levels.power) : 1;
  const facts: Facts = {
    limits: { low: gain * levels.low, high: gain * levels.high },
    sigma: fault === "noise" ? gain * (noise ?? levels.quietest) : nearlyExact * deviation,
    ...(highest !== undefined && { highest: highest / rate }),
  };
  if (!(facts.sigma > 0))
    throw new RunError(
      `${owner}: expected noise above 0, found none in the quietest tenth of the sound; say its deviation`,
    );
  const gaps = fault === "gap" ? await gapsToFill(owner, source, { rate, length, signal }) : undefined;
  const { channels, frames } = source;
  const restore = async (windows: NdArray<"float32">, from: readonly number[]): Promise<NdArray<"float64">> => {
    const all = Float64Array.from(windows.data);
    for (let row = 0; row < windows.shape[0]! * channels; row++) {
      signal?.throwIfAborted();
      const [w, k] = [Math.floor(row / channels), row % channels];
      const place = (d: number) => ((w * draws + d) * channels + k) * length;
      const faulty = all.slice(place(0), place(0) + length);
      const y = faulty.map((value) => gain * value);
      const inside = gaps && insideGaps(gaps[k]!, from[w]!, length);
      // What is past the end of the sound isn't seen either.
      if (inside?.includes(1)) inside.fill(1, Math.max(0, Math.min(length, frames - from[w]!)));
      const problem = problemOf(fault, run.made.shape, y, { ...facts, inside });
      if (!problem || y.every((value) => value === 0)) continue;
      const { operator, noise: left, measurement } = problem;
      const found = await restoreInModel(
        run,
        await modelProblem(run, operator, left),
        measurement,
        // A window's own seed, whatever the windows beside it.
        { operator, noise: left, method, draws, seed: seed + from[w]! * channels + k, batch, signal, runtime },
      );
      const drawn = found.draws.shape[0]!;
      for (let d = 0; d < draws; d++) {
        const at = (d % drawn) * length;
        const restored = found.draws.data.subarray(at, at + length).map((value) => value / gain);
        all.set(withKnown(fault, faulty, restored, { limits: levels, inside }), place(d));
      }
    }
    return { dtype: "float64", shape: windows.shape, data: all };
  };
  yield* streamBlocks(source, draws, { window: length }, restore, onProgress);
}
