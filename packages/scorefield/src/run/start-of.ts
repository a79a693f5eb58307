/** The score model that the flow map of a run started from. */
import { resolve } from "node:path";
import type { TrainedModel } from "@scorefield/core";
import type { Domain } from "@scorefield/domain";
import { loadRun } from "./load.ts";
import type { FlowMapRecord } from "./record.ts";

/**
 * Loads it again, from the run and the checkpoint that a record names.
 * @param path the folder of the flow map's run
 * @throws RunError, CheckpointError where they are gone
 */
export const startOf = async (path: string, { start }: FlowMapRecord, domain?: Domain): Promise<TrainedModel> =>
  (await loadRun(resolve(path, start.run), { checkpoint: start.step, domain })).model;
