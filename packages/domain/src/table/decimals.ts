/** How many decimals the numbers of a column have, and rounding to them. */

/** Beyond this a column counts as one of measurements, whose digits are not kept. */
const mostDecimals = 10;

/**
 * The nearest number with this many decimals. A number so large that its neighbours are farther apart than that is
 * returned as it is.
 */
export const roundTo = (value: number, decimals: number): number => {
  const power = 10 ** decimals;
  const scaled = value * power;
  // Adding 0 makes 0 of -0. An integer below 2^53 over a power of ten is the double nearest to the decimal number.
  return Math.abs(scaled) < Number.MAX_SAFE_INTEGER ? Math.round(scaled) / power + 0 : value;
};

/**
 * The fewest decimals that write all values of a column exactly, as far as its element type holds them: 0 for whole
 * numbers. Undefined for more than 10.
 */
export const decimalsOf = (column: Float32Array | Float64Array): number | undefined => {
  const held = column instanceof Float32Array ? Math.fround : (value: number) => value;
  let decimals = 0;
  for (const value of column)
    while (held(roundTo(value, decimals)) !== value) if (++decimals > mostDecimals) return undefined;
  return decimals;
};
