/** What networks with conditions share. */
import { constant, ShapeError, type Tensor, zeros } from "@scorefield/tensor";
import type { Conditions } from "./network.ts";

const described = {
  class: "classes as one-hot rows",
  augmentation: "augmentations as rows",
  observed: "what is known as rows",
};

/**
 * The rows of a condition, [n, count] in the element type of x [n, ...], if they are given.
 * @throws ShapeError for rows of another shape
 */
export const conditionRows = (
  name: keyof typeof described,
  conditions: Conditions,
  x: Tensor,
  count: number,
): Tensor | undefined => {
  const rows = conditions[name];
  const shape = [x.shape[0]!, count];
  if (rows && rows.shape.join() !== shape.join())
    throw new ShapeError(`network: expected ${described[name]} [${shape}], found [${rows.shape}]`);
  return rows?.cast(x.dtype);
};

/**
 * The one-hot rows of the classes, [n, classes] in the element type of x [n, ...]. Rows of zeros where no class is
 * given.
 * @throws ShapeError for rows of another shape
 */
export const classRows = (conditions: Conditions, x: Tensor, classes: number): Tensor =>
  rowsOrZeros("class", conditions, x, classes);

/** Rows of a condition as {@link conditionRows}, or rows of zeros where it is not given. */
export const rowsOrZeros = (name: keyof typeof described, conditions: Conditions, x: Tensor, count: number): Tensor =>
  conditionRows(name, conditions, x, count) ?? constant(zeros([x.shape[0]!, count])).cast(x.dtype);
