/** The model of one class. */
import { constant, zeros } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "./check-model.ts";
import type { ScoreModel } from "./score-model.ts";
import { entriesWhere, type WithGiven, withGiven } from "./with-given.ts";

/**
 * The model of p(x | class), with the same class for all rows. For samples of several classes at once, use
 * `sample(model, { count, given: { class: [...] } })`, with the class of each.
 * @param model with the condition `class`, such as a network trained with classes
 * @param label the class, or `null` for no class: the model of p(x)
 * @returns a model that takes the other conditions alone
 * @throws ArgumentError when the model takes no class, or not this one
 */
export const conditional = <M extends ScoreModel>(model: M, label: number | null): WithGiven<M> => {
  checkModel("conditional", model, "a score model with classes");
  const { classes } = model.conditions?.class ?? {};
  if (classes === undefined)
    throw new ArgumentError(
      "conditional: expected a model with the condition class, such as a network with classes; found one without",
    );
  if (Array.isArray(label))
    throw new ArgumentError(
      "conditional: expected one class, found a list; give each sample its class where samples are made: " +
        "sample(model, { count, given: { class: [...] } })",
    );
  if (label !== null && !(Number.isInteger(label) && label >= 0 && label < classes))
    throw new ArgumentError(
      `conditional: expected a class from 0 to ${classes - 1}, or null for none; found ${String(label)}`,
    );
  const others = entriesWhere(model.conditions!, (name) => name !== "class");
  if (label === null) return withGiven("conditional", model, others, (given) => given);
  const row = zeros([1, classes]);
  row.data[label] = 1;
  return withGiven("conditional", model, others, (given, x) => ({
    ...given,
    class: constant(row).cast(x.dtype).broadcastTo([x.shape[0]!, classes]),
  }));
};
