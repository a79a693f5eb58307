/** How often the U-Net of a default recipe halves its input. */

/** Places along the longest side at which it stops. */
const lowest = 8;

/**
 * Widths of the resolutions over that of the first: from the longest side down by halves to 8 places or less, two at least.
 * @param most resolutions at most; default as many as that takes
 */
export const unetMultipliers = (longest: number, most: number = Number.POSITIVE_INFINITY): number[] => {
  const resolutions = Math.max(2, Math.min(most, Math.ceil(Math.log2(longest / lowest)) + 1));
  return Array.from({ length: resolutions }, (_, i) => (i === 0 ? 1 : 2));
};
