/** Rows of a table as a linear model sees them: standardised numbers, one-hot categories, indicators of missing cells. */
import type { Rows } from "@scorefield/core/internal";

/** How a column becomes coordinates. Plain JSON. */
interface DesignColumn {
  /** Its first coordinate. */
  readonly at: number;
  /** Levels of a category, one coordinate each; 0 for a number, which has one. */
  readonly levels: number;
  /** Of a number: those of the training rows that are there. */
  readonly mean: number;
  readonly deviation: number;
  /** Whether a coordinate after them says that the cell is missing: where training rows lack some. */
  readonly lacks: boolean;
}

/** How rows become coordinates. Plain JSON. */
export interface Design {
  readonly columns: readonly DesignColumn[];
  /** Coordinates in all, without the constant. */
  readonly width: number;
}

/** Rows of which few coordinates are not 0. Those of row i are at `i * entries` to `(i + 1) * entries - 1`. */
export interface SparseRows {
  readonly n: number;
  readonly width: number;
  readonly entries: number;
  /** [n, entries], below `width`; an entry that a row does not need has the value 0. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Fits to training rows. @param categories levels of each column, 0 for numbers */
export const fitDesign = ({ n, d, data }: Rows, categories: ArrayLike<number>): Design => {
  let width = 0;
  const columns = Array.from({ length: d }, (_, j): DesignColumn => {
    let [there, size] = [0, 0];
    for (let i = 0; i < n; i++) {
      const cell = data[i * d + j]!;
      if (Number.isNaN(cell)) continue;
      there++;
      size = Math.max(size, Math.abs(cell));
    }
    const levels = categories[j]!;
    const at = width;
    const lacks = there < n;
    width += (levels || 1) + (lacks ? 1 : 0);
    if (levels > 0 || there === 0) return { at, levels, mean: 0, deviation: 1, lacks };
    // In units of the largest: squares of large numbers leave the doubles.
    const unit = size || 1;
    let [mean, squares] = [0, 0];
    for (let i = 0; i < n; i++) if (!Number.isNaN(data[i * d + j]!)) mean += data[i * d + j]! / unit / there;
    for (let i = 0; i < n; i++)
      if (!Number.isNaN(data[i * d + j]!)) squares += (data[i * d + j]! / unit - mean) ** 2 / there;
    const deviation = Math.sqrt(squares);
    // What is left of a constant column by rounding is no deviation.
    return { at, levels, mean: mean * unit, deviation: deviation > 1e-13 ? deviation * unit : unit, lacks };
  });
  return { columns, width };
};

/** Coordinates of rows. A cell that is missing where no training row lacks one is at the mean, or of no level. */
export const applyDesign = ({ columns, width }: Design, { n, d, data }: Rows): SparseRows => {
  const indices = new Int32Array(n * d);
  const values = new Float64Array(n * d);
  for (const [j, { at, levels, mean, deviation, lacks }] of columns.entries()) {
    const gone = at + (levels || 1);
    for (let i = 0; i < n; i++) {
      const cell = data[i * d + j]!;
      const k = i * d + j;
      if (Number.isNaN(cell)) {
        indices[k] = lacks ? gone : at;
        values[k] = lacks ? 1 : 0;
      } else if (levels > 0) {
        indices[k] = at + cell;
        values[k] = 1;
      } else {
        indices[k] = at;
        values[k] = cell / deviation - mean / deviation;
      }
    }
  }
  return { n, width, entries: d, indices, values };
};
