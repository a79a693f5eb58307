/** The variance-preserving process: data of unit variance keep it, and the noise rate grows linearly with time. */
import { declare } from "../part/declare.ts";
import { linearBeta, linearBetaSettings } from "./linear-beta.ts";
import { makeProcess } from "./make-process.ts";
import type { Process, Scalar } from "./process.ts";
import { divide, exp, expm1, log1p, multiply, negate, sqrt, square } from "./scalar.ts";

/**
 * alpha = exp(-B/2), sigma^2 = 1 - alpha^2 with B(t) the integral of beta = betaMin + (betaMax - betaMin) t
 * (Song et al. 2021, appendix C; the continuous form of Ho et al. 2020). Times [1e-4, 1]: sigma starts at 0.0032 with
 * the default rates.
 * @throws ArgumentError unless 0 < betaMin <= betaMax, or for rates so large that nothing is left of the data
 */
export const vp = declare({
  kind: "vp",
  summary: "data of unit variance keep unit variance; the noise rate grows linearly with time",
  source: "Song et al. 2021 (score SDE), appendix C; Ho et al. 2020 in discrete time",
  settings: linearBetaSettings,
  make: (betas, recipe): Process => {
    const { rate, integral, timeOfIntegral } = linearBeta("vp", betas);
    const alpha = <T extends Scalar>(t: T): T => exp(multiply(integral(t), -0.5));
    const sigma = <T extends Scalar>(t: T): T => sqrt(negate(expm1(negate(integral(t)))));
    return makeProcess({
      recipe,
      times: { first: 1e-4, last: 1 },
      alpha,
      sigma,
      alphaRate: (t) => multiply(multiply(rate(t), alpha(t)), -0.5),
      sigmaRate: (t) => divide(multiply(multiply(rate(t), square(alpha(t))), 0.5), sigma(t)),
      // sigma^2 / alpha^2 = e^B - 1
      timeOfLogSnr: (logSnr) => timeOfIntegral(log1p(exp(negate(logSnr)))),
    });
  },
});
