import { checkMade } from "../part/check-options.ts";
import type { ScoreModel } from "./score-model.ts";

/**
 * Refuses a value that is not a score model.
 * @param name of the function, for errors
 * @param expected what it should be, and how one is made
 * @throws ArgumentError saying what was expected and found
 */
export const checkModel = (
  name: string,
  model: ScoreModel,
  expected = "a score model such as exact(gaussian(...), edm())",
): void => checkMade(`${name} model`, model, ["process", "shape", "denoise"], expected);
