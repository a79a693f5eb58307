/** Runs whose model is a flow map, where a score model is wanted. No Node module is used here. */
import { RunError } from "../errors.ts";
import type { RunRecord } from "./record.ts";

/** @throws RunError for a run whose model is a flow map. @param from the run that it was made from, as people name it */
export const checkScoreModel = (
  path: string,
  { flowMap }: Pick<RunRecord, "flowMap">,
  from: (run: string) => string = (run) => run,
): void => {
  if (flowMap)
    throw new RunError(
      `${path}: expected a run of a score model, found one of a flow map, which goes from noise to samples and knows neither ` +
        `score nor density; draw from it with scorefield sample ${path}, or name the run that it was made from: ${from(flowMap.start.run)}`,
    );
};
