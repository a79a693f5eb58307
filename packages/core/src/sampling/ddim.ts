import { sqrt } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import { flowParts, flowSettings, levelAt } from "./flow.ts";
import { oneStep, type Sampler } from "./sampler.ts";

const settings = {
  ...flowSettings(),
  /** Fresh noise. 0 is the probability-flow ODE, without noise. 1 has the same variance as the ancestral sampler. */
  eta: number({ least: 0, most: 1, default: 0, help: "fresh noise: 0 is the ODE, 1 the noise of ancestral" }),
};

/** Options of {@link ddim}. */
export type DdimOptions = OptionsOf<typeof settings>;

/**
 * Denoising diffusion implicit models (Song, Meng & Ermon 2021, equations 12 and 16). With D = E[x_0 | x] and
 * noise = (x - alpha D) / sigma,
 *
 *     x' = alpha' D + sqrt(sigma'^2 - s^2) noise + s z        s = eta sigma' sqrt(1 - q^2)        q = (sigma' / alpha') / (sigma / alpha)
 *
 * s^2 at eta = 1 is the variance of x' given x and x_0, for any process. In y = x / alpha and r = sigma / alpha, with
 * c = sqrt(1 - eta^2 (1 - q^2)), a mean of y and D that keeps its digits for long and for short steps:
 *
 *     y' = q c y + (1 - q c) D + r' eta sqrt(1 - q^2) z
 *
 * With eta = 0 it is Euler's method in r, and DPM-Solver++ of order 1. It is exact for a point, of order 1 otherwise.
 * @throws ArgumentError for bad steps or an unknown grid, or eta outside [0, 1]
 */
export const ddim = declare({
  kind: "ddim",
  family: "probability-flow ODE",
  summary: "first order; eta from 0 (no noise, equal to euler) to 1 (as much as ancestral)",
  source: "Song, Meng & Ermon 2021, equations 12 and 16",
  settings,
  make: ({ eta, ...flow }, recipe): Sampler =>
    oneStep({
      ...flowParts(flow),
      recipe,
      evaluationsPerStep: 1,
      noises: eta > 0 ? 1 : 0,
      step: (model, x, from, to, [z]) => {
        const [at, next] = [levelAt(model.process, from, x), levelAt(model.process, to, x)];
        const q = next.r.divide(at.r);
        // 1 - q^2 without cancellation.
        const lost = at.r.subtract(next.r).divide(at.r).multiply(q.add(1));
        const kept = q.multiply(sqrt(lost.multiply(-(eta ** 2)).add(1)));
        const denoised = model.denoise(x, from);
        const mean = x.divide(at.alpha).subtract(denoised).multiply(kept).add(denoised);
        const y = eta > 0 ? mean.add(next.r.multiply(sqrt(lost)).multiply(eta).multiply(z!)) : mean;
        return y.multiply(next.alpha);
      },
    }),
});
