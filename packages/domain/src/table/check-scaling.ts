/** Scalings as plain JSON, and whether JSON is one: a run may be a stranger's. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import type { Standardisation } from "@scorefield/data";
import type { Shape } from "@scorefield/tensor";
import type { StoredCodec } from "../codec.ts";
import type { Distribution } from "./quantile.ts";

/**
 * How columns are scaled:
 * - `quantile`: ranks as normal scores. Samples stay within each column's range, repeat the values it repeats, and have
 *   its number of decimals;
 * - `standard`: mean 0 and standard deviation 1. Samples may go beyond the range;
 * - `none`: as they are, for data that already has unit scale.
 */
export type ScalingKind = "quantile" | "standard" | "none";

/** A fitted scaling, as plain JSON. */
export type Scaling =
  | { readonly kind: "none" }
  | ({ readonly kind: "standard" } & Standardisation)
  | { readonly kind: "quantile"; readonly columns: readonly Distribution[] };

const refuse = (problem: string): never => {
  throw new ArgumentError(`scaling: ${problem}`);
};

const numbersAt = (fields: Readonly<Record<string, unknown>>, name: string): readonly number[] => {
  const value = fields[name];
  return Array.isArray(value) && value.every((entry) => Number.isFinite(entry))
    ? value
    : refuse(`expected a list of numbers as ${name}, found another value`);
};

export const checkDistribution = (column: unknown): void => {
  if (typeof column !== "object" || column === null)
    refuse("expected the distribution of a column, found another value");
  const fields = column as Readonly<Record<string, unknown>>;
  const [values, counts] = [numbersAt(fields, "values"), numbersAt(fields, "counts")];
  // Runs before these were kept have neither.
  const below = fields.below === undefined ? undefined : numbersAt(fields, "below");
  const { decimals } = fields;
  if (decimals !== undefined && !(Number.isInteger(decimals) && (decimals as number) >= 0))
    refuse("expected a whole number of decimals, found another value");
  if (values.length === 0) refuse("a column without values");
  if (values.length !== counts.length || values.length !== (below ?? counts).length)
    refuse("other numbers of values than of counts");
  if (values.some((value, i) => i > 0 && value <= values[i - 1]!)) refuse("values of a column that do not rise");
  if (counts.some((count) => count < 1)) refuse("a value that no row holds");
  const free = below?.map((rank, i) => rank - (i === 0 ? 0 : below[i - 1]! + counts[i - 1]!));
  if (free?.some((rows, i) => (i === 0 ? rows !== 0 : rows < 0)))
    refuse("ranks of a column that do not follow its counts");
};

/**
 * @param shape of a sample, which the scaling has to be for; default not checked
 * @throws ArgumentError for another kind, and for numbers that no rows lead to
 */
export const checkScaling = (stored: StoredCodec, shape?: Shape): Scaling => {
  const fit = (widths: readonly number[]): void => {
    const width = widths.find((width) => shape && !(shape.length === 1 && shape[0] === width));
    if (width !== undefined) refuse(`one of ${width} columns for samples of shape [${shape!.join(", ")}]`);
  };
  switch (stored.kind) {
    case "none":
      break;
    case "standard":
      fit([numbersAt(stored, "mean").length, numbersAt(stored, "scale").length]);
      break;
    case "quantile": {
      const columns: readonly unknown[] = Array.isArray(stored.columns)
        ? stored.columns
        : refuse("expected a list of columns, found another value");
      for (const column of columns) checkDistribution(column);
      fit([(columns as readonly Distribution[]).length]);
      break;
    }
    default:
      refuse(`expected quantile, standard or none for rows, found ${stored.kind}`);
  }
  return stored as unknown as Scaling;
};
