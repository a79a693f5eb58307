/** Operators as settings of other operators. */
import type { PartList } from "@scorefield/core";
import type { Operator } from "./operator.ts";

let known: PartList<Operator> | undefined;

/** The list of all operators, for `anyOperator`. It is given where the list is made, because some of its members hold others. */
export const nameOperators = (list: PartList<Operator>): void => {
  known = list;
};

const list = (): PartList<Operator> => {
  if (!known) throw new Error("the list of operators is not loaded");
  return known;
};

/** Every operator, those that hold others included. */
export const anyOperator: PartList<Operator> = {
  sort: "operator",
  article: "an operator",
  example: "identity({ input: [28, 28] })",
  get makers() {
    return list().makers;
  },
  get declarations() {
    return list().declarations;
  },
  get kinds() {
    return list().kinds;
  },
  fromRecipe: (recipe) => list().fromRecipe(recipe),
  read: (recipe, path, reading) => list().read(recipe, path, reading),
};
