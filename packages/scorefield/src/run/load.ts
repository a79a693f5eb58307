/** A trained model from its run's folder. */
import { join } from "node:path";
import type { TrainedCodec } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import type { Composition, Domain } from "@scorefield/domain";
import type { KeptRules } from "@scorefield/domain/codec";
import { type NdArray, zeros } from "@scorefield/tensor";
import { CheckpointError, RunError } from "../errors.ts";
import { makeAverage } from "./average-snapshots.ts";
import { checkRunCall } from "./check-call.ts";
import { checkScoreModel } from "./check-score-model.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { readCodec } from "./codec-file.ts";
import { codecFile } from "./folder.ts";
import { type RuleKeeper, ruleKeeper } from "./keep-rules.ts";
import { type RunRecord, sampleShape } from "./record.ts";
import { type ReadRecord, readRecord } from "./record-file.ts";
import { helps, readRefinement } from "./refinement.ts";
import { type RunContent, type RunFlowMap, type RunModel, runFlowMap, runModel } from "./run-model.ts";

/** What runs of all kinds have, once they are read. */
interface LoadedContent extends RunContent {
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
   * Of a latent run its autoencoder: `model`, or `map`, is of latents, which `decodeLatents` brings to the units that `toData` takes.
   * `latentModel(run.latent, run.model)` is both in one.
   */
  readonly latent?: TrainedCodec;
  /** Which average they are, where one was made for the purpose: see {@link LoadOptions.averageWidth}. */
  readonly average?: {
    readonly width: number;
    /** How far its profile over the course of training is from that wanted, relative to it. */
    readonly error: number;
  };
}

/** A run as {@link loadRun} reads it. */
export interface LoadedRun extends RunModel, LoadedContent {
  /**
   * log p / q of rows [n, columns] in the units of the data, [n], of a table's run after `refineRun`: how much more frequent
   * they are in the data than among rows that the model draws. `sampleTable` and `impute` choose rows by it.
   */
  readonly logRatio?: (rows: NdArray<"float64">) => Float64Array;
}

/** A run of a flow map as {@link loadFlowMap} reads it. */
export interface LoadedFlowMap extends RunFlowMap, LoadedContent {}

/** A run that samples are drawn from: of a score model, or of a flow map. */
export type DrawnRun = LoadedRun | LoadedFlowMap;

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

const readRun = async <R extends RunContent>(
  { path, record, domain }: { readonly path: string } & ReadRecord,
  { checkpoint, averageWidth }: LoadOptions,
  build: (record: RunRecord, read: Parameters<typeof runModel>[1], codecOf: Domain["codec"]) => Promise<R>,
): Promise<R & LoadedContent> => {
  let error = 0;
  const run = await build(
    record,
    async (layout) => {
      if (averageWidth === undefined) return readCheckpoint(path, layout, checkpoint);
      const average = await makeAverage(path, averageWidth, layout, checkpoint);
      error = average.error;
      return average;
    },
    domain.codec,
  );
  const { columns, table, classes, rules } = record;
  const latent = await readCodec(path, record);
  if (record.latent && !latent)
    throw new CheckpointError(
      `${join(path, codecFile)}: expected the autoencoder of the run, found none; put it back, or train the run again`,
    );
  // A codec may change the shape, such as of an angle that the model sees as a point of the circle.
  const [, ...shape] = run.toData(zeros([1, ...sampleShape(record)])).shape;
  const { rate } = run.codec;
  const made = {
    shape,
    ...(columns && { columns }),
    ...(table && { table }),
    ...(classes && { classes }),
    ...(rate !== undefined && { rate }),
  };
  return {
    path,
    domain,
    made,
    ...(rules && { rules }),
    keepRules: ruleKeeper(domain, made, rules),
    ...run,
    ...(latent && { latent }),
    ...(averageWidth !== undefined && { average: { width: averageWidth, error } }),
  };
};

const loadScoreModel = async (path: string, read: ReadRecord, options: LoadOptions): Promise<LoadedRun> => {
  const { table } = read.record;
  const run = await readRun({ path, ...read }, options, runModel);
  const refinement =
    options.averageWidth === undefined && table ? await readRefinement(path, run.step, table) : undefined;
  return {
    ...run,
    ...(refinement && helps(refinement) && { logRatio: (rows) => refinement.logRatio(rows).data }),
  };
};

/**
 * Loads the model of a run.
 * @param path the run's folder
 * @throws RunError when it is no run, a run of a flow map, or of a domain that is neither given nor built in; CheckpointError when the checkpoint is missing, damaged or of another network, or the
 *   run kept no averages to make another from; ArgumentError for a width out of range
 */
export const loadRun = async (path: string, options: LoadOptions = {}): Promise<LoadedRun> => {
  checkRunCall("loadRun", path, options, known);
  const read = await readRecord(path, options.domain);
  checkScoreModel(path, read.record, (run) => join(path, run));
  return loadScoreModel(path, read, options);
};

/** Loads a run to draw samples from. @throws as {@link loadRun} */
export const loadDrawn = async (path: string, options: LoadOptions = {}): Promise<DrawnRun> => {
  const read = await readRecord(path, options.domain);
  return read.record.flowMap ? readRun({ path, ...read }, options, runFlowMap) : loadScoreModel(path, read, options);
};

/**
 * Loads the flow map of a run that `distilRun` prepared.
 *
 *     const run = await loadFlowMap("runs/digits-distilled");
 *     const images = run.toData(await sampleFlowMap(run.map, { count: 16, steps: 2 }));
 *
 * @param path the run's folder
 * @throws RunError when it is no run, or one of a score model; otherwise as {@link loadRun}
 */
export const loadFlowMap = async (path: string, options: LoadOptions = {}): Promise<LoadedFlowMap> => {
  checkRunCall("loadFlowMap", path, options, known);
  const read = await readRecord(path, options.domain);
  if (!read.record.flowMap)
    throw new RunError(
      `${path}: expected a run of a flow map, found one of a score model; load it with loadRun, or distil it: scorefield distil ${path}`,
    );
  return readRun({ path, ...read }, options, runFlowMap);
};
