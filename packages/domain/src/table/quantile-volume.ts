/** What a scaling does to densities. */
import type { Scaling } from "./scaling.ts";

/**
 * log |dz/dx| of a scaling from the data's x to the model's z: what a log-density of z lacks to be one of x. Undefined
 * where x has no density to begin with: a quantile scaling gives repeated values, and the ends of each column, a
 * probability of their own, and so does a constant column under the standard one.
 */
export const logVolume = (scaling: Scaling): number | undefined => {
  if (scaling.kind === "none" || scaling.kind === "images") return 0;
  if (scaling.kind === "quantile" || scaling.scale.includes(0)) return undefined;
  return scaling.scale.reduce((sum, value) => sum - Math.log(value), 0);
};
