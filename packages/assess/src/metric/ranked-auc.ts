/** The area under the receiver operating characteristic of rows that may count several times, for the bootstrap. */

/**
 * Sorts rows by score, once. The function that it gives takes how often each row counts, and gives the probability that a
 * positive row scores higher than another, ties counting one half. NaN where only one kind of row counts.
 * @param scores [n], not NaN @param positive of each row
 */
export const rankedAuc = (
  scores: Float64Array,
  positive: (row: number) => boolean,
): ((counts: (row: number) => number) => number) => {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const isPositive = Uint8Array.from(order, (row) => (positive(row) ? 1 : 0));
  // Whether a row of the order begins a group of equal scores.
  const begins = Uint8Array.from(order, (row, k) => (k === 0 || scores[row] !== scores[order[k - 1]!] ? 1 : 0));
  return (counts) => {
    let [won, below, positives, here, lost] = [0, 0, 0, 0, 0];
    // `below`: others of lower groups. `here` and `lost`: positives and others of this group.
    for (let k = 0; k < order.length; k++) {
      if (begins[k]) {
        won += here * (below + lost / 2);
        positives += here;
        below += lost;
        [here, lost] = [0, 0];
      }
      if (isPositive[k]) here += counts(order[k]!);
      else lost += counts(order[k]!);
    }
    won += here * (below + lost / 2);
    positives += here;
    below += lost;
    return won / (positives * below);
  };
};
