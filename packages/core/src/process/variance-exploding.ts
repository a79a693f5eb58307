/** The variance-exploding process: noise grows geometrically on data that keep their scale. */
import { declare } from "../part/declare.ts";
import { checkRange, makeProcess } from "./make-process.ts";
import type { Process } from "./process.ts";
import { add, divide, exp, fill, multiply } from "./scalar.ts";
import { sigmaRangeSettings } from "./sigma-range.ts";

/**
 * alpha = 1, sigma = sigmaMin (sigmaMax / sigmaMin)^t, on all of [0, 1] (Song et al. 2021, appendix C).
 * At t = 0 the data carry noise of sigmaMin, as in the discrete chain of Song & Ermon 2019.
 * @throws ArgumentError unless 0 < sigmaMin < sigmaMax
 */
export const ve = declare({
  kind: "ve",
  summary: "noise grows geometrically on data that keep their scale",
  source: "Song et al. 2021 (score SDE), appendix C",
  settings: sigmaRangeSettings,
  make: ({ sigmaMin, sigmaMax }, recipe): Process => {
    checkRange("ve", "sigmaMin", sigmaMin, "sigmaMax", sigmaMax);
    const start = Math.log(sigmaMin);
    const slope = Math.log(sigmaMax / sigmaMin);
    return makeProcess({
      recipe,
      times: { first: 0, last: 1 },
      alpha: (t) => fill(t, 1),
      sigma: (t) => exp(add(multiply(t, slope), start)),
      alphaRate: (t) => fill(t, 0),
      sigmaRate: (t) => multiply(exp(add(multiply(t, slope), start)), slope),
      timeOfLogSnr: (logSnr) => divide(add(multiply(logSnr, -0.5), -start), slope),
      logSnr: (t) => multiply(add(multiply(t, slope), start), -2),
    });
  },
});
