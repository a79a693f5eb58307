import { checkMade } from "../part/check-options.ts";
import type { AnySampler } from "./adaptive-sampler.ts";

/**
 * Refuses a value that is not a sampler, fixed or adaptive.
 * @param name of the function, for errors
 * @throws ArgumentError saying what was expected and found
 */
export const checkSampler = (name: string, sampler: AnySampler): void =>
  checkMade(`${name} sampler`, sampler, ["recipe", "denoiseLast"], "a sampler such as heun()");
