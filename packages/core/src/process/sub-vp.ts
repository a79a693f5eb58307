/** The sub-variance-preserving process: as the variance-preserving one, with less noise on the way. */
import { declare } from "../part/declare.ts";
import { linearBeta, linearBetaSettings } from "./linear-beta.ts";
import { makeProcess } from "./make-process.ts";
import type { Process, Scalar } from "./process.ts";
import { add, exp, expm1, log1p, multiply, negate, sqrt, square } from "./scalar.ts";

/**
 * alpha = exp(-B/2), sigma = 1 - alpha^2 (the standard deviation, not the variance) with B(t) the integral of
 * beta = betaMin + (betaMax - betaMin) t (Song et al. 2021, section 3.4). Times [1e-3, 1]: sigma falls with t itself,
 * not its root, and starts at 1.1e-4 with the default rates.
 * @throws ArgumentError unless 0 < betaMin <= betaMax, or for rates so large that nothing is left of the data
 */
export const subVp = declare({
  kind: "sub-vp",
  name: "subVp",
  summary: "as the variance-preserving process, with less noise on the way",
  source: "Song et al. 2021 (score SDE), section 3.4",
  settings: linearBetaSettings,
  make: (betas, recipe): Process => {
    const { rate, integral, timeOfIntegral } = linearBeta("sub-vp", betas);
    const alpha = <T extends Scalar>(t: T): T => exp(multiply(integral(t), -0.5));
    return makeProcess({
      recipe,
      times: { first: 1e-3, last: 1 },
      alpha,
      sigma: (t) => negate(expm1(negate(integral(t)))),
      alphaRate: (t) => multiply(multiply(rate(t), alpha(t)), -0.5),
      sigmaRate: (t) => multiply(rate(t), square(alpha(t))),
      // With r = sigma / alpha, a quadratic in alpha gives e^B - 1 = sigma / alpha^2 = r (r + sqrt(r^2 + 4)) / 2.
      timeOfLogSnr: (logSnr) => {
        const r = exp(multiply(logSnr, -0.5));
        return timeOfIntegral(log1p(multiply(multiply(add(r, sqrt(add(square(r), 4))), r), 0.5)));
      },
    });
  },
});
