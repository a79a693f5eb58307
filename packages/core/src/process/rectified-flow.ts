/** Rectified flow: the straight line from data to noise. */
import { declare } from "../part/declare.ts";
import { makeProcess } from "./make-process.ts";
import type { Process } from "./process.ts";
import { add, divide, exp, fill, multiply, subtract } from "./scalar.ts";

/**
 * alpha = 1 - t, sigma = t (Liu et al. 2023; with Gaussian noise the optimal-transport path of Lipman et al. 2023).
 * Times [1e-3, 0.999]: the log-SNR is infinite at t = 0 and t = 1. Here it runs from 13.8 to -13.8, and dividing by
 * sigma costs float32 at most three digits.
 */
export const rectifiedFlow = declare({
  kind: "rectified-flow",
  name: "rectifiedFlow",
  summary: "the straight line from data to noise",
  source: "Liu et al. 2023; Lipman et al. 2023, the optimal-transport path",
  settings: {},
  make: (_, recipe): Process =>
    makeProcess({
      recipe,
      times: { first: 1e-3, last: 0.999 },
      alpha: (t) => subtract(1, t),
      sigma: (t) => t,
      alphaRate: (t) => fill(t, -1),
      sigmaRate: (t) => fill(t, 1),
      timeOfLogSnr: (logSnr) => divide(1, add(exp(multiply(logSnr, 0.5)), 1)),
    }),
});
