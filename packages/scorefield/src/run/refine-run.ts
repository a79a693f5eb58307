/** Learns the density ratio of a trained run on a table, with which its samples are chosen. */
import { join } from "node:path";
import { densityRatio } from "@scorefield/assess";
import { permutation } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { atomicWrite } from "@scorefield/data";
import type { Samples } from "@scorefield/domain";
import { sampleTable, takesConditions } from "@scorefield/domain/table";
import { castArray, type NdArray, ndarray } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import { loadRun } from "./load.ts";
import { lockRun } from "./lock.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { type Refinement, refinementFile } from "./refinement.ts";
import { hasFewRows, refinementRows, samplesPerRow, treesTimeOf } from "./refinement-work.ts";
import { shareDone } from "./run-length.ts";

/** Options of {@link refineRun}. */
export interface RefineOptions {
  readonly signal?: AbortSignal | undefined;
  /** @param share of the work that is done, in [0, 1] */
  readonly onProgress?: (share: number) => void;
}

const known = { signal: true, onProgress: true } satisfies Known<RefineOptions>;

const rowsAtOnce = 4096;
/** The share of the time that drawing takes. */
const drawing = 0.8;
// Rows of seeds that people choose must be none that the trees have seen.
const ownSeed = 2 ** 52;

/** Rows at random, in the order of the data. */
const someRows = async (samples: Samples, count: number, seed: number): Promise<NdArray<"float64">> => {
  const chosen = permutation(samples.count, { seed, purpose: "resampling" }).data.slice(0, count).sort();
  return castArray(await samples.read(Array.from(chosen)), "float64");
};

/**
 * Learns by boosted trees how much more frequent rows are in the data than among samples of a trained run, and keeps that in
 * its folder. `sampleTable`, `impute`, `assessRun` and the commands then choose each sample among candidates by it.
 *
 *     for await (const event of trainRun(run)) console.log(event.loss);
 *     await refineRun(run);
 *
 * @param run that `createRun` or `resumeRun` prepared, once it is trained
 * @returns undefined for a run of fewer than 50 training rows, of which no tree could learn anything: its samples stay as they are
 * @throws RunError for a run that is not on a table with described columns, whose network takes no conditions, or that
 *   another process trains; CheckpointError for one without a checkpoint; DataError when the system refuses to write; the
 *   signal's reason when aborted
 */
export const refineRun = async (run: PreparedRun, options: RefineOptions = {}): Promise<Refinement | undefined> => {
  checkMade("refineRun run", run, ["path", "record", "data"], "a run that createRun or resumeRun prepared");
  checkOptions("refineRun", options, known);
  const { signal, onProgress } = options;
  const { path, data } = run;
  const { seed, training } = data.recipe;
  const until =
    run.begun + 60_000 * (training.minutes ?? Number.POSITIVE_INFINITY) * (1 - shareDone(training, run.checkpoint));
  const loaded = await loadRun(path, { domain: data.domain });
  if (!takesConditions(loaded))
    throw new RunError(
      `${path}: expected a run on a table that can be told what is known of a row, found another; its samples stay as they are`,
    );
  if (hasFewRows(data)) return undefined;
  const unlock = await lockRun(path);
  try {
    const rows = refinementRows(data);
    const all = samplesPerRow * rows;
    const width = loaded.table!.length;
    const drawn = new Float64Array(all * width);
    let done = 0;
    // Of a run by the clock, as many as there is time for.
    while (done < all && (done === 0 || performance.now() + treesTimeOf(data, rows, done) < until)) {
      const count = Math.min(rowsAtOnce, all - done);
      const part = await sampleTable(loaded, { count, firstRow: done, seed: ownSeed + seed, refine: false, signal });
      drawn.set(part.rows.data, done * width);
      done += count;
      onProgress?.((drawing * done) / all);
    }
    const samples = ndarray(drawn.subarray(0, done * width), [done, width]);
    const ratio = densityRatio(await someRows(data.split.training, rows, seed), samples, {
      columns: loaded.table,
      seed,
      signal,
      onProgress: (done, parts) => onProgress?.(drawing + ((1 - drawing) * done) / parts),
    });
    const { logRatio, ...stored } = ratio;
    const kept = { step: loaded.step, rows, samples: done, ...stored };
    await atomicWrite(join(path, refinementFile), `${JSON.stringify(kept)}\n`);
    return { ...kept, logRatio };
  } finally {
    await unlock();
  }
};
