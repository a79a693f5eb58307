/** What every model made of several has from them. */
import type { Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import type { ScoreModel } from "../score-model.ts";
import { score } from "../tweedie.ts";

/** The parts of a {@link ScoreModel} that its models agree on. */
export type Together = Pick<ScoreModel, "process" | "shape" | "evaluations"> & { readonly period?: number };

const commonMultiple = (a: number, b: number): number => {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
};

/**
 * @param name in errors
 * @throws ArgumentError for no model, or models of samples of different shapes or noised by different processes
 */
export const together = (name: string, models: readonly ScoreModel[]): Together => {
  const [first] = models;
  if (!first) throw new ArgumentError(`${name}: expected at least one model, found none`);
  const about = ({ process, shape }: ScoreModel): string => `${JSON.stringify(process.recipe)} on [${shape}]`;
  for (const model of models)
    if (about(model) !== about(first))
      throw new ArgumentError(
        `${name}: expected models of one process and shape, found ${about(first)} and ${about(model)}`,
      );
  const period = models.reduce((all, model) => commonMultiple(all, model.period ?? 1), 1);
  return {
    process: first.process,
    shape: first.shape,
    evaluations: models.reduce((all, model) => all + (model.evaluations ?? 1), 0),
    ...(period > 1 && { period }),
  };
};

/** The function that the models' scores are combined by, where one of them knows its score better than its denoiser. */
export const combinedScore = (
  models: readonly ScoreModel[],
  combine: (scores: readonly Tensor[], x: Tensor, t: Tensor) => Tensor,
): Pick<ScoreModel, "score"> =>
  models.some((model) => model.score)
    ? {
        score: (x, t) =>
          combine(
            models.map((model) => score(model, x, t)),
            x,
            t,
          ),
      }
    : {};

/**
 * Positive numbers in proportion to K probabilities, as probabilities; equal by default.
 * @throws ArgumentError for other than K positive finite numbers
 */
export const probabilities = (name: string, weights: readonly number[] | undefined, count: number): number[] => {
  const given = weights ?? new Array<number>(count).fill(1);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  if (given.length !== count || !given.every((weight) => weight > 0) || !Number.isFinite(total))
    throw new ArgumentError(`${name}: expected ${count} positive weights, found ${given.join(", ") || "none"}`);
  return given.map((weight) => weight / total);
};
