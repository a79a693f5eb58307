/** A trained model from its run's folder. */
import {
  type AnySampler,
  networkFromRecipe,
  preconditioningFromRecipe,
  processFromRecipe,
  samplerFromRecipe,
  type TrainedModel,
  trainedModel,
} from "@scorefield/core";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { invertScaling } from "../table/scaling.ts";
import { makeAverage } from "./average-snapshots.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { RunRecord } from "./record.ts";
import { readRecord } from "./record-file.ts";
import { layoutOf } from "./train-run.ts";

/** A run as {@link loadRun} reads it. */
export interface LoadedRun {
  readonly path: string;
  readonly record: RunRecord;
  /** Steps of training behind the parameters. */
  readonly step: number;
  /** With averaged parameters, in the model's own units. */
  readonly model: TrainedModel;
  /** Which average they are, where one was made for the purpose: see {@link LoadOptions.averageWidth}. */
  readonly average?: {
    readonly width: number;
    /** How far its profile over the course of training is from that wanted, relative to it. */
    readonly error: number;
  };
  /** The recipe's sampler, for `sample`. */
  readonly sampler: AnySampler;
  /** Names of the columns of a table. */
  readonly columns?: readonly string[];
  /** Names of the classes of labelled images, in the order in which the model counts them. */
  readonly classes?: readonly string[];
  /** Samples [n, ...shape] of the model in the units of the data, float64; images clipped to [-1, 1]. */
  toData(samples: NdArray<FloatType>): NdArray<"float64">;
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
  const parts = {
    process: processFromRecipe(record.model.process),
    network: networkFromRecipe(record.model.network),
    preconditioning: preconditioningFromRecipe(record.model.preconditioning),
  };
  const layout = layoutOf(record, parts.network);
  const made = averageWidth === undefined ? undefined : await makeAverage(path, averageWidth, layout, checkpoint);
  const { step, average } = made ?? (await readCheckpoint(path, layout, checkpoint));
  return {
    path,
    record,
    step,
    model: trainedModel(parts, layout.unflatten(average), record.model.shape),
    ...(made && { average: { width: averageWidth!, error: made.error } }),
    sampler: samplerFromRecipe(record.sampler),
    ...(record.columns && { columns: record.columns }),
    ...(record.classes && { classes: record.classes }),
    toData: (samples) => invertScaling(record.scaling, samples),
  };
};
