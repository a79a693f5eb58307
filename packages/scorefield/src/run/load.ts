/** A trained model from its run's folder. */
import { makeAverage } from "./average-snapshots.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { readRecord } from "./record-file.ts";
import { type RunModel, runModel } from "./run-model.ts";

/** A run as {@link loadRun} reads it. */
export interface LoadedRun extends RunModel {
  readonly path: string;
  /** Which average they are, where one was made for the purpose: see {@link LoadOptions.averageWidth}. */
  readonly average?: {
    readonly width: number;
    /** How far its profile over the course of training is from that wanted, relative to it. */
    readonly error: number;
  };
}

/** Which parameters of a run to load. */
export interface LoadOptions {
  /** The step of a checkpoint; default the last. */
  readonly checkpoint?: number | undefined;
  /**
   * Average the parameters over this share of training, such as 0.07, made from the averages that the run kept (Karras et
   * al. 2024); default the average that was followed in training.
   */
  readonly averageWidth?: number | undefined;
}

/**
 * Loads the model of a run.
 * @param path the run's folder
 * @throws RunError when it is no run; CheckpointError when the checkpoint is missing, damaged or of another network, or the
 *   run kept no averages to make another from; ArgumentError for a width out of range
 */
export const loadRun = async (path: string, { checkpoint, averageWidth }: LoadOptions = {}): Promise<LoadedRun> => {
  const record = await readRecord(path);
  if (averageWidth === undefined)
    return { path, ...(await runModel(record, (layout) => readCheckpoint(path, layout, checkpoint))) };
  let error = 0;
  const run = await runModel(record, async (layout) => {
    const made = await makeAverage(path, averageWidth, layout, checkpoint);
    error = made.error;
    return made;
  });
  return { path, ...run, average: { width: averageWidth, error } };
};
