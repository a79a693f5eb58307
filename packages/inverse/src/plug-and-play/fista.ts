import { setting } from "@scorefield/core";
import { declarePosterior } from "../method/declare-posterior.ts";
import { spread } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { denoiseAt, plugAndPlaySettings, stayingParts } from "./denoiser.ts";

/**
 * Plug-and-play FISTA (Beck & Teboulle 2009, equations 4.1 to 4.3; Kamilov, Mansour & Wohlberg 2017, algorithm 2): a gradient step of the
 * misfit, a denoiser in place of the proximal map, and momentum,
 *
 *     x' = D(s - A* (A s - y) / |A|^2; r)      r = strength sigma_y / |A|
 *     q' = (1 + sqrt(1 + 4 q^2)) / 2           s' = x' + ((q - 1) / q') (x' - x)
 *
 * With strength 1 the step of the gradient and the noise of the denoiser belong together: for Gaussian data x tends to the mean of the
 * posterior. No system is solved, so it suits operators without a closed form.
 */
export const fista = declarePosterior({
  kind: "pnp-fista",
  name: "fista",
  title: "plug-and-play FISTA",
  family: "plug-and-play",
  form: "estimate",
  summary:
    "gradient steps of the misfit with momentum, and the denoiser; nothing is solved; a point without uncertainty",
  source: "Beck & Teboulle 2009, equations 4.1 to 4.3; Kamilov, Mansour & Wohlberg 2017, algorithm 2",
  needs: { linear: true, gaussian: true },
  cost: "an evaluation for each of steps; no backward pass",
  settings: {
    ...plugAndPlaySettings,
    strength: setting.number({ above: 0, default: 1, help: "noise of the denoiser in units of sigma_y / |A|" }),
  },
  sampler: ({ operator, noise: { sigma } }, { steps, strength }) => ({
    ...stayingParts(steps),
    // The point before momentum, and q in every number.
    carries: 2,
    step: (model, { x, carried }, { from, before }) => {
      const { process, bound } = model;
      const y = givenMeasurement("fista", bound);
      const alpha = spread(process.alpha(from), x);
      const first = before.length === 0;
      const s = first ? operator.adjoint(y).multiply(operator.norm ** -2) : carried[0]!;
      const q = first ? s.multiply(0).add(1) : carried[1]!;
      const slope = operator.adjoint(operator.apply(s).subtract(y)).multiply(operator.norm ** -2);
      const clean = denoiseAt(model, s.subtract(slope), (strength * sigma) / operator.norm);
      const next = q.square().multiply(4).add(1).sqrt().add(1).multiply(0.5);
      const past = first ? s : x.divide(alpha);
      const moved = clean.add(clean.subtract(past).multiply(q.subtract(1).divide(next)));
      return { x: clean.multiply(alpha), carried: [moved, next] };
    },
  }),
});
