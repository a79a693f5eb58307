/** The density ratio that a run on a table keeps: what its samples have too few or too many of. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DensityRatio, restoreDensityRatio, type StoredDensityRatio } from "@scorefield/assess";
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

/** The file of a run's density ratio. */
export const refinementFile = "refinement.json";

/** The density ratio of a run for parameters of a step, if there is one. @throws RunError for a damaged file */
export const readRefinement = async (run: string, step: number): Promise<Refinement | undefined> => {
  const path = join(run, refinementFile);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new RunError(`${path}: could not be read: ${cause.message}`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    const stored = parseJson(text) as StoredDensityRatio & {
      readonly step: number;
      readonly rows: number;
      readonly samples: number;
    };
    if (!Number.isInteger(stored?.step)) throw new Error("no step");
    return stored.step === step ? { ...stored, ...restoreDensityRatio(stored) } : undefined;
  } catch (cause) {
    throw new RunError(
      `${path}: expected the density ratio of a run, found ${(cause as Error).message}; remove the file and learn it again: scorefield train ${run} --resume`,
      { cause },
    );
  }
};
