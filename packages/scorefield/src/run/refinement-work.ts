/** Whether a run learns a density ratio after training, and how long that takes. */
import { evaluations, RecipeError } from "@scorefield/core";
import type { RecipeParts } from "../recipe/resolve.ts";
import type { Prepared } from "./prepare.ts";

/** Rows of the data that it is learnt on, at most: more cost time and gain little. */
const mostRows = 50_000;

/** Samples for each of these rows. On Adult the detection score is 0.89 with 1 sample, and 0.92 with 4, which take four times as long. */
export const samplesPerRow = 2;

/**
 * Training rows that it takes, at least. A leaf needs a curvature of 5, which is 20 rows. A tree sees 0.7 of two thirds of the
 * rows and of the samples. So with fewer than 43 of each, no tree has a split.
 */
export const fewestRows = 50;

/** Milliseconds of all trees for each cell. Measured: 7 to 15 µs on two cores. */
const treesTime = 0.015;

/** Evaluations for a sample by samplers that choose their steps, about. */
const adaptiveEvaluations = 60;

type Described = Pick<Prepared, "recipe" | "table" | "codec" | "split">;

const canRefine = ({ table, codec }: Described, { network }: RecipeParts): boolean =>
  table !== undefined && "observe" in codec && Number(network.recipe.observed ?? 0) > 0;

const isAsked = (data: Described, parts: RecipeParts): boolean =>
  (data.recipe.training.refine ?? true) && canRefine(data, parts);

/** Whether there are so few training rows that nothing is learnt. */
export const hasFewRows = ({ split }: Described): boolean => split.training.count < fewestRows;

/** Whether a run learns it: its network takes conditions, its recipe does not forbid it, and it has enough rows. */
export const refines = (data: Described, parts: RecipeParts): boolean => isAsked(data, parts) && !hasFewRows(data);

/** Whether a run would learn it, and has too few rows. */
export const lacksRows = (data: Described, parts: RecipeParts): boolean => isAsked(data, parts) && hasFewRows(data);

/** @throws RecipeError for a recipe that asks for it, and whose network takes no conditions */
export const checkRefines = (data: Described, parts: RecipeParts): void => {
  if (data.recipe.training.refine === true && !canRefine(data, parts))
    throw new RecipeError(
      "training.refine: expected a table with the default scaling and network.observed, found other data or settings; leave it out",
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
