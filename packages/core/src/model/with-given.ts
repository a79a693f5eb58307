/** A model that another one's conditions are translated for: filled in, left out, or passed on in part. */
import type { Tensor } from "@scorefield/tensor";
import { checkConditionNames } from "./given.ts";
import type { Condition, Given, ScoreModel } from "./score-model.ts";

/** A score model, with the methods of a model that survive a change of what it is given. */
export type WithGiven<M extends ScoreModel> = ScoreModel & Pick<M, Extract<keyof M, "score" | "logDensity">>;

/**
 * The model, given what `translate` makes of what it is handed.
 * @param owner in errors
 * @param conditions what the result takes
 * @param translate from what the result is given, for points x [n, ...shape], to what the model is given
 */
export const withGiven = <M extends ScoreModel>(
  owner: string,
  model: M,
  conditions: Readonly<Record<string, Condition>>,
  translate: (given: Given, x: Tensor) => Given,
): WithGiven<M> => {
  const { process, shape, evaluations, score, logDensity, within } = model;
  const translated = (given: Given = {}, x: Tensor): Given => {
    checkConditionNames(owner, { conditions }, Object.keys(given));
    return translate(given, x);
  };
  // For the same part of the model the same object, as `within` promises.
  const parts = new Map<ScoreModel, ScoreModel>();
  const result: ScoreModel = {
    process,
    shape,
    ...(evaluations !== undefined && { evaluations }),
    ...(Object.keys(conditions).length > 0 && { conditions }),
    denoise: (x, t, given) => model.denoise(x, t, translated(given, x)),
    ...(score && { score: (x: Tensor, t: Tensor, given?: Given) => score(x, t, translated(given, x)) }),
    ...(logDensity && { logDensity: (x: Tensor, t: Tensor, given?: Given) => logDensity(x, t, translated(given, x)) }),
    ...(within && {
      within: (earliest: number, latest: number): ScoreModel => {
        const part = within(earliest, latest);
        if (!parts.has(part)) parts.set(part, withGiven(owner, part, conditions, translate));
        return parts.get(part)!;
      },
    }),
  };
  parts.set(model, result);
  return result as WithGiven<M>;
};

/** A model with its conditions given, as a step of sampling sees it: `denoise(x, t)` needs no more. */
export interface Bound extends ScoreModel {
  /** What it has been given, for a sampler that moves samples by other models than this one. */
  readonly bound?: Given;
}

/** The model given these rows of the batch that is traced. Without rows, the model itself. */
export const bind = (model: ScoreModel, given: Given): Bound =>
  Object.keys(given).length === 0 ? model : { ...withGiven("sampler step", model, {}, () => given), bound: given };

/** The names and values whose name passes. */
export const entriesWhere = <T>(values: Readonly<Record<string, T>>, passes: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => passes(name)));
