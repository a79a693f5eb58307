/** Continuous-time consistency models (sCM): where a path ends does not change along it. */
import { constant, jvp, stopGradient, type Tensor } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";
import { declare } from "../../part/declare.ts";
import { number, part, whole } from "../../part/setting.ts";
import { logNormalNoise, noiseDistributions } from "../noise-distribution.ts";
import { type FlowMapObjective, onLineBetween } from "./flow-map-objective.ts";

// The tangent over its size plus this.
const tangentFloor = 0.1;

/**
 * With f = X(z, s -> end), df/ds = v - u - (s - end) du/ds is 0 along the flow. On the circle of angle a, tan a = s / ((1 - s) d), with
 * the raw network N of `averageVelocity`, q^2 = (1 - s)^2 d^2 + s^2 and df/da = q^2 / d df/ds, the tangent is
 *
 *     g = cos a df/da = d (cos^2 a (dz/da + N) + cos a sin a (dN/da - z))
 *
 * with z in units of q, and f in units of the data. N is regressed on N - g / (|g| + 0.1), |g| the root mean square of a sample. The second term grows
 * from 0 to its full size over `warmUp` steps.
 *
 * It needs derivatives of the network in the noise level: `noiseEmbedding: "share"`, the default of networks with two levels.
 */
export const continuousConsistency = declare({
  kind: "continuous-consistency",
  name: "continuousConsistency",
  summary: "sCM: where a path ends does not change along it; one step to data, with derivatives along the flow",
  source: "Lu & Song 2025 (sCM), equation 8 and algorithm 1, without the learned weights",
  settings: {
    noiseDistribution: part(noiseDistributions, {
      default: logNormalNoise({ mean: -1, deviation: 2 }),
      help: "how often training visits each noise level",
    }),
    warmUp: whole({ least: 0, default: 1_000, help: "steps over which the derivative of the network comes in" }),
    sigmaData: number({ above: 0, default: 1, help: "standard deviation of the data" }),
  },
  make: ({ noiseDistribution, warmUp, sigmaData: d }, recipe): FlowMapObjective => ({
    recipe,
    target: "data",
    times: (process, [a]) => {
      const from = noiseDistribution.time(process, a);
      return { from, to: process.times.first };
    },
    loss: (u, { x, noise, from: s, end, step, teacher }) => {
      const z = onLineBetween({ x, noise }, s);
      const v = teacher?.(z, s) ?? noise.subtract(x);
      const one = constant(1, s.dtype).broadcastTo(s.shape);
      const [value, rate] = jvp(({ z, s }: { z: Tensor; s: Tensor }) => u(z, s, end), { z, s }, { z: v, s: one });
      const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
      const rest = s.negate().add(1);
      const q = rest
        .square()
        .multiply(d * d)
        .add(s.square())
        .sqrt();
      const misfit = v.subtract(value);
      const whole = misfit.subtract(spread(s.subtract(end)).multiply(rate)).multiply(spread(rest.multiply(q)));
      const first = misfit.multiply(
        spread(
          rest
            .square()
            .multiply(d * d)
            .divide(q),
        ),
      );
      const share = warmUp === 0 ? undefined : spread(step.divide(warmUp).clip(0, 1));
      const g = share ? first.add(share.multiply(whole.subtract(first))) : whole;
      const axes = Array.from({ length: x.rank - 1 }, (_, k) => k + 1);
      const size = g.square().mean(axes, { keepDims: true }).sqrt();
      const known = stopGradient(
        value.add(g.divide(size.add(tangentFloor)).multiply(spread(q.reciprocal().multiply(d)))),
      );
      return value
        .subtract(known)
        .multiply(spread(q.divide(d)))
        .square()
        .mean();
    },
  }),
});
