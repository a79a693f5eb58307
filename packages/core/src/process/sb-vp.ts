/** The Schrödinger bridge whose reference process preserves the variance. */
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import type { BridgeProcess } from "./bridge.ts";
import { linearBeta, linearBetaSettings } from "./linear-beta.ts";
import type { Scalar } from "./process.ts";
import { add, exp, expm1, log1p, multiply, sqrt, subtract } from "./scalar.ts";
import { schrodingerBridge } from "./schrodinger-bridge.ts";

const settings = {
  ...linearBetaSettings,
  betaMin: number({ above: 0, default: 0.01, help: "rate at t = 0, per unit of time" }),
  c: number({
    above: 0,
    default: 0.3,
    help: "squared noise rate g^2 over the rate beta, in squared units of the data",
  }),
};

/** Options of {@link sbVp}. */
export type SbVpOptions = OptionsOf<typeof settings>;

/**
 * The bridge pinned at x0 and y of dx = -beta / 2 x dt + sqrt(c beta) dw with beta = betaMin + (betaMax - betaMin) t, whose
 * integral is B: alpha = e^(-B / 2), s^2 = c (e^B - 1). Given y it is a process of residuals x0 - y.
 * @throws ArgumentError unless 0 < betaMin <= betaMax, for c that is not positive, or rates so large that nothing is left
 */
export const sbVp = declare({
  kind: "sb-vp",
  name: "sbVp",
  family: "bridge to a known end",
  summary: "the Schrödinger bridge to a known other end, with noise that preserves the variance",
  source: "Jukić, Korostik, Balam & Ginsburg 2024; Chen, Liu, Theodorou & Zhu 2023",
  settings,
  make: ({ c, ...betas }, recipe): BridgeProcess => {
    const { rate, integral, timeOfIntegral } = linearBeta("sbVp", betas);
    const { betaMin, betaMax } = betas;
    /** B(1) - B(t) */
    const rest = <T extends Scalar>(t: T): T =>
      multiply(subtract(1, t), add(multiply(add(t, 1), (betaMax - betaMin) / 2), betaMin));
    return schrodingerBridge(recipe, {
      alpha: (t) => exp(multiply(integral(t), -0.5)),
      drift: (t) => multiply(rate(t), -0.5),
      diffusion: (t) => sqrt(multiply(rate(t), c)),
      spread: (t) => multiply(expm1(integral(t)), c),
      left: (t) => multiply(multiply(exp(integral(t)), expm1(rest(t))), c),
      timeOfSpread: (v) => timeOfIntegral(log1p(multiply(v, 1 / c))),
    });
  },
});
