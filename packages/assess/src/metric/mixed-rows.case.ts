/** Rows of a table of a number, a category and a yes/no column whose joint distribution is known, for tests. */
import { integers, normal, uniform } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { MetricColumn } from "./metric-column.ts";

/** What the numbers of a row of {@link mixedRows} are. */
export const mixedColumns: readonly MetricColumn[] = [
  { name: "size" },
  { name: "city", levels: ["Bergen", "Lima", "Oslo", "Paris", "Rome", "Turin"], kind: "category" },
  { name: "member", levels: ["no", "yes"], kind: "yes-no" },
];

/**
 * Rows [n, 3]. The size is normal with deviation 1 about 2 in every second city and about 0 in the others. A share of the sizes is
 * missing, and of the cities a tenth. Members are more frequent where the size is large or missing.
 * @param related whether columns have to do with each other, or are independent with the same marginals
 */
export const mixedRows = (n: number, seed: number, { related = true, missing = 0.1 } = {}): NdArray<"float64"> => {
  const z = normal([n], { seed, dtype: "float64" }).data;
  const u = uniform([n, 3], { seed, step: 1, dtype: "float64" }).data;
  const codes = integers([n, 3], { seed, step: 2, high: 6 }).data;
  const data = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const city = codes[3 * i]!;
    const other = related ? city : codes[3 * i + 1]!;
    const size = u[3 * i]! < missing ? Number.NaN : z[i]! + 2 * (other % 2);
    const about = related ? size : codes[3 * i + 2]! % 2 === 1 ? 2 : 0;
    const member = u[3 * i + 1]! < (about < 1 ? 0.2 : 0.7) ? 1 : 0;
    data.set([size, u[3 * i + 2]! < 0.1 ? Number.NaN : city, member], 3 * i);
  }
  return ndarray(data, [n, 3]);
};
