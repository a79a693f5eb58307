/** The mean-reverting process of speech enhancement: data are drawn to the other end while noise grows. */
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import type { BridgeProcess } from "./bridge.ts";
import { checkRange, makeProcess } from "./make-process.ts";
import type { Scalar } from "./process.ts";
import { add, divide, exp, expm1, fill, log, log1p, multiply, negate, sqrt } from "./scalar.ts";

const settings = {
  gamma: number({ above: 0, default: 1.5, help: "stiffness: how fast data are drawn to the other end" }),
  sigmaMin: number({ above: 0, default: 0.05, help: "sets the noise rate at t = 0, in units of the data" }),
  sigmaMax: number({ above: 0, default: 0.5, help: "sets the noise rate at t = 1, in units of the data" }),
  first: number({ above: 0, below: 1, default: 0.03, help: "earliest time in use" }),
};

/** Options of {@link ouve}. */
export type OuveOptions = OptionsOf<typeof settings>;

/**
 * The Ornstein-Uhlenbeck process with exploding variance of SGMSE+,
 *
 *     dx = gamma (y - x) dt + g dw     g = sigmaMin (sigmaMax / sigmaMin)^t sqrt(2 log(sigmaMax / sigmaMin))
 *
 * given the other end y, as a process of residuals x0 - y. With L = log(sigmaMax / sigmaMin) the mean is
 * e^(-gamma t) x0 + (1 - e^(-gamma t)) y, and the variance
 *
 *     sigma^2 = sigmaMin^2 L / (gamma + L) (e^(2 L t) - e^(-2 gamma t))
 *
 * Sampling starts at N(y, sigma(1)^2), without the share e^-gamma of x0 - y that the process has left.
 * @throws ArgumentError unless 0 < sigmaMin < sigmaMax
 */
export const ouve = declare({
  kind: "ouve",
  family: "bridge to a known end",
  summary: "a bridge that draws data to a known other end while noise grows; SGMSE+",
  source: "Richter, Welker, Lemercier, Lay & Gerkmann 2023 (SGMSE+), equations 3 to 6",
  settings,
  make: ({ gamma, sigmaMin, sigmaMax, first }, recipe): BridgeProcess => {
    checkRange("ouve", "sigmaMin", sigmaMin, "sigmaMax", sigmaMax);
    const growth = Math.log(sigmaMax / sigmaMin);
    const scale = (sigmaMin ** 2 * growth) / (gamma + growth);
    const rate = 2 * (growth + gamma);
    const alpha = <T extends Scalar>(t: T): T => exp(multiply(t, -gamma));
    // sigma^2 = alpha^2 k (e^(2 (L + gamma) t) - 1)
    const sigma = <T extends Scalar>(t: T): T => multiply(alpha(t), sqrt(multiply(expm1(multiply(t, rate)), scale)));
    const halfVarianceRate = <T extends Scalar>(t: T): T =>
      add(
        multiply(exp(multiply(t, 2 * growth)), scale * growth),
        multiply(exp(multiply(t, -2 * gamma)), scale * gamma),
      );
    return {
      ...makeProcess({
        recipe,
        times: { first, last: 1 },
        alpha,
        sigma,
        alphaRate: (t) => multiply(alpha(t), -gamma),
        sigmaRate: (t) => divide(halfVarianceRate(t), sigma(t)),
        drift: (t) => fill(t, -gamma),
        diffusion: (t) => multiply(exp(multiply(t, growth)), sigmaMin * Math.sqrt(2 * growth)),
        logSnr: (t) => negate(add(log(expm1(multiply(t, rate))), Math.log(scale))),
        timeOfLogSnr: (logSnr) => multiply(log1p(multiply(exp(negate(logSnr)), 1 / scale)), 1 / rate),
      }),
      weightOfEnd: (<T extends Scalar>(t: T): T => negate(expm1(multiply(t, -gamma)))) as BridgeProcess["weightOfEnd"],
    };
  },
});
