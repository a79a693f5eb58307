/** The potential nearest to a field on the edges of a grid, in least squares under its own density. */

/** Weights of the trapezoidal rule on a grid. */
export const trapezoid = (x: readonly number[]): number[] =>
  x.map((_, i) => ((x[i + 1] ?? x[i]!) - (x[i - 1] ?? x[i]!)) / 2);

/** Edges of a grid: from which node to which, what the score adds along them, and their shape. */
export interface Edges {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly integral: Float64Array;
  /** Width of the strip of the plane that an edge stands for, over its length. */
  readonly aspect: Float64Array;
}

export const edgesOf = (right: Float64Array, up: Float64Array, x: readonly number[], y: readonly number[]): Edges => {
  const [ny, nx] = [y.length, x.length];
  const [across, along] = [trapezoid(x), trapezoid(y)];
  const count = right.length + up.length;
  const edges = { from: new Int32Array(count), to: new Int32Array(count), aspect: new Float64Array(count) };
  let e = 0;
  for (let i = 0; i < ny; i++)
    for (let j = 0; j < nx - 1; j++, e++) {
      edges.from[e] = i * nx + j;
      edges.to[e] = i * nx + j + 1;
      edges.aspect[e] = along[i]! / (x[j + 1]! - x[j]!);
    }
  for (let i = 0; i < ny - 1; i++)
    for (let j = 0; j < nx; j++, e++) {
      edges.from[e] = i * nx + j;
      edges.to[e] = (i + 1) * nx + j;
      edges.aspect[e] = across[j]! / (y[i + 1]! - y[i]!);
    }
  const integral = new Float64Array(count);
  integral.set(right);
  integral.set(up, right.length);
  return { ...edges, integral };
};

const cgTolerance = 1e-10;

/**
 * The surface that minimises the weighted sum of (integral - difference)^2 over edges, up to a constant. Found by
 * conjugate gradients on the normal equations, scaled by their diagonal, from a first guess.
 */
const leastSquares = ({ from, to, integral }: Edges, weights: Float64Array, guess: Float64Array): Float64Array => {
  const n = guess.length;
  const diagonal = new Float64Array(n);
  const residual = new Float64Array(n);
  const constant = new Float64Array(n);
  const surface = guess.slice();
  for (let e = 0; e < from.length; e++) {
    const [a, b, weight] = [from[e]!, to[e]!, weights[e]!];
    diagonal[a]! += weight;
    diagonal[b]! += weight;
    const left = weight * (integral[e]! - (surface[b]! - surface[a]!));
    residual[a]! -= left;
    residual[b]! += left;
    constant[a]! -= weight * integral[e]!;
    constant[b]! += weight * integral[e]!;
  }
  const scaledSquare = (v: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (v[i]! * v[i]!) / diagonal[i]!;
    return sum;
  };
  const enough = cgTolerance ** 2 * scaledSquare(constant);
  const direction = residual.map((value, i) => value / diagonal[i]!);
  const image = new Float64Array(n);
  let size = scaledSquare(residual);
  for (let round = 0; round < 20 * n && size > enough; round++) {
    image.fill(0);
    for (let e = 0; e < from.length; e++) {
      const [a, b] = [from[e]!, to[e]!];
      const flow = weights[e]! * (direction[b]! - direction[a]!);
      image[b]! += flow;
      image[a]! -= flow;
    }
    let curvature = 0;
    for (let i = 0; i < n; i++) curvature += direction[i]! * image[i]!;
    const step = size / curvature;
    for (let i = 0; i < n; i++) {
      surface[i]! += step * direction[i]!;
      residual[i]! -= step * image[i]!;
    }
    const next = scaledSquare(residual);
    for (let i = 0; i < n; i++) direction[i] = residual[i]! / diagonal[i]! + (next / size) * direction[i]!;
    size = next;
  }
  return surface;
};

const mostRounds = 20;
// A share of the highest weight below which no weight falls. It keeps parts connected that the density separates.
const leastWeight = 1e-5;

/** The surface whose own density is the weight of its edges, and these weights. */
export const selfWeighted = (edges: Edges, n: number): { surface: Float64Array; weights: Float64Array } => {
  let surface: Float64Array = leastSquares(edges, edges.aspect, new Float64Array(n));
  let weights = edges.aspect;
  for (let round = 0; round < mostRounds; round++) {
    const highest = surface.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    weights = edges.aspect.map((aspect, e) => {
      const middle = (surface[edges.from[e]!]! + surface[edges.to[e]!]!) / 2;
      return aspect * Math.max(leastWeight, Math.exp(middle - highest));
    });
    const next = leastSquares(edges, weights, surface);
    let change = 0;
    const top = next.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    for (let i = 0; i < n; i++)
      change = Math.max(change, Math.abs(Math.exp(next[i]! - top) - Math.exp(surface[i]! - highest)));
    surface = next;
    if (change < 1e-6) break;
  }
  return { surface, weights };
};
