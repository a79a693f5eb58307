/** The section on Langevin chains: what a step costs in correlation and in bias. */
import type { Findings } from "@scorefield/assess/internal";
import { curveColours, curvesFigure } from "../../figure/curves.ts";
import { minus } from "../../figure/minus.ts";
import { figure, paragraph, remark, type Section, table } from "../page.ts";
import { shown } from "./shown.ts";

export const chainsSection = ({ noise, count, steps, chains, failed }: NonNullable<Findings["chains"]>): Section => {
  const svg =
    chains.length === 0
      ? undefined
      : curvesFigure([
          {
            title: "Autocorrelation of the slowest element",
            x: { label: "steps apart" },
            y: { label: "correlation", domain: [-0.1, 1.02] },
            curves: chains.map(({ relative, slowest }, k) => ({
              name: `step ${relative} σ²`,
              colour: curveColours[k]!,
              points: slowest.autocorrelation.map((y, lag) => ({ x: lag, y })),
            })),
          },
        ]);
  // Chains that ran away have ratios of many digits, none of which says more than its size.
  const estimate = (value: number, error: number) =>
    Math.abs(value) < 100 ? minus(`${value.toFixed(3)} ± ${error.toFixed(3)}`) : `${shown(value)} ± ${shown(error)}`;
  return {
    title: "Langevin chains",
    parts: [
      paragraph(
        `${count} chains of ${steps} steps from noisy data, at noise ${shown(noise)}. Long steps need fewer steps per draw, but their distribution has a bias. Without bias the variance ratio is 1 (the virial theorem). The acceptance is the share of moves that a Metropolis test would accept. Where the ratio is far from 1, the step was so long that chains ran away, and its other numbers mean nothing.`,
      ),
      ...(svg ? [figure(svg, "Shown are the lags that are used for the effective sample size.")] : []),
      ...(chains.some(({ slowest }) => slowest.integratedTime > steps)
        ? [
            remark(
              `Where a draw takes more steps than the ${steps} of a chain, the number is not reliable. It is only known to be large.`,
            ),
          ]
        : []),
      ...(failed.length > 0 ? [remark(`Chains of steps of ${failed.join(", ")} σ² diverged.`)] : []),
      table(
        ["step / σ²", "effective draws, least", "median", "steps per draw", "R-hat", "variance ratio", "acceptance"],
        chains.map(({ relative, effectiveSampleSize, slowest, worstRHat, varianceRatio, acceptance }) => [
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
