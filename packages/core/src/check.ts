/** Checks of numbers that many rooms make; `name` is the owner and the option, such as "langevin steps". */
import { ArgumentError } from "./errors.ts";

/** @throws ArgumentError unless a positive whole number */
export const checkWhole = (name: string, value: number): void => {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(`${name}: expected a positive whole number, found ${value}`);
};

/** @throws ArgumentError unless a whole number of at least 0 */
export const checkCount = (name: string, value: number): void => {
  if (!Number.isInteger(value) || value < 0)
    throw new ArgumentError(`${name}: expected a whole number of at least 0, found ${value}`);
};

// A list of so many times takes about a gigabyte while it is made.
const mostSteps = 1e7;

/** @throws ArgumentError unless a positive whole number of at most ten million, as many steps as a list of times may have */
export const checkSteps = (name: string, value: number): void => {
  checkWhole(name, value);
  if (value > mostSteps)
    throw new ArgumentError(`${name}: expected at most ${mostSteps.toLocaleString("en-US")}, found ${value}`);
};

/** @throws ArgumentError unless positive and finite */
export const checkPositive = (name: string, value: number): void => {
  if (!(value > 0 && Number.isFinite(value)))
    throw new ArgumentError(`${name}: expected a positive number, found ${value}`);
};
