import { constant, ndarray, type Tensor } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { noise } from "../model/tweedie.ts";
import { gaussLegendre } from "../numeric/gauss-legendre.ts";
import { declare } from "../part/declare.ts";
import type { OptionsOf } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { flowParts, flowSettings, levelAt, orderSetting } from "./flow.ts";
import { integrateInterpolant } from "./interpolant.ts";
import type { Sampler } from "./sampler.ts";

const settings = {
  ...flowSettings(),
  order: orderSetting(3, "how many noise estimates a step looks at, one more than the paper's degree"),
};

/** Options of {@link deis}. */
export type DeisOptions = OptionsOf<typeof settings>;

/**
 * tAB-DEIS, the diffusion exponential integrator with Adams-Bashforth extrapolation in time (Zhang & Chen 2023, equations 14
 * and 15). In y = x / alpha and r = sigma / alpha,
 *
 *     y' = y + sum_j C_j noise_j        C_j = integral of L_j(tau) dr(tau) from t to t'
 *
 * with L_j Lagrange's polynomials in tau on this time and the ones before. Order 1 is DDIM. The first steps, which have
 * fewer behind them, are of lower order. One evaluation per step.
 * @throws ArgumentError for bad steps, an unknown grid or an order other than 1, 2 or 3
 */
export const deis = declare({
  kind: "deis",
  family: "probability-flow ODE",
  summary: "multistep of order up to 3 by extrapolation of the noise in time, one evaluation per step",
  source: "Zhang & Chen 2023, equations 14 and 15",
  settings,
  make: ({ order, ...flow }, recipe): Sampler => ({
    ...flowParts(flow),
    recipe,
    evaluationsPerStep: 1,
    noises: 0,
    carries: order - 1,
    remembers: "noise",
    memory: order - 1,
    step: (model, { x, carried }, { from, to, before }) => {
      const { process } = model;
      const [at, next] = [levelAt(process, from, x), levelAt(process, to, x)];
      const estimates = [noise(model, x, from), ...carried];
      const spread = (t: Tensor): Tensor => expandTime(t, x.rank);
      const h = to.subtract(from);
      const moments = [next.r.subtract(at.r), ...timeMoments(process, from, to, before.length).map(spread)];
      const nodes = before.map((t) => spread(t.subtract(from).divide(h)));
      const rise = integrateInterpolant(moments, nodes, estimates.slice(0, before.length + 1));
      return {
        x: x.divide(at.alpha).add(rise).multiply(next.alpha),
        carried: estimates.slice(0, order - 1),
      };
    },
  }),
});

const quadrature = gaussLegendre(12);

/** Numbers as a column [count, 1] of the element type of `like`. */
const column = (values: readonly number[], like: Tensor): Tensor =>
  constant(ndarray(Float64Array.from(values), [values.length, 1])).cast(like.dtype);

/**
 * Integrals of theta^k dr for k = 1 to count, [n] each, with theta the part of the step's time that has passed. Over
 * lambda = -log r, in which schedules are smooth on the scale of a step also where they are steep in time.
 */
const timeMoments = (process: Process, from: Tensor, to: Tensor, count: number): Tensor[] => {
  if (count === 0) return [];
  const start = process.logSnr(from).multiply(0.5);
  const h = process.logSnr(to).multiply(0.5).subtract(start);
  // Nodes down, samples across.
  const lambda = h.multiply(column(quadrature.nodes, h)).add(start);
  const theta = process.timeOfLogSnr(lambda.multiply(2)).subtract(from).divide(to.subtract(from));
  const moments: Tensor[] = [];
  // dr = -r dlambda
  let term = lambda.multiply(-1).exp().multiply(h).multiply(column(quadrature.weights, h)).multiply(-1);
  for (let k = 0; k < count; k++) {
    term = term.multiply(theta);
    moments.push(term.sum(0));
  }
  return moments;
};
