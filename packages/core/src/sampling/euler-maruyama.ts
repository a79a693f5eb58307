import { expandTime } from "../model/expand-time.ts";
import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { oneStep, type Sampler } from "./sampler.ts";
import { type SdeSamplerOptions, sdeParts, sdeSettings } from "./sde.ts";

/** Options of {@link eulerMaruyama}. */
export type EulerMaruyamaOptions = SdeSamplerOptions;

/**
 * Euler-Maruyama on the reverse-time SDE (Anderson 1982; Song et al. 2021, equation 6): for a step h = t - t' > 0,
 *
 *     x' = x - h (f x - g^2 score(x, t)) + g sqrt(h) z
 *
 * Its error on a detail of size s comes from the steps where sigma / alpha is about s, so equal steps of the log-SNR
 * treat every size alike. Error of the standard deviation of N(0, s^2) after 500 steps (`euler-maruyama.test.ts`):
 *
 *     | s    | process | uniform | karras | logSnr |
 *     | ---- | ------- | ------- | ------ | ------ |
 *     | 1    | edm     | 0.46 %  | 0.44 % | 0.53 % |
 *     | 0.1  | edm     | 167 %   | 0.60 % | 0.51 % |
 *     | 0.03 | edm     | 1129 %  | 0.52 % | 0.31 % |
 *     | 1    | vp      | 0.14 %  | 0.27 % | 0.27 % |
 *     | 0.1  | vp      | 0.56 %  | 0.69 % | 0.52 % |
 *     | 0.03 | vp      | 6.18 %  | 0.57 % | 0.15 % |
 *
 * @throws ArgumentError for steps that are not a positive whole number, or an unknown grid
 */
export const eulerMaruyama = declare({
  kind: "euler-maruyama",
  name: "eulerMaruyama",
  family: "reverse-time SDE",
  summary: "weak order 1; the simplest, for many steps",
  source: "Song et al. 2021 (score SDE), equation 6; Anderson 1982",
  settings: sdeSettings(),
  make: (sde, recipe): Sampler =>
    oneStep({
      ...sdeParts(sde),
      recipe,
      step: (model, x, from, to, [z]) => {
        const spread = (t: typeof from) => expandTime(t, x.rank);
        const h = spread(from.subtract(to));
        const f = spread(model.process.drift(from));
        const g = spread(model.process.diffusion(from));
        const reverse = x.multiply(f).subtract(score(model, x, from).multiply(g.square()));
        return x.subtract(reverse.multiply(h)).add(z!.multiply(g.multiply(h.sqrt())));
      },
    }),
});
