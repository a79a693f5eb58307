/** The range of noise levels of processes that keep the scale of the data, alpha = 1. */
import { number, type OptionsOf } from "../part/setting.ts";

/** Settings of such processes: noise levels in units of the data. */
export const sigmaRangeSettings = {
  sigmaMin: number({ above: 0, default: 0.002, help: "least noise in use, in units of the data" }),
  sigmaMax: number({ above: 0, default: 80, help: "noise at t = 1, in units of the data" }),
};

/** Options of {@link "./edm.ts"} and {@link "./variance-exploding.ts"}. */
export type SigmaRangeOptions = OptionsOf<typeof sigmaRangeSettings>;
