/** Images of few frequencies, evaluated at every pixel. */

/**
 * Sum over p, q of coefficients[p, q] e^(2 pi i ((p + first) y + (q + first) x)) at y = (i - floor(rows / 2)) / rows, x likewise:
 * [rows, columns, 2].
 */
export const trigonometricSum = (
  coefficients: Float64Array,
  width: number,
  first: number,
  [rows, columns]: readonly [number, number],
): Float64Array => {
  const half = new Float64Array(width * columns * 2);
  const result = new Float64Array(rows * columns * 2);
  const angle = (k: number, i: number, n: number): number =>
    (2 * Math.PI * ((k + first) * (i - Math.floor(n / 2)))) / n;
  const add = (from: Float64Array, at: number, to: Float64Array, into: number, [re, im]: [number, number]): void => {
    const [x, y] = [from[at]!, from[at + 1]!];
    to[into]! += re * x - im * y;
    to[into + 1]! += re * y + im * x;
  };
  for (let q = 0; q < width; q++)
    for (let j = 0; j < columns; j++) {
      const turn: [number, number] = [Math.cos(angle(q, j, columns)), Math.sin(angle(q, j, columns))];
      for (let p = 0; p < width; p++) add(coefficients, 2 * (p * width + q), half, 2 * (p * columns + j), turn);
    }
  for (let p = 0; p < width; p++)
    for (let i = 0; i < rows; i++) {
      const turn: [number, number] = [Math.cos(angle(p, i, rows)), Math.sin(angle(p, i, rows))];
      for (let j = 0; j < columns; j++) add(half, 2 * (p * columns + j), result, 2 * (i * columns + j), turn);
    }
  return result;
};
