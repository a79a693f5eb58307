/** What every model made of several has from them. */
import type { Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../../errors.ts";
import { checkModel } from "../check-model.ts";
import type { Condition, Given, ScoreModel } from "../score-model.ts";
import { score } from "../tweedie.ts";
import { entriesWhere, withGiven } from "../with-given.ts";

/** The parts of a {@link ScoreModel} that its models agree on. */
export type Together = Pick<ScoreModel, "process" | "shape" | "evaluations" | "conditions">;

/** The conditions of all models; each may know some of them. */
const allConditions = (name: string, models: readonly ScoreModel[]): Readonly<Record<string, Condition>> => {
  const all: Record<string, Condition> = {};
  for (const model of models)
    for (const [key, condition] of Object.entries(model.conditions ?? {})) {
      const about = ({ shape, classes }: Condition): string =>
        classes === undefined ? `an array [${shape.join(", ")}]` : `one of ${classes} classes`;
      const before = (all[key] ??= condition);
      if (about(before) !== about(condition))
        throw new ArgumentError(
          `${name}: expected models whose condition ${key} means the same, found ${about(before)} and ${about(condition)}; ` +
            "fix one of them, as in conditional(model, 3)",
        );
    }
  return all;
};

/**
 * What a model made of several has from them.
 * @param name in errors
 * @returns the parts that they agree on, with the conditions of all; and the models, each made to take the conditions
 *   of all. Each uses its own
 * @throws ArgumentError for no model, models of samples of different shapes or noised by different processes, or a condition
 *   that means two things
 */
export const together = (
  name: string,
  models: readonly ScoreModel[],
): { readonly parts: Together; readonly members: readonly ScoreModel[] } => {
  if (!Array.isArray(models)) throw new ArgumentError(`${name}: expected a list of models, found ${showValue(models)}`);
  for (const model of models) checkModel(name, model);
  const [first] = models;
  if (!first) throw new ArgumentError(`${name}: expected at least one model, found none`);
  const about = ({ process, shape }: ScoreModel): string => `${JSON.stringify(process.recipe)} on [${shape}]`;
  for (const model of models)
    if (about(model) !== about(first))
      throw new ArgumentError(
        `${name}: expected models of one process and shape, found ${about(first)} and ${about(model)}`,
      );
  const conditions = allConditions(name, models);
  const knows = (model: ScoreModel, key: string): boolean => Object.hasOwn(model.conditions ?? {}, key);
  return {
    parts: {
      process: first.process,
      shape: first.shape,
      evaluations: models.reduce((all, model) => all + (model.evaluations ?? 1), 0),
      ...(Object.keys(conditions).length > 0 && { conditions }),
    },
    members: models.map((model) =>
      Object.keys(conditions).every((key) => knows(model, key))
        ? model
        : withGiven(name, model, conditions, (given) => entriesWhere(given, (key) => knows(model, key))),
    ),
  };
};

/** The function that the models' scores are combined by, where one of them knows its score better than its denoiser. */
export const combinedScore = (
  models: readonly ScoreModel[],
  combine: (scores: readonly Tensor[], x: Tensor, t: Tensor, given: Given | undefined) => Tensor,
): Pick<ScoreModel, "score"> =>
  models.some((model) => model.score)
    ? {
        score: (x, t, given) =>
          combine(
            models.map((model) => score(model, x, t, given)),
            x,
            t,
            given,
          ),
      }
    : {};

/**
 * Positive numbers in proportion to K probabilities, as probabilities; equal by default.
 * @throws ArgumentError for other than K positive finite numbers
 */
export const probabilities = (name: string, weights: readonly number[] | undefined, count: number): number[] => {
  const given = weights ?? new Array<number>(count).fill(1);
  if (!Array.isArray(given)) throw new ArgumentError(`${name}: expected a list of weights, found ${showValue(given)}`);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  if (given.length !== count || !given.every((weight) => weight > 0) || !Number.isFinite(total))
    throw new ArgumentError(`${name}: expected ${count} positive weights, found ${given.join(", ") || "none"}`);
  return given.map((weight) => weight / total);
};
