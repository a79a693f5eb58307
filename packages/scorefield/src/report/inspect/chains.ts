/** The part on Langevin chains: what a step costs in correlation and in bias. */
import { langevinChain } from "@scorefield/assess";
import { curveColours, curvesFigure } from "../../figure/curves.ts";
import { minus } from "../../figure/minus.ts";
import { figure, paragraph, remark, table } from "../page.ts";
import { type Instrument, instrumentOptions, noiseAt, noisyRows, shown, timeOfNoise } from "./subject.ts";

const relativeSteps = [0.03, 0.1, 0.3, 1];
const chainNoise = 0.3;

export const chainPart: Instrument = async (subject, share) => {
  const { model, effort, seed, dtype } = subject;
  const time = timeOfNoise(subject, chainNoise);
  const variance = model.process.sigma(time) ** 2;
  const chains = Math.min(effort.chains, subject.heldOut.shape[0]!);
  const initial = noisyRows(subject, time, chains);
  const found = [];
  const failed: string[] = [];
  for (const [k, relative] of relativeSteps.entries()) {
    const stepSize = relative * variance;
    try {
      const chain = await langevinChain(model, {
        time,
        stepSize,
        steps: effort.chainSteps,
        burnIn: Math.floor(effort.chainSteps / 4),
        chains,
        initial,
        dtype,
        seed,
        ...instrumentOptions(subject, (done) => share((k + done) / relativeSteps.length)),
      });
      found.push({ relative, ...chain });
    } catch (error) {
      if ((error as Error).name !== "SamplingError") throw error;
      failed.push(`${relative}`);
    }
  }
  const lags = Math.min(200, effort.chainSteps / 2);
  const svg =
    found.length === 0
      ? undefined
      : curvesFigure([
          {
            title: "Autocorrelation of the slowest element",
            x: { label: "steps apart" },
            y: { label: "correlation", domain: [-0.1, 1.02] },
            curves: found.map(({ relative, slowest }, k) => ({
              name: `step ${relative} σ²`,
              colour: curveColours[k]!,
              points: Array.from(slowest.autocorrelation.subarray(0, lags), (y, lag) => ({ x: lag, y })),
            })),
          },
        ]);
  // Chains that ran away have ratios of many digits, none of which says more than its size.
  const estimate = (value: number, error: number) =>
    Math.abs(value) < 100 ? minus(`${value.toFixed(3)} ± ${error.toFixed(3)}`) : `${shown(value)} ± ${shown(error)}`;
  return {
    title: "Langevin chains",
    numbers: {
      time,
      noise: noiseAt(subject, time),
      chains: found.map(({ slowest, ...rest }) => ({ ...rest, slowest: { ...slowest, autocorrelation: undefined } })),
      failed,
    },
    parts: [
      paragraph(
        `${chains} chains of ${effort.chainSteps} steps from noisy data, at noise ${shown(noiseAt(subject, time))}. Long steps forget sooner but have another distribution: the variance ratio is 1 without bias (the virial theorem), and the acceptance is what a Metropolis test would say of the moves. A ratio far from 1 is of a step so long that chains ran away; its other numbers then say nothing.`,
      ),
      ...(svg ? [figure(svg, "As far as the correlations are used for the effective sample size.")] : []),
      ...(found.some(({ slowest }) => slowest.integratedTime > effort.chainSteps)
        ? [
            remark(
              `Where a draw takes more steps than the ${effort.chainSteps} of a chain, it is known that it takes many, and not how many.`,
            ),
          ]
        : []),
      ...(failed.length > 0 ? [remark(`Chains of steps of ${failed.join(", ")} σ² left all bounds.`)] : []),
      table(
        ["step / σ²", "effective draws, least", "median", "steps per draw", "R-hat", "variance ratio", "acceptance"],
        found.map(({ relative, effectiveSampleSize, slowest, worstRHat, varianceRatio, acceptance }) => [
          `${relative}`,
          shown(effectiveSampleSize.least),
          shown(effectiveSampleSize.median),
          shown(slowest.integratedTime),
          worstRHat.toFixed(3),
          estimate(varianceRatio.value, varianceRatio.standardError),
          estimate(acceptance.value, acceptance.standardError),
        ]),
      ),
    ],
  };
};
