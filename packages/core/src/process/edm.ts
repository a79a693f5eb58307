/** The process of Karras et al.: noise grows in proportion to time on data that keep their scale. */
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import { checkRange, makeProcess } from "./make-process.ts";
import type { Process } from "./process.ts";
import { exp, fill, multiply } from "./scalar.ts";

const settings = {
  sigmaMin: number({ above: 0, default: 0.002, help: "least noise in use, in units of the data" }),
  sigmaMax: number({ above: 0, default: 80, help: "noise at t = 1, in units of the data" }),
};

/** Options of {@link edm}. */
export type EdmOptions = OptionsOf<typeof settings>;

/**
 * alpha = 1, sigma = sigmaMax t for t in [sigmaMin / sigmaMax, 1]: the "sigma = t" of Karras et al. 2022 (section 3),
 * its time scaled to end at 1.
 * @throws ArgumentError unless 0 < sigmaMin < sigmaMax
 */
export const edm = declare({
  kind: "edm",
  summary: "noise grows in proportion to time on data that keep their scale; the default",
  source: "Karras et al. 2022, section 3, with time scaled to end at 1",
  settings,
  make: ({ sigmaMin, sigmaMax }, recipe): Process => {
    checkRange("edm", "sigmaMin", sigmaMin, "sigmaMax", sigmaMax);
    return makeProcess({
      recipe,
      times: { first: sigmaMin / sigmaMax, last: 1 },
      alpha: (t) => fill(t, 1),
      sigma: (t) => multiply(t, sigmaMax),
      alphaRate: (t) => fill(t, 0),
      sigmaRate: (t) => fill(t, sigmaMax),
      timeOfLogSnr: (logSnr) => multiply(exp(multiply(logSnr, -0.5)), 1 / sigmaMax),
    });
  },
});
