/** Samples moved to the nearest points that satisfy a constraint, after they were drawn. */
import {
  compile,
  jvp,
  type NdArray,
  ndarray,
  type Runtime,
  ShapeError,
  sizeOf,
  type Tensor,
  vjp,
} from "@scorefield/tensor";
import { checkFloats, checkPositive, checkWhole } from "../check.ts";
import { ArgumentError, SamplingError } from "../errors.ts";
import { leastAlong } from "../model/nearest-on-surface.ts";
import { rowwiseGradients } from "../numeric/rowwise-gradients.ts";
import type { Constraint } from "../objective/constraint.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import { compileParts } from "./compiled-parts.ts";

/** Options of {@link projectSamples}. */
export interface ProjectSamplesOptions {
  /** The largest absolute residual that may be left, default 1e-9. */
  readonly tolerance?: number;
  /** The most steps to the nearest point, and as many straight to the surface, default 50. */
  readonly iterations?: number;
  /** The most steps of conjugate gradients in each, default 500; as many as there are equations are mostly enough. */
  readonly inner?: number;
  /** Samples at a time, default 256. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

const known = {
  tolerance: true,
  iterations: true,
  inner: true,
  batch: true,
  signal: true,
  runtime: true,
} satisfies Known<ProjectSamplesOptions>;

/** What {@link projectSamples} returns. */
export interface ProjectedSamples {
  /** [n, ...shape] in float64: float32 holds a constraint only to 1e-7 of its numbers. */
  readonly samples: NdArray<"float64">;
  /** The largest absolute residual of all samples, before and after. */
  readonly residual: { readonly before: number; readonly after: number };
  /** Root mean square of the Euclidean distances by which samples were moved. */
  readonly moved: number;
  /** Steps that the slowest batch took. */
  readonly steps: number;
}

const largest = ({ data }: NdArray): number => (data as Float64Array).reduce((a, b) => Math.max(a, Math.abs(b)), 0);

/** What a step needs of a batch of points [rows, ...shape], compiled. */
const compileSurface = (residual: Constraint["residual"], shape: readonly number[], runtime: Runtime | undefined) =>
  compileParts(runtime, async (keep, sessions) => {
    const points = { shape, dtype: "float64" } as const;
    const options = { sessions, name: "projectSamples" };
    // The residual at y, and linearised there where the centre is: r + J (centre - y).
    const linearise = keep(
      await compile(
        (y: Tensor, centre: Tensor) => {
          const [r, along] = jvp(residual, y, centre.subtract(y));
          return { r, b: r.add(along) };
        },
        [points, points],
        options,
      ),
    );
    const origin = ndarray(new Float64Array(sizeOf(shape)), [...shape]);
    const duals = { shape: (await linearise(origin, origin)).r.shape, dtype: "float64" } as const;
    const gram = keep(
      await compile((y: Tensor, u: Tensor) => jvp(residual, y, vjp(residual, y)[1](u))[1], [points, duals], options),
    );
    const step = keep(
      await compile(
        (y: Tensor, centre: Tensor, u: Tensor) => {
          const move = centre.subtract(y).subtract(vjp(residual, y)[1](u));
          return { ...leastAlong(residual, y, move), move };
        },
        [points, points, duals],
        options,
      ),
    );
    return { linearise, gram, step };
  });

/** The nearest points of the surface for one batch, by the steps of `nearestOnSurface`. */
const nearest = async (
  { linearise, gram, step }: Awaited<ReturnType<typeof compileSurface>>,
  x: NdArray<"float64">,
  {
    tolerance,
    iterations,
    inner,
    signal,
  }: { tolerance: number; iterations: number; inner: number; signal?: AbortSignal | undefined },
) => {
  const before = largest((await linearise(x, x)).r);
  let [y, after, steps] = [x as NdArray, before, 0];
  const go = async (centre: NdArray): Promise<number> => {
    signal?.throwIfAborted();
    const { b } = await linearise(y, centre);
    const [n = 0] = b.shape;
    const products = async (u: Float64Array<ArrayBuffer>) => (await gram(y, ndarray(u, b.shape))).data as Float64Array;
    const u = await rowwiseGradients(products, b.data as Float64Array, n, inner);
    const next = await step(y, centre, ndarray(u, b.shape));
    [y, after] = [next.y, largest(next.r)];
    steps++;
    return largest(next.move);
  };
  for (let k = 0; k < iterations && (await go(x)) > tolerance; k++);
  for (let k = 0; k < iterations && after > tolerance; k++) await go(y);
  return { y: y.data as Float64Array, before, after, steps };
};

/**
 * Moves samples to the nearest points that satisfy a constraint: x - A^T (A A^T)^-1 (A x - b) for a linear one, and for others by
 * sequential quadratic programming (Nocedal & Wright 2006, section 18.1) with the Jacobian from automatic differentiation. All
 * is computed in float64. Where every number of a sample is in the same unit, it is moved least. The distribution changes by
 * that: points beside the surface do not lie on it as the data do.
 * @param constraint such as `linearConstraint`, `quadraticConstraint` or `nonlinearConstraint`
 * @param samples [n, ...shape], in the units of the constraint
 * @throws ArgumentError for other things, unknown options, or a constraint on averages; ShapeError for no samples;
 *   SamplingError where a residual above the tolerance is left; the signal's reason when aborted
 */
export const projectSamples = async (
  constraint: Constraint,
  samples: NdArray,
  options: ProjectSamplesOptions = {},
): Promise<ProjectedSamples> => {
  checkMade("projectSamples constraint", constraint, ["residual"], "a constraint such as linearConstraint(...)");
  if (constraint.ofAverages)
    throw new ArgumentError(
      `projectSamples: expected a constraint on every sample, found ${constraint.recipe.kind}, which is one on averages`,
    );
  checkFloats("projectSamples samples", samples);
  checkOptions("projectSamples", options, known);
  const { tolerance = 1e-9, iterations = 50, inner = 500, batch = 256, signal, runtime } = options;
  checkPositive("projectSamples tolerance", tolerance);
  for (const [name, value] of Object.entries({ iterations, inner, batch })) checkWhole(`projectSamples ${name}`, value);
  const [n = 0, ...shape] = samples.shape;
  if (n === 0)
    throw new ShapeError(`projectSamples: expected samples [n, ...shape] with n > 0, found [${samples.shape}]`);
  const size = sizeOf(shape);
  const rows = Math.min(batch, n);
  const data = Float64Array.from(samples.data as Float64Array);
  const result = new Float64Array(data.length);
  let [before, after, steps] = [0, 0, 0];
  const surface = await compileSurface(constraint.residual, [rows, ...shape], runtime);
  try {
    for (let from = 0; from < n; from += rows) {
      // The last batch reaches back into the one before it, so that all have the size that was compiled.
      const start = Math.min(from, n - rows) * size;
      const x = ndarray(data.slice(start, start + rows * size), [rows, ...shape]);
      const found = await nearest(surface, x, { tolerance, iterations, inner, signal });
      result.set(found.y, start);
      before = Math.max(before, found.before);
      after = Math.max(after, found.after);
      steps = Math.max(steps, found.steps);
    }
  } finally {
    await surface.dispose();
  }
  if (!(after <= tolerance))
    throw new SamplingError(
      `projectSamples: expected a residual of at most ${tolerance} after ${steps} steps, found ${after.toPrecision(3)}, from ${before.toPrecision(3)} at first; ` +
        "allow more iterations or inner steps, scale the equations so that 1 is a large error, or see whether any sample can satisfy them",
    );
  const squares = data.reduce((sum, value, k) => sum + (result[k]! - value) ** 2, 0);
  return {
    samples: ndarray(result, [n, ...shape]),
    residual: { before, after },
    moved: Math.sqrt(squares / n),
    steps,
  };
};
