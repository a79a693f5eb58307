/** The least value of a function of few numbers, without its gradient. */

/**
 * The simplex method of Nelder & Mead 1965, with the usual coefficients: reflection 1, expansion 2, contraction and shrinkage 1/2.
 * @param f finite at the start; where it is NaN or infinite counts as worst
 * @param start [n] @param step size of the first simplex along each axis
 * @returns the best point found
 */
export const minimise = (
  f: (x: readonly number[]) => number,
  start: readonly number[],
  {
    step = 0.3,
    iterations = 2000,
    tolerance = 1e-9,
  }: { readonly step?: number; readonly iterations?: number; readonly tolerance?: number } = {},
): readonly number[] => {
  const value = (x: readonly number[]): number => {
    const found = f(x);
    return Number.isFinite(found) ? found : Number.POSITIVE_INFINITY;
  };
  const n = start.length;
  const simplex = [start, ...start.map((_, i) => start.map((x, j) => (i === j ? x + step : x)))].map((x) => ({
    x,
    y: value(x),
  }));
  const between = (a: readonly number[], b: readonly number[], share: number) =>
    a.map((x, i) => x + share * (b[i]! - x));
  for (let iteration = 0; iteration < iterations; iteration++) {
    simplex.sort((a, b) => a.y - b.y);
    const [best, second, worst] = [simplex[0]!, simplex[n - 1]!, simplex[n]!];
    if (worst.y - best.y <= tolerance * (Math.abs(best.y) + tolerance)) break;
    const centre = start.map((_, i) => simplex.slice(0, n).reduce((sum, { x }) => sum + x[i]!, 0) / n);
    const at = (share: number) => {
      const x = between(centre, worst.x, share);
      return { x, y: value(x) };
    };
    const reflected = at(-1);
    if (reflected.y < best.y) {
      const expanded = at(-2);
      simplex[n] = expanded.y < reflected.y ? expanded : reflected;
    } else if (reflected.y < second.y) simplex[n] = reflected;
    else {
      const contracted = reflected.y < worst.y ? at(-0.5) : at(0.5);
      if (contracted.y < Math.min(reflected.y, worst.y)) simplex[n] = contracted;
      else
        for (let i = 1; i <= n; i++) {
          const x = between(best.x, simplex[i]!.x, 0.5);
          simplex[i] = { x, y: value(x) };
        }
    }
  }
  return simplex.reduce((a, b) => (b.y < a.y ? b : a)).x;
};
