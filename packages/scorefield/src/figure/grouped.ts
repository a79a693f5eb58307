/** A whole number with its thousands apart: 1,694,849. */
export const grouped = (count: number): string => count.toLocaleString("en-US");
