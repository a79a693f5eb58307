/** Checks of numbers that many rooms make; `name` is the owner and the option, such as "langevin steps". */
import { isNdArray, type NdArray } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "./errors.ts";

/** @throws ArgumentError unless a positive whole number */
export const checkWhole = (name: string, value: number): void => {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(`${name}: expected a positive whole number, found ${showValue(value)}`);
};

/** @throws ArgumentError unless a whole number of at least 0 */
export const checkCount = (name: string, value: number): void => {
  if (!Number.isInteger(value) || value < 0)
    throw new ArgumentError(`${name}: expected a whole number of at least 0, found ${showValue(value)}`);
};

/** Steps that a sampler may take: a list of this many times takes about a gigabyte while it is made. */
export const mostSteps = 1e7;

/** @throws ArgumentError unless a positive whole number of at most ten million, the most steps of a list of times */
export const checkSteps = (name: string, value: number): void => {
  checkWhole(name, value);
  if (value > mostSteps)
    throw new ArgumentError(`${name}: expected at most ${mostSteps.toLocaleString("en-US")}, found ${value}`);
};

/** @throws ArgumentError unless positive and finite */
export const checkPositive = (name: string, value: number): void => {
  if (!(value > 0 && Number.isFinite(value)))
    throw new ArgumentError(`${name}: expected a positive number, found ${showValue(value)}`);
};

/** @throws ArgumentError unless an array with a shape */
export const checkArray = (name: string, value: unknown): void => {
  if (isNdArray(value)) return;
  const fix = Array.isArray(value)
    ? "; make it one with fromNested"
    : ArrayBuffer.isView(value)
      ? "; make it one with ndarray"
      : "";
  throw new ArgumentError(
    `${name}: expected an NdArray, found ${Array.isArray(value) ? "a nested list" : showValue(value)}${fix}`,
  );
};

/** @throws ArgumentError unless an array with a shape, of float32 or float64 */
export const checkFloats = (name: string, value: NdArray): void => {
  checkArray(name, value);
  if (value.dtype !== "float32" && value.dtype !== "float64")
    throw new ArgumentError(
      `${name}: expected numbers of float32 or float64, found ${value.dtype}; convert them with castArray`,
    );
};
