/** Columns in standard deviations, so that none counts for more because of its unit. */
import { type NdArray, zeros } from "@scorefield/tensor";

/**
 * Fits to rows [n, d] and gives a function that brings rows to mean 0 and standard deviation 1 of theirs, in double
 * precision. A constant column is divided by 1. Each is divided by its largest value first: squares of large values leave
 * the doubles.
 */
export const standardUnits = ({ data, shape: [n = 0, d = 0] }: NdArray): ((rows: NdArray) => NdArray<"float64">) => {
  const size = new Float64Array(d);
  for (let i = 0; i < data.length; i++) size[i % d] = Math.max(size[i % d]!, Math.abs(Number(data[i])));
  const unit = size.map((value) => value || 1);
  const [mean, squares] = [new Float64Array(d), new Float64Array(d)];
  for (let i = 0; i < data.length; i++) mean[i % d]! += Number(data[i]) / unit[i % d]! / n;
  for (let i = 0; i < data.length; i++) squares[i % d]! += (Number(data[i]) / unit[i % d]! - mean[i % d]!) ** 2;
  // Rounding of the mean would make a spurious deviation.
  const constant = Array.from(unit, (_, j) => data.every((value, i) => i % d !== j || value === data[j]));
  const scale = squares.map((sum, j) => (constant[j] ? 1 / unit[j]! : Math.sqrt(sum / n)));
  return (rows) => {
    const scaled = zeros(rows.shape, "float64");
    for (let i = 0; i < scaled.data.length; i++)
      scaled.data[i] = (Number(rows.data[i]) / unit[i % d]! - mean[i % d]!) / scale[i % d]!;
    return scaled;
  };
};
