/** What networks that can be told a class share. */
import { constant, ShapeError, type Tensor, zeros } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import type { Conditions } from "./network.ts";

/** @throws ArgumentError for a number of classes that is not whole */
export const checkClasses = (name: string, classes: number): void => {
  if (!Number.isInteger(classes) || classes < 0)
    throw new ArgumentError(`${name}: expected classes to be a whole number, found ${classes}`);
};

/**
 * The one-hot rows of the classes, [n, classes] in the element type of x [n, ...]; rows of zeros where none are told.
 * @throws ShapeError for rows of another shape
 */
export const classRows = ({ classes: rows }: Conditions, x: Tensor, classes: number): Tensor => {
  const shape = [x.shape[0]!, classes];
  if (!rows) return constant(zeros(shape)).cast(x.dtype);
  if (rows.shape.join() !== shape.join())
    throw new ShapeError(`network: expected classes as one-hot rows [${shape}], found [${rows.shape}]`);
  return rows.cast(x.dtype);
};
