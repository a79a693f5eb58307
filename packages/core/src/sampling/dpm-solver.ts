import { where } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import type { OptionsOf } from "../part/setting.ts";
import { flowParts, flowSettings, isFew, isLast, levelAt, orderSetting } from "./flow.ts";
import { exponentialStep } from "./interpolant.ts";
import type { Sampler } from "./sampler.ts";

const settings = {
  ...flowSettings("log-snr"),
  /** 1, 2 ("2M") or 3 ("3M"). */
  order: orderSetting(2, "how many denoised estimates a step looks at"),
};

/** Options of {@link dpmSolver}; the grid is `log-snr` by default. */
export type DpmSolverOptions = OptionsOf<typeof settings>;

/**
 * DPM-Solver++, multistep (Lu et al. 2022, "DPM-Solver++", equation 9 and algorithm 2). In y = x / alpha and
 * lambda = log(alpha / sigma) the probability-flow ODE is dy/dlambda = D - y with D = E[x_0 | x]. For a step h =
 * lambda' - lambda after one of h_0,
 *
 *     order 1        y' = e^-h y + (1 - e^-h) D
 *     order 2        y' = e^-h y + (1 - e^-h) (D + h / (2 h_0) (D - D_before))
 *     order 3        y' = e^-h y + integral of e^-(h - tau) P(tau) from 0 to h
 *
 * with P the parabola through the last three D. The first steps, which have fewer behind them, are of lower order. The
 * integral is exact, which order 3 needs. The widespread form has the second divided difference in the place of the
 * second derivative, which is twice as large. It is of order 2 (`dpm-solver.test.ts`). Exact for a point in any number
 * of steps. One evaluation per step. Fewer than 10 steps are too long for their polynomials: these are of order 2 at
 * most, and the last of order 1. The authors too lower the last orders of few steps.
 * @throws ArgumentError for bad steps, an unknown grid or an order other than 1, 2 or 3
 */
export const dpmSolver = declare({
  kind: "dpm-solver++",
  name: "dpmSolver",
  family: "probability-flow ODE",
  summary: "multistep of order 1, 2 (the default) or 3, one evaluation per step; for few steps",
  source: "Lu et al. 2022 (DPM-Solver++), equation 9 and algorithm 2",
  settings,
  make: ({ order, ...flow }, recipe): Sampler => {
    const parts = flowParts(flow);
    const few = isFew(flow.steps);
    const most = few ? Math.min(2, order) : order;
    return {
      ...parts,
      recipe,
      evaluationsPerStep: 1,
      noises: 0,
      carries: most - 1,
      remembers: "denoised",
      memory: most - 1,
      step: (model, { x, carried }, { from, to, before }) => {
        const { process } = model;
        const [at, next] = [levelAt(process, from, x), levelAt(process, to, x)];
        const h = next.lambda.subtract(at.lambda);
        const y = x.divide(at.alpha);
        const estimates = [model.denoise(x, from), ...carried];
        // Past estimates in units of the step, all below 0.
        const past = before.map((t) => levelAt(process, t, x).lambda.subtract(at.lambda).divide(h));
        const [d, d1] = estimates;
        const highest =
          past.length === 1
            ? exponentialStep(y, h, [], [d!.subtract(d!.subtract(d1!).divide(past[0]!.multiply(2)))])
            : exponentialStep(y, h, past, estimates.slice(0, past.length + 1));
        const solved =
          few && past.length > 0
            ? where(isLast(parts.grid(process), to, x), exponentialStep(y, h, [], [d!]), highest)
            : highest;
        return { x: solved.multiply(next.alpha), carried: estimates.slice(0, most - 1) };
      },
    };
  },
});
