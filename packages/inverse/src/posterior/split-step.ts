/** The split step of a method for any problem: one solution where the problem is linear and Gaussian, else Langevin steps. */
import { setting } from "@scorefield/core";
import { sizeOf, type Tensor } from "@scorefield/tensor";
import { isLinearGaussian, type Problem } from "../method/problem.ts";
import { isLinear } from "../operator/operator.ts";
import { drawsForMeasurement, langevinSteps, measurementNoise, perturbedSolution } from "./likelihood-step.ts";

/** Settings of the Langevin steps that stand in for a solution. */
export const splitSettings = {
  langevinSteps: setting.whole({
    least: 1,
    most: 10000,
    default: 50,
    help: "Langevin steps in place of a solution, where the operator is not linear or the noise not Gaussian",
  }),
  langevinShare: setting.number({
    above: 0,
    most: 1,
    default: 0.2,
    help: "length of a Langevin step, as a share of the variance that it samples",
  }),
  curvature: setting.number({
    least: 0,
    otherwise:
      "that of the noise, 1 / sigma^2 for Gaussian noise, times the square of a linear operator's norm; 100 where none is known",
    help: "largest curvature of the negative log-likelihood by x, which bounds a Langevin step",
  }),
};

/** A draw of x_0 in proportion to N(x_0; centre, rho^2 I) p(y | x_0). */
export interface SplitStep {
  /** Standard normal draws of a sample's shape that it takes. */
  readonly noises: number;
  /** @param rho [n] */
  draw(y: Tensor, centre: Tensor, rho: Tensor, draws: readonly Tensor[]): Tensor;
}

/** The split step of a problem. */
export const splitStep = (problem: Problem, values: setting.Values<typeof splitSettings>): SplitStep => {
  if (isLinearGaussian(problem)) {
    const { input, output } = problem.operator;
    return {
      noises: 1 + drawsForMeasurement(sizeOf(input), sizeOf(output)),
      draw: (y, centre, rho, [z, ...rest]) => perturbedSolution(problem, y, centre, rho, z!, measurementNoise(rest, y)),
    };
  }
  const { operator, noise } = problem;
  const norm = isLinear(operator) ? operator.norm : 1;
  const {
    langevinSteps: steps,
    langevinShare: share,
    curvature = noise.curvature ? noise.curvature * norm ** 2 : 100,
  } = values;
  return {
    noises: steps,
    draw: (y, centre, rho, draws) => langevinSteps(problem, y, centre, rho, draws, { share, curvature }),
  };
};
