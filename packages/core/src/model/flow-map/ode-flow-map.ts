/** The flow map of any score model, by steps of an ODE solver. */
import type { Tensor } from "@scorefield/tensor";
import { checkWhole } from "../../check.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import { checkModel } from "../check-model.ts";
import { expandTime } from "../expand-time.ts";
import type { Given, ScoreModel } from "../score-model.ts";
import { noise } from "../tweedie.ts";
import type { FlowMap } from "./flow-map.ts";

/** Options of {@link odeFlowMap}. */
export interface OdeFlowMapOptions {
  /** Heun steps from one time to the other, default 16. */
  readonly steps?: number;
}

/**
 * The flow map that a score model implies: Heun's method on dy/dr = noise(x, t) with y = x / alpha and r = sigma / alpha, in equal
 * steps of log r (Karras et al. 2022, algorithm 1). Its error falls with the square of the steps. It is a teacher of few-step models, and
 * their truth.
 * @throws ArgumentError for a value that is not a score model, and for unknown options
 */
export const odeFlowMap = (model: ScoreModel, options: OdeFlowMapOptions = {}): FlowMap => {
  const owner = "odeFlowMap";
  checkModel(owner, model);
  checkOptions(owner, options, { steps: true } satisfies Known<OdeFlowMapOptions>);
  const { steps = 16 } = options;
  checkWhole(`${owner} steps`, steps);
  const { process, shape, conditions, evaluations = 1 } = model;
  return {
    process,
    shape,
    target: "any",
    ...(conditions && { conditions }),
    evaluations: 2 * steps * evaluations,
    map: (x: Tensor, from: Tensor, to: Tensor, given?: Given) => {
      const logRatio = (t: Tensor): Tensor => process.logSnr(t).multiply(-0.5);
      const [start, end] = [logRatio(from), logRatio(to)];
      const at = (k: number) => {
        if (k === 0 || k === steps) {
          const t = k === 0 ? from : to;
          return { t, log: k === 0 ? start : end };
        }
        const log = start.add(end.subtract(start).multiply(k / steps));
        return { t: process.timeOfLogSnr(log.multiply(-2)), log };
      };
      const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
      const slope = (y: Tensor, t: Tensor): Tensor => noise(model, y.multiply(spread(process.alpha(t))), t, given);
      let y = x.divide(spread(process.alpha(from)));
      for (let k = 0; k < steps; k++) {
        const [here, next] = [at(k), at(k + 1)];
        const step = spread(next.log.exp().subtract(here.log.exp()));
        const first = slope(y, here.t);
        const second = slope(y.add(step.multiply(first)), next.t);
        y = y.add(step.multiply(first.add(second)).multiply(0.5));
      }
      return y.multiply(spread(process.alpha(to)));
    },
  };
};
