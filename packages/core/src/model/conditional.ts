/** A class-conditional network as the score model of some of its classes. */
import { constant, ShapeError, zeros } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { type TrainedModel, trainedModel } from "./trained.ts";

/**
 * The model of p(x | class).
 * @param model whose network can be told classes
 * @param classes one class for all samples, or a list that rows of a batch go through again and again: sample i is of
 *   class `classes[i % classes.length]`. `undefined` is no class, the unconditional model
 * @throws ArgumentError when the network knows no classes, or not this one; ShapeError, when it is compiled, for a batch
 *   that is not a multiple of the list
 */
export const conditional = (
  model: TrainedModel,
  classes: number | undefined | readonly (number | undefined)[],
): TrainedModel & { readonly period: number } => {
  const list = Array.isArray(classes) ? (classes as readonly (number | undefined)[]) : [classes as number | undefined];
  const { network, parameters, shape } = model;
  const known = network.classes ?? 0;
  if (known === 0)
    throw new ArgumentError(`conditional: expected a network with classes, found ${network.recipe.kind}`);
  if (list.length === 0) throw new ArgumentError("conditional: expected at least one class, found none");
  for (const label of list)
    if (label !== undefined && !(Number.isInteger(label) && label >= 0 && label < known))
      throw new ArgumentError(`conditional: expected classes from 0 to ${known - 1}, found ${label}`);
  const period = list.length;
  const conditionsOf = (rows: number) => {
    if (rows % period !== 0)
      throw new ShapeError(`conditional: expected batches of a multiple of ${period} samples, found ${rows}`);
    const oneHot = zeros([rows, known]);
    for (let i = 0; i < rows; i++) {
      const label = list[i % period];
      if (label !== undefined) oneHot.data[i * known + label] = 1;
    }
    return { ...model.conditionsOf?.(rows), classes: constant(oneHot) };
  };
  return { ...trainedModel(model, parameters, shape, conditionsOf), period };
};
