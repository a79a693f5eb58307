/** A trained model from its run's folder. */
import type { TrainedCodec } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import type { Composition, Domain } from "@scorefield/domain";
import type { KeptRules } from "@scorefield/domain/codec";
import { type NdArray, zeros } from "@scorefield/tensor";
import { makeAverage } from "./average-snapshots.ts";
import { checkRunCall } from "./check-call.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { readCodec } from "./codec-file.ts";
import { type RuleKeeper, ruleKeeper } from "./keep-rules.ts";
import { sampleShape } from "./record.ts";
import { readRecord } from "./record-file.ts";
import { helps, readRefinement } from "./refinement.ts";
import { type RunModel, runModel } from "./run-model.ts";

/** A run as {@link loadRun} reads it. */
export interface LoadedRun extends RunModel {
  readonly path: string;
  /** The kind of data that it draws. */
  readonly domain: Domain;
  /** What its samples consist of. */
  readonly made: Composition;
  /** Rules that its samples are to keep; left out where there are none. */
  readonly rules?: KeptRules;
  /**
   * Samples [n, ...shape] in the units of the data, such as `toData` gives, moved to keep the run's rules:
   * `{ samples, rules }`, where `rules` says how often they were broken before and after. A sample that keeps them stays as it
   * is, to the bit. Without rules all do.
   * @throws DataError for a sample that cannot keep them; ArgumentError for conditions that contradict them
   */
  readonly keepRules: RuleKeeper;
  /**
   * log p / q of rows [n, columns] in the units of the data, [n], of a table's run after `refineRun`: how much more frequent
   * they are in the data than among rows that the model draws. `sampleTable` and `impute` choose rows by it.
   */
  readonly logRatio?: (rows: NdArray<"float64">) => Float64Array;
  /**
   * Of a latent run its autoencoder: `model` is of latents, which `decodeLatents` brings to the units that `toData` takes. `latentModel(run.latent,
   * run.model)` is both in one.
   */
  readonly latent?: TrainedCodec;
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
   * Average the parameters over this share of training, such as 0.07. The average is made from the averages that the
   * run kept (Karras et al. 2024). Default the average that was followed in training.
   */
  readonly averageWidth?: number | undefined;
  /** The domain of the run's data, where it is not built in. */
  readonly domain?: Domain | undefined;
}

const known = { checkpoint: true, averageWidth: true, domain: true } satisfies Known<LoadOptions>;

/**
 * Loads the model of a run.
 * @param path the run's folder
 * @throws RunError when it is no run, or of a domain that is neither given nor built in; CheckpointError when the checkpoint is missing, damaged or of another network, or the
 *   run kept no averages to make another from; ArgumentError for a width out of range
 */
export const loadRun = async (path: string, options: LoadOptions = {}): Promise<LoadedRun> => {
  checkRunCall("loadRun", path, options, known);
  const { checkpoint, averageWidth } = options;
  const { record, domain } = await readRecord(path, options.domain);
  const { columns, table, classes, rules } = record;
  const latent = await readCodec(path, record);
  const about = (run: RunModel) => {
    // A codec may change the shape, such as of an angle that the model sees as a point of the circle.
    const [, ...shape] = run.toData(zeros([1, ...sampleShape(record)])).shape;
    const made = { shape, ...(columns && { columns }), ...(table && { table }), ...(classes && { classes }) };
    return {
      path,
      domain,
      made,
      ...(rules && { rules }),
      ...(latent && { latent }),
      keepRules: ruleKeeper(domain, made, rules),
      ...run,
    };
  };
  if (averageWidth === undefined) {
    const run = await runModel(record, (layout) => readCheckpoint(path, layout, checkpoint), domain.codec);
    const refinement = table && (await readRefinement(path, run.step, table));
    return {
      ...about(run),
      ...(refinement && helps(refinement) && { logRatio: (rows) => refinement.logRatio(rows).data }),
    };
  }
  let error = 0;
  const read: Parameters<typeof runModel>[1] = async (layout) => {
    const average = await makeAverage(path, averageWidth, layout, checkpoint);
    error = average.error;
    return average;
  };
  const run = await runModel(record, read, domain.codec);
  return { ...about(run), average: { width: averageWidth, error } };
};
