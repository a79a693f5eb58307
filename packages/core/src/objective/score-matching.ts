/** The objectives that match a score on their own: what `fokkerPlanck` and `constrained` add their terms to. */
import { partList } from "../part/part-list.ts";
import { denoising } from "./denoising.ts";
import { finiteDifference } from "./finite-difference.ts";
import { implicit } from "./implicit.ts";
import { sliced } from "./sliced.ts";

/** Every objective that stands on its own. */
export const scoreMatching = [denoising, implicit, sliced, finiteDifference] as const;

/** The objectives that `fokkerPlanck` adds its residual to. */
export const scoreMatchingObjectives = partList("objective", scoreMatching);
