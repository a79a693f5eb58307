/** What is known without a network of a window with gaps or clipping, and how far off that may be. No Node module is used here. */
import { nearestPowerOfTwo } from "../audio/fft.ts";
import { power } from "./faults.ts";
import type { Gap } from "./gaps.ts";
import { fillGaps, gapDeviations } from "./linear-prediction.ts";
import { sparselyDeclipped } from "./sparse-declip.ts";

/** Faults of which most numbers are known exactly. */
export const waveFaults = ["clip", "gap"] as const;

/** One of {@link waveFaults}. */
export type WaveFault = (typeof waveFaults)[number];

/** Whether something is one of {@link waveFaults}. */
export const isWaveFault = (fault: unknown): fault is WaveFault => (waveFaults as readonly unknown[]).includes(fault);

/** A window with its fault and a classical estimate of what it was. */
export interface EstimatedWindow {
  readonly faulty: Float64Array;
  /** Equal to `faulty` where that is known. */
  readonly estimate: Float64Array;
  /** 0 for numbers that are known; 1 in the gap; 1 where clipped above and -1 below. */
  readonly unknown: Int8Array;
}

/** Orders of autoregressive processes in seconds, and of the one that deviations are of. */
const orderSeconds = [0.0075, 0.0125, 0.01875];
const deviationOrder = 0.0125;
/** Of frames of sparse spectra. */
const frameSeconds = 0.064;

const ordersAt = (rate: number): number[] => orderSeconds.map((seconds) => Math.max(2, Math.round(seconds * rate)));

/** A window with one gap that is to be filled, in which other gaps are filled as well. */
export const estimateGap = (faulty: Float64Array, gap: Gap, others: readonly Gap[], rate: number): EstimatedWindow => {
  const estimate = fillGaps(faulty, [gap, ...others], { orders: ordersAt(rate) });
  const known = faulty.slice();
  for (const [from, to] of others) known.set(estimate.subarray(from, to), from);
  const unknown = new Int8Array(faulty.length).fill(1, gap[0], gap[1]);
  return { faulty: known, estimate, unknown };
};

/** How many numbers before and after a clipped stretch its estimate depends on: those of a frame. @param rate in Hz */
export const marginOfClipped = (rate: number): number => nearestPowerOfTwo(frameSeconds * rate);

/** A clipped sound. @param side 1 for numbers that are clipped above, -1 below, else 0 @param rate in Hz */
export const estimateClipped = (faulty: Float64Array, side: Int8Array, rate: number): EstimatedWindow => ({
  faulty,
  estimate: sparselyDeclipped(faulty, side, { frame: marginOfClipped(rate) }),
  unknown: side,
});

/** The one run of numbers that are not known. */
const gapIn = (unknown: Int8Array): Gap => {
  const from = unknown.indexOf(1);
  return from < 0 ? [0, 0] : [from, unknown.lastIndexOf(1) + 1];
};

/** What a deviation is at least, in units of the root mean square of the window, or of the level of clipping. */
const leastOfGap = 1e-3;
const leastOfClip = 0.05;

/**
 * About how far off an estimate is, number by number; 1 where numbers are known. In gaps by the autoregressive process, which is too sure of
 * long ones, times a factor that was fitted to speech. Of clipping as much as the estimate is beyond the level, on average.
 * @param rate in Hz
 */
export const errorScales = (
  fault: WaveFault,
  { faulty, estimate, unknown }: EstimatedWindow,
  rate: number,
): Float64Array => {
  const scales = new Float64Array(faulty.length).fill(1);
  if (fault === "gap") {
    const gap = gapIn(unknown);
    if (gap[1] === gap[0]) return scales;
    const milliseconds = (1000 * (gap[1] - gap[0])) / rate;
    const factor = Math.min(2.3, Math.max(0.8, 0.35 * milliseconds ** 0.45));
    const least = leastOfGap * Math.sqrt(power(estimate)) + 1e-9;
    const deviations = gapDeviations(estimate, gap, Math.max(2, Math.round(deviationOrder * rate)));
    for (const [i, value] of deviations.entries()) scales[gap[0] + i] = factor * (value + least);
    return scales;
  }
  let [squares, count, level] = [0, 0, 0];
  for (let t = 0; t < faulty.length; t++) {
    if (unknown[t] === 0) continue;
    squares += (estimate[t]! - faulty[t]!) ** 2;
    level = Math.max(level, Math.abs(faulty[t]!));
    count++;
  }
  // One for the whole window: what counts is the power of all errors, most of which is where the estimate is far beyond the level.
  const usual = Math.sqrt(squares / Math.max(1, count)) + leastOfClip * level + 1e-9;
  for (let t = 0; t < faulty.length; t++) if (unknown[t] !== 0) scales[t] = usual;
  return scales;
};
