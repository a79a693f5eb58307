/** Which runs forecast and fill series. */
import { takesSeries } from "@scorefield/domain/series";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";

/** @throws RunError unless a run is of series and its model takes what is known of them */
export const checkTakesSeries = (run: LoadedRun, command: string): void => {
  if (takesSeries(run)) return;
  throw new RunError(
    `${run.path}: ${command} expects a run on series whose network takes what is known, found one on ${run.domain.samples}; train one with scorefield train FILE --time COLUMN`,
  );
};
