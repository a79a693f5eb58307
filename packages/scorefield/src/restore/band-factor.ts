/** How wide an interval is that few draws say. */
import { tTail } from "@scorefield/core/internal";

const beyond = 0.05;

/**
 * The factor of the draws' deviation in a 90 % prediction interval about their mean: another draw of the same normal distribution is within it
 * with probability 0.9, whatever the number of draws (Student 1908; t with draws - 1 degrees of freedom, times the root of 1 + 1 / draws).
 * 4 draws need 2.63 deviations, many draws 1.645.
 * @param draws at least 2
 */
export const bandFactor = (draws: number): number => {
  let [low, high] = [0, 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (tTail(middle, draws - 1) > beyond) low = middle;
    else high = middle;
  }
  return low * Math.sqrt(1 + 1 / draws);
};
