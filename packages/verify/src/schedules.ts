/** The processes that checks run on, and their schedules as the papers write them. */

import type { Process } from "@scorefield/core";
import { edm, rectifiedFlow, subVp, ve, vp, vpCosine } from "@scorefield/core";

/** A process, and what it should be. */
export interface KnownProcess {
  readonly process: Process;
  readonly source: string;
  readonly alpha: (t: number) => number;
  readonly sigma: (t: number) => number;
}

/** alpha of the linear noise rate from 0.1 to 20. */
const linearAlpha = (t: number): number => Math.exp(-(t ** 2) * (19.9 / 4) - 0.05 * t);
const cosine = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2);

/** Every process with its default settings. */
export const knownProcesses: readonly KnownProcess[] = [
  {
    process: edm(),
    source: "Karras et al. 2022, table 1",
    alpha: () => 1,
    sigma: (t) => 80 * t,
  },
  {
    process: ve(),
    source: "Song et al. 2021, appendix C",
    alpha: () => 1,
    sigma: (t) => 0.002 * (80 / 0.002) ** t,
  },
  {
    process: vp(),
    source: "Song et al. 2021, appendix C",
    alpha: linearAlpha,
    sigma: (t) => Math.sqrt(1 - linearAlpha(t) ** 2),
  },
  {
    process: subVp(),
    source: "Song et al. 2021, section 3.4: sigma is 1 - alpha^2, not its root",
    alpha: linearAlpha,
    sigma: (t) => 1 - linearAlpha(t) ** 2,
  },
  {
    process: rectifiedFlow(),
    source: "Liu et al. 2023, section 2.1",
    alpha: (t) => 1 - t,
    sigma: (t) => t,
  },
  {
    process: vpCosine(),
    source: "Nichol & Dhariwal 2021, equation 17",
    alpha: (t) => cosine(t) / cosine(0),
    sigma: (t) => Math.sqrt(1 - (cosine(t) / cosine(0)) ** 2),
  },
];

/** Times inside a process, from near the data to near the prior. */
export const innerTimes = ({ times: { first, last } }: Process): number[] =>
  [0.01, 0.1, 0.3, 0.6, 0.95].map((u) => first + u * (last - first));
