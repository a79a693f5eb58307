/** The Schrödinger bridge whose reference process explodes in variance. */
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import type { BridgeProcess } from "./bridge.ts";
import { exp, expm1, fill, log1p, multiply, subtract } from "./scalar.ts";
import { schrodingerBridge } from "./schrodinger-bridge.ts";

const settings = {
  k: number({ above: 1, default: 2.6, help: "factor by which the noise rate g grows from one end to the other" }),
  c: number({ above: 0, default: 0.4, help: "squared noise rate g^2 at t = 0, in squared units of the data" }),
};

/** Options of {@link sbVe}. */
export type SbVeOptions = OptionsOf<typeof settings>;

/**
 * The bridge pinned at x0 and y of dx = g dw with g^2 = c k^(2t), so s^2 = c (k^(2t) - 1) / (2 log k): the mean is on the
 * straight line between them, and the noise is 0 at both ends. Given y it is a process of residuals x0 - y.
 * @throws ArgumentError for k that is not above 1, or c that is not positive
 */
export const sbVe = declare({
  kind: "sb-ve",
  name: "sbVe",
  family: "bridge to a known end",
  summary: "the Schrödinger bridge to a known other end, with noise of exploding variance",
  source: "Jukić, Korostik, Balam & Ginsburg 2024; Chen, Liu, Theodorou & Zhu 2023",
  settings,
  make: ({ k, c }, recipe): BridgeProcess => {
    const growth = 2 * Math.log(k);
    if (!Number.isFinite(k * c)) throw new ArgumentError(`sbVe: expected finite k and c, found k ${k}, c ${c}`);
    const scale = c / growth;
    return schrodingerBridge(recipe, {
      alpha: (t) => fill(t, 1),
      drift: (t) => fill(t, 0),
      diffusion: (t) => multiply(exp(multiply(t, growth / 2)), Math.sqrt(c)),
      spread: (t) => multiply(expm1(multiply(t, growth)), scale),
      left: (t) => multiply(multiply(exp(multiply(t, growth)), expm1(multiply(subtract(1, t), growth))), scale),
      timeOfSpread: (v) => multiply(log1p(multiply(v, 1 / scale)), 1 / growth),
    });
  },
});
