/** Checks of what callers give as observations. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Observations } from "./observations.ts";

const fields = { names: true, values: true, categories: true, targets: true } satisfies Known<Observations>;

/**
 * Checks names of variables.
 * @param owner the function and the option, for errors
 * @throws ArgumentError unless a list of words, each once
 */
export const checkNames = (owner: string, names: unknown): void => {
  if (!Array.isArray(names) || names.length === 0 || names.some((one) => typeof one !== "string"))
    throw new ArgumentError(`${owner} names: expected a list of names of variables, found ${showValue(names)}`);
  if (new Set(names).size !== names.length)
    throw new ArgumentError(`${owner} names: expected each name once, found ${names.join(", ")}`);
};

/**
 * Checks observations.
 * @param least the fewest rows
 * @returns the number of rows
 * @throws ArgumentError for values that are not finite or not whole rows, and for categories and targets that do not fit
 */
export const checkObservations = (owner: string, observations: Observations, least = 2): number => {
  checkOptions(owner, observations, fields);
  const { names, values, categories, targets } = observations;
  checkNames(owner, names);
  const d = names.length;
  if (!(values instanceof Float64Array) || values.length % d !== 0)
    throw new ArgumentError(
      `${owner} values: expected a Float64Array of rows of ${d} numbers, found ${values instanceof Float64Array ? `${values.length} numbers` : showValue(values)}`,
    );
  const n = values.length / d;
  if (n < least) throw new ArgumentError(`${owner} values: expected at least ${least} rows, found ${n}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(
      `${owner} values: expected finite numbers, found ${values[bad]} in row ${Math.floor(bad / d)}, column ${names[bad % d]}; fill gaps or leave the rows out`,
    );
  if (categories !== undefined && categories.length !== d)
    throw new ArgumentError(
      `${owner} categories: expected the levels of each of ${d} variables, found ${categories.length}`,
    );
  if (targets !== undefined) {
    if (targets.length !== n)
      throw new ArgumentError(`${owner} targets: expected a list for each of ${n} rows, found ${targets.length}`);
    for (const [row, set] of targets.entries())
      for (const target of set)
        if (!(Number.isInteger(target) && target >= 0 && target < d))
          throw new ArgumentError(
            `${owner} targets: expected numbers of variables from 0 to ${d - 1}, found ${target} in row ${row}`,
          );
  }
  return n;
};
