/** The rows that enter measures of all pairs, whose cost grows with the square of their number. */
import { setting } from "@scorefield/core";
import { firstRows } from "@scorefield/core/internal";
import type { SampleSets } from "./metric-input.ts";

/** The setting of metrics of all pairs of rows. */
export const pairRows = setting.whole({
  least: 8,
  default: 2000,
  help: "rows of each set that are compared, at most; the cost grows with their square",
});

/** The first rows of every set. */
export const fewRows = ({ samples, reference, real, control }: SampleSets, rows: number): SampleSets => ({
  samples: firstRows(samples, rows),
  reference: firstRows(reference, rows),
  ...(real && { real: firstRows(real, rows) }),
  ...(control && { control: firstRows(control, rows) }),
});
