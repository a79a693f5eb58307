/**
 * Extremely randomised trees for numbers (Geurts, Ernst & Wehenkel 2006): a node looks at some columns, draws one threshold
 * for each, and takes the best. They need neither sorting nor bins, so that very many can be grown on a few hundred rows.
 */
/** How trees grow. */
export interface ExtraTreesSettings {
  readonly trees: number;
  /** Columns that a node looks at. */
  readonly columnsPerSplit: number;
  /** Rows of a node that is split, at least. */
  readonly smallestSplit: number;
  /** Uniform draws in [0, 1), as many as are asked for. */
  readonly draw: () => number;
}

/**
 * How much the splits of each column lower the squared error, as a share of the target's variance, averaged over trees.
 * @param inputs columns, [n] each @param target [n]
 * @returns one for each column, with a sum of at most 1
 */
export const extraTreeImportances = (
  inputs: readonly Float64Array[],
  target: Float64Array,
  { trees, columnsPerSplit, smallestSplit, draw }: ExtraTreesSettings,
): Float64Array => {
  const [n, d] = [target.length, inputs.length];
  const importances = new Float64Array(d);
  const order = new Int32Array(n);
  const columns = Int32Array.from({ length: d }, (_, j) => j);
  const grow = (begin: number, end: number, sum: number): void => {
    const count = end - begin;
    if (count < smallestSplit) return;
    const whole = (sum * sum) / count;
    let bestGain = 0;
    let bestColumn = -1;
    let bestThreshold = 0;
    let bestSum = 0;
    let looked = 0;
    // Columns that do not vary here do not count as looked at.
    for (let from = 0; from < d && looked < columnsPerSplit; from++) {
      const other = from + Math.floor(draw() * (d - from));
      const column = columns[other]!;
      columns[other] = columns[from]!;
      columns[from] = column;
      const values = inputs[column]!;
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = begin; k < end; k++) {
        const value = values[order[k]!]!;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      if (!(most > least)) continue;
      looked++;
      const threshold = least + (most - least) * draw();
      let left = 0;
      let leftSum = 0;
      for (let k = begin; k < end; k++) {
        const row = order[k]!;
        if (values[row]! <= threshold) {
          left++;
          leftSum += target[row]!;
        }
      }
      if (left === count) continue;
      const rest = sum - leftSum;
      const gain = (leftSum * leftSum) / left + (rest * rest) / (count - left) - whole;
      if (gain > bestGain) {
        bestGain = gain;
        bestColumn = column;
        bestThreshold = threshold;
        bestSum = leftSum;
      }
    }
    if (bestColumn < 0) return;
    importances[bestColumn]! += bestGain;
    const values = inputs[bestColumn]!;
    let middle = begin;
    for (let k = begin; k < end; k++) {
      const row = order[k]!;
      if (values[row]! > bestThreshold) continue;
      order[k] = order[middle]!;
      order[middle++] = row;
    }
    grow(begin, middle, bestSum);
    grow(middle, end, sum - bestSum);
  };
  const total = target.reduce((sum, value) => sum + value, 0);
  const spread = target.reduce((sum, value) => sum + value * value, 0) - (total * total) / n;
  if (!(spread > 0)) return importances;
  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < n; i++) order[i] = i;
    grow(0, n, total);
  }
  return importances.map((gain) => gain / (trees * spread));
};
