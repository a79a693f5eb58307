/** A noise rate that grows linearly, beta(t) = betaMin + (betaMax - betaMin) t, and its integral. */
import { ArgumentError } from "../errors.ts";
import { number, type OptionsOf, type Values } from "../part/setting.ts";
import type { Scalar } from "./process.ts";
import { add, divide, multiply, sqrt } from "./scalar.ts";

/** Settings of processes with such a rate: noise rates per unit of time. */
export const linearBetaSettings = {
  betaMin: number({ above: 0, default: 0.1, help: "noise rate at t = 0, per unit of time" }),
  /** The default stands for a thousand steps of the discrete chain with beta from 0.0001 to 0.02. */
  betaMax: number({ above: 0, default: 20, help: "noise rate at t = 1, per unit of time" }),
};

/** Options of {@link "./variance-preserving.ts"} and {@link "./sub-vp.ts"}. */
export type LinearBetaOptions = OptionsOf<typeof linearBetaSettings>;

/** @throws ArgumentError unless betaMin <= betaMax */
export const linearBeta = (kind: string, { betaMin, betaMax }: Values<typeof linearBetaSettings>) => {
  if (betaMin > betaMax)
    throw new ArgumentError(`${kind}: expected betaMin <= betaMax, found betaMin ${betaMin}, betaMax ${betaMax}`);
  const slope = betaMax - betaMin;
  return {
    rate: <T extends Scalar>(t: T): T => add(multiply(t, slope), betaMin),
    /** B(t), the integral of beta from 0 to t. */
    integral: <T extends Scalar>(t: T): T => multiply(add(multiply(t, slope / 2), betaMin), t),
    /** The t with B(t) = b: the root of the quadratic in the form that subtracts nothing. */
    timeOfIntegral: <T extends Scalar>(b: T): T =>
      divide(multiply(b, 2), add(sqrt(add(multiply(b, 2 * slope), betaMin ** 2)), betaMin)),
  };
};
