/** Whether a run learns a density ratio after training, and how long that takes. */
import { evaluations, RecipeError } from "@scorefield/core";
import type { RecipeParts } from "../recipe/resolve.ts";
import type { Prepared } from "./prepare.ts";

/** Rows of the data that it is learnt on, at most: more cost time and gain little. */
const mostRows = 50_000;

/** Samples for each of them. On Adult the detection score is 0.89 with 1 and 0.92 with 4, which take four times the time to draw. */
export const samplesPerRow = 2;

/**
 * Rows of each sort that it is learnt on, at least. A leaf takes a curvature of 5, which is 20 rows, and a tree sees 0.7 of two
 * thirds of both sorts: of fewer than 43 rows each, no tree has a split.
 */
export const fewestRows = 50;

/** Milliseconds for a row and a column, by trees of three parts. Measured: 7 to 15 µs on two cores. */
const treesTime = 0.015;

/** About what samplers take that choose their steps. */
const adaptiveEvaluations = 60;

type Described = Pick<Prepared, "recipe" | "table" | "codec" | "split">;

const canRefine = ({ table, codec }: Described, { network }: RecipeParts): boolean =>
  table !== undefined && "observe" in codec && Number(network.recipe.observed ?? 0) > 0;

const isAsked = (data: Described, parts: RecipeParts): boolean =>
  (data.recipe.training.refine ?? true) && canRefine(data, parts);

/** Whether there are so few training rows that nothing is learnt. */
export const hasFewRows = ({ split }: Described): boolean => split.training.count < fewestRows;

/** Whether its recipe asks for it, and there are rows enough: by default all runs do that can. */
export const refines = (data: Described, parts: RecipeParts): boolean => isAsked(data, parts) && !hasFewRows(data);

/** Whether its recipe asks for it, and there are too few rows. */
export const lacksRows = (data: Described, parts: RecipeParts): boolean => isAsked(data, parts) && hasFewRows(data);

/** @throws RecipeError where a recipe asks for it that cannot have it */
export const checkRefines = (data: Described, parts: RecipeParts): void => {
  if (data.recipe.training.refine === true && !canRefine(data, parts))
    throw new RecipeError(
      "training.refine: expected a table with the default scaling and network.observed, found others; leave it out",
    );
};

/** Rows of the data that it is learnt on. */
export const refinementRows = ({ split }: Described): number => Math.min(split.training.count, mostRows);

/** Milliseconds that the trees take for rows of the data and samples. */
export const treesTimeOf = ({ table }: Described, rows: number, samples: number): number =>
  treesTime * (rows + samples) * table!.length;

/** What it takes: evaluations of the network, and milliseconds of the trees. */
export const refinementWork = (data: Described, { sampler, process }: RecipeParts) => {
  const rows = refinementRows(data);
  const samples = samplesPerRow * rows;
  const each = "attempt" in sampler ? adaptiveEvaluations : evaluations(sampler, process);
  return { evaluations: samples * each, treesTime: treesTimeOf(data, rows, samples) };
};
