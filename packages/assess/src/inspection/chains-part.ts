/** Langevin chains: what a step costs in correlation and in bias. */
import type { ChainSummary } from "../instrument/autocorrelation.ts";
import { type LangevinChain, langevinChain } from "../instrument/langevin-chain.ts";
import { instrumentOptions, noiseAt, noisyRows, type Part, timeOfNoise } from "./subject.ts";

/** What chains of one step size find. */
interface ChainFindings extends Omit<LangevinChain, "slowest"> {
  /** The step over sigma^2. */
  readonly relative: number;
  /** Of the element of a sample with the least effective sample size; correlations of at most 200 lags. */
  readonly slowest: Omit<ChainSummary, "autocorrelation"> & {
    readonly element: number;
    readonly autocorrelation: readonly number[];
  };
}

/** What Langevin chains find. */
export interface ChainsFindings {
  readonly time: number;
  readonly noise: number;
  /** Chains of each step size, and steps of each that count. */
  readonly count: number;
  readonly steps: number;
  readonly chains: readonly ChainFindings[];
  /** Steps over sigma^2 whose chains left all bounds. */
  readonly failed: readonly number[];
}

const relativeSteps = [0.03, 0.1, 0.3, 1];
const chainNoise = 0.3;
const mostLags = 200;

export const chainsPart: Part<ChainsFindings> = async (subject, share) => {
  const { model, effort, seed, dtype } = subject;
  const time = timeOfNoise(subject, chainNoise);
  const variance = model.process.sigma(time) ** 2;
  const count = Math.min(effort.chains, subject.heldOut.shape[0]!);
  const initial = noisyRows(subject, time, count);
  const lags = Math.min(mostLags, effort.chainSteps / 2);
  const chains: ChainFindings[] = [];
  const failed: number[] = [];
  for (const [k, relative] of relativeSteps.entries()) {
    try {
      const { slowest, ...chain } = await langevinChain(model, {
        time,
        stepSize: relative * variance,
        steps: effort.chainSteps,
        burnIn: Math.floor(effort.chainSteps / 4),
        chains: count,
        initial,
        dtype,
        seed,
        ...instrumentOptions(subject, (done) => share((k + done) / relativeSteps.length)),
      });
      const autocorrelation = Array.from(slowest.autocorrelation.subarray(0, lags));
      chains.push({ relative, ...chain, slowest: { ...slowest, autocorrelation } });
    } catch (error) {
      if ((error as Error).name !== "SamplingError") throw error;
      failed.push(relative);
    }
  }
  return { time, noise: noiseAt(subject, time), count, steps: effort.chainSteps, chains, failed };
};
