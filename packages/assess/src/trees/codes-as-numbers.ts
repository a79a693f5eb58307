/** Rows whose categories are seen in two ways: as levels without order, and by the order of their codes. */
import type { Rows } from "@scorefield/core/internal";

/** Fewer levels are set apart by few splits in any order. */
const fewestLevels = 5;

/**
 * Rows with the codes of their categories once more, as numbers: levels whose texts follow each other, such as districts of a
 * city, often go together, and a split of an order finds them where a split of many levels finds chance.
 * @param categories levels of each column, 0 for numbers
 * @returns rows [n, d + k] and the levels of their columns
 */
export const withCodesAsNumbers = (
  { n, d, data }: Rows,
  categories: readonly number[],
): { readonly rows: Rows; readonly categories: readonly number[] } => {
  const seen = [...categories.keys()].filter((j) => categories[j]! >= fewestLevels);
  const width = d + seen.length;
  const wide = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) wide[i * width + j] = data[i * d + j]!;
    for (const [k, j] of seen.entries()) wide[i * width + d + k] = data[i * d + j]!;
  }
  return { rows: { n, d: width, data: wide }, categories: [...categories, ...seen.map(() => 0)] };
};
