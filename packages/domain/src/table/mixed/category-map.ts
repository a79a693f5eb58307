/** A column of categories or ordered levels: one category, with a level more where cells are missing. */
import { ArgumentError } from "@scorefield/core";
import { holds, isBounded } from "./allowed.ts";
import type { ColumnMap } from "./column-map.ts";

/** A fitted column of levels, as plain JSON. */
export interface StoredCategory {
  readonly kind: "category";
  readonly name: string;
  /** Texts by code; with `missing` two or more. */
  readonly levels: readonly string[];
  /** Whether levels ascend. */
  readonly ordered: boolean;
  /** Whether there is a level more, the last one, for missing cells. */
  readonly missing: boolean;
}

/** @see StoredCategory */
export const categoryMap = ({ name, levels, ordered, missing }: StoredCategory): ColumnMap => {
  const k = levels.length;
  const isLevel = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < k;
  const levelOf = (value: number): number => {
    if (missing && Number.isNaN(value)) return k;
    if (isLevel(value)) return value;
    throw new ArgumentError(
      Number.isNaN(value)
        ? `column ${name}: expected a level, as training rows lack none, found a missing cell; fill it, or leave the row out`
        : `column ${name}: expected codes below ${k} of its levels, found ${value}`,
    );
  };
  return {
    name,
    slots: [
      {
        size: missing ? k + 1 : k,
        names: [...levels.map((level) => `${name} = ${level}`), ...(missing ? [`${name}: missing`] : [])],
      },
    ],
    ...(missing && { missingLevel: k }),
    write: (value, _u, out, at) => {
      out[at] = levelOf(value);
    },
    read: (slots, at) => (slots[at] === k ? Number.NaN : slots[at]!),
    volume: (value) => {
      const has = isLevel(value) || (missing && Number.isNaN(value));
      return { logVolume: has ? 0 : Number.NEGATIVE_INFINITY, atom: has };
    },
    beyond: (value) => (Number.isNaN(value) ? !missing : !isLevel(value)),
    allow: (condition) => {
      if (!ordered && (condition.low > -Infinity || condition.high < Infinity))
        throw new ArgumentError(
          `condition on ${name}: expected one or several of its levels, as they have no order, found a range`,
        );
      const unknown = condition.values?.find((value) => !isLevel(value));
      if (unknown !== undefined)
        throw new ArgumentError(`condition on ${name}: expected codes below ${k} of its levels, found ${unknown}`);
      const bounded = isBounded(condition);
      const excluded = levels.map((_, code) => condition.missing === true || (bounded && !holds(condition, code)));
      if (missing) excluded.push(condition.missing === false);
      if (excluded.every((no) => no))
        throw new ArgumentError(
          condition.missing === true
            ? `condition on ${name}: expected a level, as no training row lacks it`
            : `condition on ${name}: expected a range with a level in it, of codes from 0 to ${k - 1}, found none`,
        );
      return [{ excluded }];
    },
  };
};
