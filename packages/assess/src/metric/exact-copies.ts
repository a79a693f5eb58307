/** Samples that are training rows, cell by cell. */
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { declareMetric } from "./metric.ts";
import { allRows } from "./set-rows.ts";
import { meanStatistic } from "./statistic.ts";

/** Rows as texts that are equal for equal rows, in single precision: a copy may have been stored in it. */
const keysOf = ({ data, shape: [n = 0, ...rest] }: NdArray): string[] => {
  const d = sizeOf(rest);
  const row = new Float32Array(d);
  return Array.from({ length: n }, (_, i) => {
    for (let k = 0; k < d; k++) row[k] = Number(data[i * d + k]);
    return row.join();
  });
};

/**
 * The share of samples that equal a training row in every cell, missing cells included. Where columns are few and have few
 * values, real rows equal others by chance: the number for real data is the share of unseen rows that do.
 */
export const exactCopyMetric = declareMetric({
  kind: "exact-copies",
  name: "exactCopyMetric",
  family: "memorisation",
  title: "exact copies",
  summary: "share of samples that equal a training row in every cell",
  source: "SDMetrics 2023 (new row synthesis, 1 minus this)",
  unit: "share",
  good: "near",
  zero: "no sample is a copy of a training row",
  range: [0, 1],
  needs: "training",
  settings: {},
  take: async ({ own: { samples, reference, control }, data: { training } }) => {
    if (!training) return undefined;
    const sets = [samples, reference, ...(control ? [control] : [])].map(keysOf);
    // Of training rows, which may be many, only those are kept that equal one of the others.
    const asked = new Set(sets.flat());
    const known = new Set(keysOf(await allRows(training)).filter((key) => asked.has(key)));
    const [drawn, real, shuffled] = sets.map((keys) => meanStatistic(keys.map((key) => (known.has(key) ? 1 : 0))));
    return {
      samples: () => drawn!,
      real: () => real!,
      ...(shuffled && { control: () => shuffled }),
    };
  },
});
