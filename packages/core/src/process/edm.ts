/** The process of Karras et al.: noise grows in proportion to time on data that keep their scale. */
import { declare } from "../part/declare.ts";
import { checkRange, makeProcess } from "./make-process.ts";
import type { Process } from "./process.ts";
import { exp, fill, multiply } from "./scalar.ts";
import { sigmaRangeSettings } from "./sigma-range.ts";

/**
 * alpha = 1, sigma = sigmaMax t for t in [sigmaMin / sigmaMax, 1]: the "sigma = t" of Karras et al. 2022 (section 3),
 * its time scaled to end at 1.
 * @throws ArgumentError unless 0 < sigmaMin < sigmaMax
 */
export const edm = declare({
  kind: "edm",
  summary: "noise grows in proportion to time on data that keep their scale; the default",
  source: "Karras et al. 2022, section 3, with time scaled to end at 1",
  settings: sigmaRangeSettings,
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
