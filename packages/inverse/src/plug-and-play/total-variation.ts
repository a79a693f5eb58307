/** Denoising and reconstruction by total variation: the classical reference for images that are flat in parts. */
import { ArgumentError } from "@scorefield/core";
import { checkFloats, checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import { clip, compile, compileScan, type NdArray, type Runtime, type Shape, type Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { isLinear, type LinearOperator } from "../operator/operator.ts";
import { perSampleScalar } from "../solve/per-sample-scalar.ts";
import { differences, differencesTransposed, sizes } from "./differences.ts";

/** Settings of {@link totalVariation}. */
export interface TotalVariationOptions {
  /** What y measures. Left out, y is the noisy image itself: denoising. */
  readonly operator?: LinearOperator;
  /** Weight of the total variation, in units of y squared over units of x; above 0. */
  readonly weight: number;
  /** Along how many of the last axes (a pair of a complex number not counted) neighbours differ. Default 2, or 1 where x has 1. */
  readonly axes?: number;
  /** Least and largest value of the solution, each may be infinite. Default none; not for complex images. */
  readonly range?: readonly [low: number, high: number];
  /** Most steps. Default 2000. */
  readonly steps?: number;
  /** The steps end when x changes by less than this, relative to its size, over 50 steps. Default 1e-4. */
  readonly tolerance?: number;
  readonly runtime?: Runtime | undefined;
}

const options = {
  operator: true,
  weight: true,
  axes: true,
  range: true,
  steps: true,
  tolerance: true,
  runtime: true,
} satisfies Known<TotalVariationOptions>;

/** A solution, and what it reached. */
export interface TotalVariationResult {
  /** [n, ...input] */
  readonly estimate: NdArray;
  /** 1/2 |A x - y|^2 + weight TV(x) of each sample, [n]. */
  readonly objective: NdArray;
  readonly steps: number;
  /** Whether the tolerance was reached. */
  readonly converged: boolean;
}

/** Steps between two looks at the change. */
const chunk = 50;

/**
 * The x of least 1/2 |A x - y|^2 + weight TV(x), where TV is the sum over places of the Euclidean size of differences to the next
 * neighbours (Rudin, Osher & Fatemi 1992). By the primal-dual method of Chambolle & Pock (2011, algorithm 1) with theta = 1:
 *
 *     p <- (p + s (A x' / a - y / a)) / (1 + s / a^2)      q <- projection of q + s D x' / d on |q| <= weight d
 *     x_new <- projection of x - t (A* p / a + D* q / d) on the range      x' = 2 x_new - x
 *
 * where D takes differences, and a, d are the norms of A and D, so that s t = 1/2 is short enough (theorem 1).
 * @param y [n, ...output] of the operator, or [n, ...] to be denoised; float32 or float64
 * @throws ArgumentError for another shape of y, an operator that is not linear, and options out of range
 */
export const totalVariation = async (y: NdArray, given: TotalVariationOptions): Promise<TotalVariationResult> => {
  checkOptions("totalVariation", given, options);
  checkFloats("totalVariation y", y);
  const { operator, weight, range, steps = 2000, tolerance = 1e-4, runtime } = given;
  checkPositive("totalVariation weight", weight);
  checkPositive("totalVariation tolerance", tolerance);
  checkWhole("totalVariation steps", steps);
  if (operator !== undefined && !isLinear(operator))
    throw new ArgumentError("totalVariation operator: expected a linear operator, found one that is not");
  const shape = shapeOf(y, operator);
  const complex = operator?.complex?.input === true;
  const spatial = shape.length - (complex ? 2 : 1);
  const { axes: count = Math.min(2, spatial) } = given;
  if (!(Number.isInteger(count) && count >= 1 && count <= spatial))
    throw new ArgumentError(`totalVariation axes: expected 1 to ${spatial}, found ${showValue(count)}`);
  checkRange(range, complex);
  const axes = Array.from({ length: count }, (_, i) => shape.length - (complex ? 1 : 0) - count + i);
  const joined = complex ? [shape.length - 1] : [];

  const problem: Problem = {
    apply: operator?.apply ?? ((x) => x),
    adjoint: operator?.adjoint ?? ((p) => p),
    a: operator?.norm || 1,
    d: 2 * Math.sqrt(count),
    axes,
    joined,
    weight,
    range,
  };
  const { dtype } = y;
  const [image, data, each] = [
    { shape, dtype },
    { shape: y.shape, dtype },
    { shape: [shape[0]!], dtype },
  ];
  const name = "totalVariation";
  const begin = await compile((seen: Tensor) => start(problem, seen), [data], { runtime, name });
  const scan = await compileScan(
    (now: State<Tensor>) => [advance(problem, now), {}],
    {
      state: { x: image, ahead: image, p: data, q: axes.map(() => image), y: data, s: each, t: each },
      inputs: {},
      steps: Math.min(chunk, steps),
    },
    { runtime, name },
  );
  const value = await compile((x: Tensor, seen: Tensor) => objective(problem, x, seen), [image, data], {
    runtime,
    name,
  });
  try {
    let now = (await begin(y)) as State<NdArray>;
    let [done, converged] = [0, false];
    while (done < steps && !converged) {
      const [next] = (await scan(now as never, {})) as unknown as [State<NdArray>];
      done += Math.min(chunk, steps);
      converged = change(now.x, next.x) <= tolerance;
      now = next;
    }
    return { estimate: now.x, objective: await value(now.x, y), steps: done, converged };
  } finally {
    await Promise.all([begin.dispose(), scan.dispose(), value.dispose()]);
  }
};

/** What is solved. `a` and `d` are the norms of A and of differences; `joined` are axes of one vector. */
interface Problem {
  readonly apply: (x: Tensor) => Tensor;
  readonly adjoint: (y: Tensor) => Tensor;
  readonly a: number;
  readonly d: number;
  readonly axes: readonly number[];
  readonly joined: readonly number[];
  readonly weight: number;
  readonly range: readonly [number, number] | undefined;
}

/** x, x' = 2 x_new - x, the dual variables, the measurement, and the lengths of steps [n]. */
type State<T> = {
  readonly x: T;
  readonly ahead: T;
  readonly p: T;
  readonly q: T[];
  readonly y: T;
  readonly s: T;
  readonly t: T;
};

const rows = (v: Tensor): Tensor => v.reshape([v.shape[0]!, -1]).sum(1);

const objective = ({ apply, axes, joined, weight }: Problem, x: Tensor, y: Tensor): Tensor =>
  rows(apply(x).subtract(y).square())
    .multiply(0.5)
    .add(rows(sizes(differences(x, axes), joined)).multiply(weight));

/**
 * From x = A* y times the number that fits y best. Steps suit when t / s is the square of: size of x / size of the dual variable
 * (weight d).
 */
const start = ({ adjoint, axes, weight, d, range }: Problem, y: Tensor): State<Tensor> => {
  const back = adjoint(y);
  const fit = rows(y.square()).divide(rows(back.square()).max(1e-30));
  const free = back.multiply(perSampleScalar(fit, back));
  const x = range ? clip(free, ...range) : free;
  const places = x.shape.slice(1).reduce((product, n) => product * n, 1);
  const size = rows(free.square())
    .multiply(1 / places)
    .sqrt()
    .max(1e-30);
  const t = size.multiply(Math.SQRT1_2 / (weight * d));
  return {
    x,
    ahead: x,
    p: y.multiply(0),
    q: axes.map(() => x.multiply(0)),
    y,
    s: t.reciprocal().multiply(0.5),
    t,
  };
};

const advance = (problem: Problem, now: State<Tensor>): State<Tensor> => {
  const { apply, adjoint, a, d, axes, joined, weight, range } = problem;
  const each = (value: Tensor, like: Tensor): Tensor => perSampleScalar(value, like);
  const misfit = apply(now.ahead)
    .subtract(now.y)
    .multiply(each(now.s, now.y).multiply(1 / a));
  const p = now.p.add(misfit).divide(
    each(now.s, now.y)
      .multiply(1 / a ** 2)
      .add(1),
  );
  const moved = differences(now.ahead, axes).map((part, i) =>
    part.multiply(each(now.s, part).multiply(1 / d)).add(now.q[i]!),
  );
  const shrink = sizes(moved, joined)
    .multiply(1 / (weight * d))
    .max(1);
  const q = moved.map((part) => part.divide(shrink));
  const slope = adjoint(p)
    .multiply(1 / a)
    .add(differencesTransposed(q, axes, now.x).multiply(1 / d));
  const free = now.x.subtract(slope.multiply(each(now.t, now.x)));
  const x = range ? clip(free, ...range) : free;
  return { ...now, x, ahead: x.multiply(2).subtract(now.x), p, q };
};

/** |b - a| / |b| over all samples. */
const change = (a: NdArray, b: NdArray): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.data.length; i++) {
    difference += (Number(b.data[i]) - Number(a.data[i])) ** 2;
    size += Number(b.data[i]) ** 2;
  }
  return Math.sqrt(difference / (size || 1));
};

const shapeOf = (y: NdArray, operator: LinearOperator | undefined): Shape => {
  const wanted = operator?.output;
  if (wanted && (y.shape.length !== wanted.length + 1 || !wanted.every((n, i) => y.shape[i + 1] === n)))
    throw new ArgumentError(`totalVariation y: expected [n, ${wanted.join(", ")}], found [${y.shape.join(", ")}]`);
  if (y.shape.length < 2) throw new ArgumentError(`totalVariation y: expected [n, ...], found [${y.shape.join(", ")}]`);
  return operator ? [y.shape[0]!, ...operator.input] : y.shape;
};

const checkRange = (range: readonly [number, number] | undefined, complex: boolean): void => {
  if (range === undefined) return;
  if (!Array.isArray(range) || range.length !== 2 || !(Number(range[0]) < Number(range[1])))
    throw new ArgumentError(`totalVariation range: expected [low, high] with low < high, found ${showValue(range)}`);
  if (complex) throw new ArgumentError("totalVariation range: expected none for complex images, found one");
};
