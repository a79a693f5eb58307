/** The density ratio that a run on a table keeps: what its samples have too few or too many of. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DensityRatio, restoreDensityRatio } from "@scorefield/assess";
import { categoriesOf } from "@scorefield/assess/internal";
import type { TableColumn } from "@scorefield/domain/table";
import { RunError } from "../errors.ts";
import { parseJson } from "../recipe/parse-json.ts";

/** A density ratio with what it was learnt on. */
export interface Refinement extends DensityRatio {
  /** The step of the parameters whose samples it was learnt on. It serves no others. */
  readonly step: number;
  /** How many rows of the data these were, and how many samples. */
  readonly rows: number;
  readonly samples: number;
}

/** Whether rows are chosen by it: where its trees found no difference, that would only cost candidates. */
export const helps = ({ loss }: Pick<Refinement, "loss">): boolean => loss < Math.LN2;

type Stored = Omit<Refinement, "logRatio">;

/** The file of a run's density ratio. */
export const refinementFile = "refinement.json";

/** @throws Error for what cannot be read as the ratio of rows of these columns */
const checkStored = ({ step, loss, categories }: Stored, table: readonly TableColumn[]): void => {
  if (!Number.isInteger(step)) throw new Error("no step");
  if (!Number.isFinite(loss)) throw new Error("no loss");
  if (!Array.isArray(categories) || categories.join() !== categoriesOf(table).join())
    throw new Error(`columns of ${categories} levels for ${categoriesOf(table)} of the run`);
};

/**
 * The density ratio of a run for parameters of a step, if there is one.
 * @param table what the columns of the run hold
 * @throws RunError for a damaged file, or one of other columns
 */
export const readRefinement = async (
  run: string,
  step: number,
  table: readonly TableColumn[],
): Promise<Refinement | undefined> => {
  const path = join(run, refinementFile);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new RunError(`${path}: could not be read: ${cause.message}`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    const stored = parseJson(text) as Stored;
    checkStored(stored, table);
    return stored.step === step ? { ...stored, ...restoreDensityRatio(stored) } : undefined;
  } catch (cause) {
    throw new RunError(
      `${path}: expected the density ratio of a run, found ${(cause as Error).message}; remove the file and learn it again: scorefield train ${run} --resume`,
      { cause },
    );
  }
};
