/** What Schrödinger bridges between paired data share: the bridge pinned at both ends, from a reference process. */
import type { KindRecipe } from "../recipe.ts";
import type { BridgeProcess } from "./bridge.ts";
import { makeProcess } from "./make-process.ts";
import type { Scalar } from "./process.ts";
import { add, divide, exp, multiply, sqrt, square, subtract } from "./scalar.ts";

type Formula = <T extends Scalar>(t: T) => T;

/** A reference process dx = f x dt + g dw from t = 0 on, by its schedule. */
interface Reference {
  /** exp of the integral of f from 0. */
  readonly alpha: Formula;
  readonly drift: Formula;
  readonly diffusion: Formula;
  /** s(t)^2, the integral of g^2 / alpha^2 from 0. */
  readonly spread: Formula;
  /** s(1)^2 - s(t)^2, in a form that subtracts nothing. */
  readonly left: Formula;
  /** The t with s(t)^2 = v. */
  readonly timeOfSpread: Formula;
}

/** Nearest time to the other end, where the bridge has neither data nor noise. */
const last = 0.999;
const first = 1e-4;

/**
 * The bridge of a reference process that ends at y (Chen, Liu, Theodorou & Zhu 2023 for paired data; Jukić, Korostik,
 * Balam & Ginsburg 2024 for speech): with s^2 the spread, S^2 = s(1)^2 and s'^2 = S^2 - s^2
 *
 *     x_t = alpha s'^2 / S^2 x0 + alpha / alpha(1) s^2 / S^2 y + alpha s' s / S z
 *
 * Of the residual, drift is f - g^2 / (alpha^2 s'^2), and diffusion the g of the reference.
 */
export const schrodingerBridge = (
  recipe: KindRecipe,
  { alpha: scale, drift, diffusion, spread, left, timeOfSpread }: Reference,
): BridgeProcess => {
  const total = spread(1);
  const atEnd = scale(1);
  const alpha = <T extends Scalar>(t: T): T => multiply(multiply(scale(t), left(t)), 1 / total);
  const sigma = <T extends Scalar>(t: T): T =>
    multiply(scale(t), sqrt(multiply(multiply(left(t), spread(t)), 1 / total)));
  /** (s^2)' */
  const spreadRate = <T extends Scalar>(t: T): T => square(divide(diffusion(t), scale(t)));
  const residualDrift = <T extends Scalar>(t: T): T => subtract(drift(t), divide(spreadRate(t), left(t)));
  return {
    ...makeProcess({
      recipe,
      times: { first, last },
      alpha,
      sigma,
      alphaRate: (t) => multiply(residualDrift(t), alpha(t)),
      // sigma'/sigma = f + (s^2)' (s'^2 - s^2) / (2 s^2 s'^2)
      sigmaRate: (t) =>
        multiply(
          sigma(t),
          add(
            drift(t),
            divide(multiply(spreadRate(t), subtract(left(t), spread(t))), multiply(multiply(left(t), spread(t)), 2)),
          ),
        ),
      drift: residualDrift,
      diffusion,
      // sigma^2 / alpha^2 = s^2 S^2 / s'^2 =: q, so s^2 = q S^2 / (q + S^2) = S^2 / (1 + S^2 / q)
      timeOfLogSnr: (logSnr) => timeOfSpread(divide(total, add(multiply(exp(logSnr), total), 1))),
    }),
    weightOfEnd: (<T extends Scalar>(t: T): T =>
      multiply(multiply(scale(t), spread(t)), 1 / (total * atEnd))) as BridgeProcess["weightOfEnd"],
  };
};
