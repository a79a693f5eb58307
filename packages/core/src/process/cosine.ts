/** The variance-preserving process with a cosine schedule, gentler at both ends than a linear rate. */
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import { makeProcess } from "./make-process.ts";
import type { Process, Scalar } from "./process.ts";
import { add, angleOf, cos, divide, exp, multiply, negate, sin, sqrt, subtract } from "./scalar.ts";

const settings = {
  /** The s of the schedule. */
  offset: number({ above: 0, most: 1, default: 0.008, help: "keeps the first noise from vanishing" }),
};

/** Options of {@link vpCosine}. */
export type CosineOptions = OptionsOf<typeof settings>;

/**
 * alpha = cos(theta(t)) / cos(theta(0)) with theta(t) = (t + s) / (1 + s) pi / 2 and sigma^2 = 1 - alpha^2 (Nichol &
 * Dhariwal 2021, equation 17, in continuous time). Times [1e-4, 0.995]: at t = 1 alpha is zero and the drift infinite.
 * At 0.995 alpha is 0.008, about what the linear schedule leaves. At 1e-4 sigma is 0.002 with the default offset.
 * @throws ArgumentError unless 0 < offset <= 1
 */
export const vpCosine = declare({
  kind: "vp-cosine",
  name: "vpCosine",
  summary: "variance-preserving with a cosine schedule, gentler at both ends than a linear rate",
  source: "Nichol & Dhariwal 2021, equation 17, in continuous time",
  settings,
  make: ({ offset }, recipe): Process => {
    const speed = Math.PI / 2 / (1 + offset);
    const start = speed * offset;
    const [cosStart, sinStart] = [Math.cos(start), Math.sin(start)];
    // cos(theta) = sin(speed (1 - t)), which is accurate where alpha is small.
    const left = <T extends Scalar>(t: T): T => multiply(subtract(1, t), speed);
    const alpha = <T extends Scalar>(t: T): T => multiply(sin(left(t)), 1 / cosStart);
    const alphaRate = <T extends Scalar>(t: T): T => multiply(cos(left(t)), -speed / cosStart);
    // cos^2(theta(0)) - cos^2(theta) = sin(theta - theta(0)) sin(theta + theta(0)), which is accurate where sigma is small.
    const sigma = <T extends Scalar>(t: T): T => {
      const turned = multiply(t, speed);
      return multiply(sqrt(multiply(sin(turned), sin(add(turned, 2 * start)))), 1 / cosStart);
    };
    return makeProcess({
      recipe,
      times: { first: 1e-4, last: 0.995 },
      alpha,
      sigma,
      alphaRate,
      sigmaRate: (t) => negate(divide(multiply(alpha(t), alphaRate(t)), sigma(t))),
      // The angle turned since t = 0, by its sine and cosine in forms that subtract nothing.
      timeOfLogSnr: (logSnr) => {
        const dataShare = divide(1, add(exp(negate(logSnr)), 1));
        const noiseShare = divide(1, add(exp(logSnr), 1));
        const cosine = multiply(sqrt(dataShare), cosStart);
        const sine = sqrt(add(multiply(noiseShare, cosStart ** 2), sinStart ** 2));
        const sineTurned = divide(
          multiply(noiseShare, cosStart ** 2),
          add(multiply(sine, cosStart), multiply(cosine, sinStart)),
        );
        const cosineTurned = add(multiply(cosine, cosStart), multiply(sine, sinStart));
        return multiply(angleOf(sineTurned, cosineTurned), 1 / speed);
      },
    });
  },
});
