/** Mean of numbers and its standard error. */
export const meanAndError = (values: readonly number[]): [mean: number, error: number] => {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  return [mean, Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1) / n)];
};

/** Both as text: "1.43 ± 0.12", or the mean alone of one number. */
export const meanText = (values: readonly number[], digits = 2): string => {
  const [mean, error] = meanAndError(values);
  return values.length > 1 ? `${mean.toFixed(digits)} ± ${error.toFixed(digits)}` : mean.toFixed(digits);
};
