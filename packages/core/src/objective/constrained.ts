/** An objective with a constraint on the data added, which makes a physics-informed model. */
import type { Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { partList } from "../part/part-list.ts";
import { choice, number, type OptionsOf, part, whole } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import type { Constraint } from "./constraint.ts";
import { constraints } from "./constraints.ts";
import { denoising } from "./denoising.ts";
import { fokkerPlanck } from "./fokker-planck.ts";
import { perturb } from "./noisy-score.ts";
import type { Objective } from "./objective.ts";
import { cleanEstimate } from "./residual-estimate.ts";
import { scoreMatching } from "./score-matching.ts";

/**
 * How a penalty is weighed by noise level:
 * - `constant`: 1 at all;
 * - `posterior`: by 1 / (sigma^2 / (alpha^2 + sigma^2) + e^2), so that an unlikely error counts more. The first term is
 *   the variance that data of unit scale still have given x_t (Bastek et al. 2025, equation 9), and e^2 the mean square
 *   of the residuals that the clean data of the batch have themselves. For data that satisfy the constraint it is 0,
 *   and the weight rises towards the data as the weight of the denoising loss with weighting `edm` does. Data that
 *   break it, such as measured ones, determine x_0 at a noise below e, so that no network can move the estimate.
 *   Unbounded weights there would dominate all else;
 * - `likelihood`: by 1 / (2 (r^2 + e^2)) with r = sigma / alpha. With this the penalty is minus the logarithm of a virtual
 *   observation of the residual as 0, with variance r^2 / weight (the same, equation 8, with the noise of x_t in place of
 *   the noise of a step). It asks little where the noise is larger than the data, so that a constraint that bends does not
 *   pull posterior means to its surface.
 */
export type ConstraintSchedule = "constant" | "posterior" | "likelihood";

const added = {
  weight: number({ above: 0, default: 1, help: "factor of the mean squared residual" }),
  /**
   * Towards the data an average over a batch is an average of the clean batch, so a constraint on averages has
   * `constant`.
   */
  schedule: choice({
    values: ["constant", "posterior", "likelihood"],
    otherwise: "posterior; constant for a constraint on averages",
    help: "how the penalty is weighed by noise level",
  }),
  estimate: choice({
    values: ["mean", "sample"],
    default: "mean",
    help: "take the residual of the denoised estimate, or of where steps of DDIM from the noisy point end",
  }),
  estimateSteps: whole({ least: 1, most: 32, default: 3, help: "steps of DDIM to the estimate of a sample" }),
};

/** Options of {@link constrained}. */
export type ConstrainedOptions = OptionsOf<typeof added>;

/** @param broken the mean squared residual of the clean data, a scalar */
const schedules: Record<ConstraintSchedule, (process: Process, t: Tensor, broken: Tensor) => Tensor> = {
  constant: (process, t) => process.alpha(t).multiply(0).add(1),
  posterior: (process, t, broken) =>
    process.alpha(t).divide(process.sigma(t)).square().add(1).reciprocal().add(broken).reciprocal(),
  likelihood: (process, t, broken) =>
    process.sigma(t).divide(process.alpha(t)).square().add(broken).multiply(2).reciprocal(),
};

/**
 * The squared residual of each row, [rows]. For averages it is the product of the residuals of both halves of the
 * batch. The square of one average has the variance of the average in its mean, and to lower that, a model would make
 * its estimates too alike.
 */
const squaredResidual = ({ ofAverages, residual }: Constraint, x: Tensor): Tensor => {
  if (!ofAverages) return residual(x).square().mean(1);
  const n = x.shape[0]!;
  if (n < 2)
    throw new ArgumentError(
      "constrained: expected batches of at least 2 samples for a constraint on averages, found 1",
    );
  const half = Math.floor(n / 2);
  return residual(x.slice([[0, half]]))
    .multiply(residual(x.slice([[half, n]])))
    .mean(1);
};

/**
 * An objective and the mean squared residual of a constraint on the denoised estimates, or on samples that begin at the noisy
 * points (Bastek et al. 2025, "Physics-Informed Diffusion Models"). For a constraint on averages it is estimated without bias, and may be negative in a
 * batch.
 * @throws ArgumentError for a weight that is not positive, or an unknown schedule. When compiled, for a constraint on
 *   averages in batches of one sample
 */
export const constrained = declare({
  kind: "constrained",
  summary: "an objective with the residual of a constraint on the data added",
  source: "Bastek et al. 2025 (Physics-Informed Diffusion Models)",
  settings: {
    objective: part(partList("objective", [...scoreMatching, fokkerPlanck]), {
      default: denoising(),
      help: "the objective it is added to",
    }),
    constraint: part(constraints, {
      help: "in the units of the model; with scaling none these are the units of the data",
    }),
    ...added,
  },
  leading: ["objective", "constraint"],
  resolve: ({ constraint, schedule }) => ({ schedule: schedule ?? (constraint.ofAverages ? "constant" : "posterior") }),
  make: ({ objective, constraint, weight, schedule = "posterior", estimate, estimateSteps }, recipe): Objective => ({
    ...objective,
    recipe,
    loss: (denoise, process, inputs, parameters) => {
      // At one level for all of a batch, since errors of averages at some levels must not make up for those at others.
      const t = constraint.ofAverages ? inputs.t.slice([[0, 1]]).broadcastTo(inputs.t.shape) : inputs.t;
      const noisy = perturb(process, { ...inputs, t });
      const clean = cleanEstimate(estimate, denoise, process, { noisy, t, steps: estimateSteps });
      const squared = squaredResidual(constraint, clean);
      const broken = constraint.residual(inputs.x).square().mean();
      const weights = schedules[schedule](process, constraint.ofAverages ? t.slice([[0, 1]]) : t, broken);
      return objective
        .loss(denoise, process, inputs, parameters)
        .add(squared.multiply(weights).mean().multiply(weight));
    },
  }),
});
