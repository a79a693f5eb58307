/** A run on labelled images, for scripts that look at its classes. */
import type { Images } from "@scorefield/data";
import { loadRun } from "../../packages/scorefield/src/run/load.ts";
import { ownData } from "../../packages/scorefield/src/run/own-data.ts";

/**
 * Its model, the names of its classes, and its training and held-out images.
 * @throws Error for a run on anything else
 */
export const loadLabelledRun = async (path: string) => {
  const run = await loadRun(path);
  const { model, classes, domain } = run;
  const own = await ownData(run);
  if (!classes || !own || domain.samples !== "images")
    throw new Error(`expected a run on labelled images, found ${path}`);
  return { model, classes, training: own.training as Images, heldOut: own.heldOut as Images };
};
