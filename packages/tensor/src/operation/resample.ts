/** Images at another resolution: nearest upsampling and average pooling, each the other's transpose up to a factor. */
import { ShapeError } from "../errors.ts";
import { apply, explain, type Operation, type Tensor } from "../graph/tensor.ts";
import { type NdArray, ndarray, sizeOf } from "../ndarray.ts";
import { multiply } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import type { PerAxis } from "./convolution-window.ts";
import { checkTypes } from "./elementwise.ts";
import { reshape } from "./reshape.ts";
import { mean } from "./statistics.ts";

/** Up to this many elements, rounding errors of the runtime's own kernel for means stay small. */
const largestWindow = 512;

/** Whole factors, one per spatial axis. */
type Factors = readonly number[];

/** x [n, c, ...coarse * factor] as [n, c, coarse, factor, coarse, factor, ...] */
const cells = (n: number, c: number, coarse: readonly number[], factors: Factors): number[] => [
  n,
  c,
  ...coarse.flatMap((size, i) => [size, factors[i]!]),
];
const cellAxes = (factors: Factors): number[] => factors.map((_, i) => 2 * i + 3);

const upsampleOperation: Operation<Factors> = {
  name: "upsampleNearest",
  infer: (inputs, factors) => {
    const [n, c, ...size] = inputs[0]!.shape as [number, number, ...number[]];
    return { dtype: checkTypes(inputs, "float"), shape: [n, c, ...size.map((s, i) => s * factors[i]!)] };
  },
  pullback: (cotangent, { attributes: factors }) => [multiply(pool(cotangent, factors), sizeOf(factors))],
  expand: (node) => {
    const [x] = node.inputs as [Tensor];
    const [n, c, ...size] = x.shape as [number, number, ...number[]];
    const factors = node.attributes;
    if (node.dtype !== "float64") return factors.length === 3 ? upsampleVolume(x, factors) : undefined;
    const ones = factors.map(() => 1);
    return reshape(broadcastTo(reshape(x, cells(n, c, size, ones)), cells(n, c, size, factors)), node.shape);
  },
  lower: (node, [x], emit) => {
    const scales: NdArray = ndarray(Float32Array.from([1, 1, ...node.attributes]));
    return emit.node("Resize", [x!, "", emit.constant(scales)], {
      mode: { string: "nearest" },
      coordinate_transformation_mode: { string: "asymmetric" },
      nearest_mode: { string: "floor" },
    });
  },
};

const poolOperation: Operation<Factors> = {
  name: "averagePool",
  infer: (inputs, factors) => {
    const [n, c, ...size] = inputs[0]!.shape as [number, number, ...number[]];
    return { dtype: checkTypes(inputs, "float"), shape: [n, c, ...size.map((s, i) => s / factors[i]!)] };
  },
  pullback: (cotangent, { attributes: factors }) => [multiply(upsample(cotangent, factors), 1 / sizeOf(factors))],
  expand: (node) => {
    // In three dimensions the runtime's kernel is slower than a reduction. It adds up a window's elements one by one.
    if (node.dtype !== "float64" && node.attributes.length < 3 && sizeOf(node.attributes) <= largestWindow)
      return undefined;
    const [n, c, ...coarse] = node.shape as [number, number, ...number[]];
    return mean(reshape(node.inputs[0]!, cells(n, c, coarse, node.attributes)), cellAxes(node.attributes));
  },
  lower: (node, [x], emit) =>
    emit.node("AveragePool", [x!], { kernel_shape: { ints: node.attributes }, strides: { ints: node.attributes } }),
};

// The runtime's three-dimensional kernel is slow: planes by the two-dimensional one, then each plane several times.
const upsampleVolume = (x: Tensor, [first, ...rest]: Factors): Tensor => {
  const [n, c, depth, ...plane] = x.shape as [number, number, number, ...number[]];
  const planes = upsample(reshape(x, [n, c * depth, ...plane]), rest);
  const size = planes.shape.slice(2);
  const repeated = broadcastTo(reshape(planes, [n, c * depth, 1, sizeOf(size)]), [n, c * depth, first!, sizeOf(size)]);
  return reshape(repeated, [n, c, depth * first!, ...size]);
};

const upsample = (x: Tensor, factors: Factors): Tensor => apply(upsampleOperation, [x], factors);
const pool = (x: Tensor, factors: Factors): Tensor => apply(poolOperation, [x], factors);

const resolve = (name: string, x: Tensor, factor: PerAxis, divides: boolean): number[] => {
  const axes = x.rank - 2;
  const fail = (reason: string): Error => explain(new ShapeError(reason), name, [x]);
  if (axes < 1 || axes > 3) throw fail("expected [n, channels, ...spatial] with one to three spatial axes");
  const factors = typeof factor === "number" ? new Array<number>(axes).fill(factor) : [...factor];
  if (factors.length !== axes || factors.some((f) => !Number.isInteger(f) || f < 1))
    throw fail(`expected whole factors >= 1, one or ${axes} of them, found ${JSON.stringify(factor)}`);
  const bad = factors.findIndex((f, i) => divides && x.shape[i + 2]! % f !== 0);
  if (bad >= 0)
    throw fail(
      `expected spatial axis ${bad} to be a multiple of ${factors[bad]}, found ${x.shape[bad + 2]}; pad or crop first`,
    );
  return factors;
};

/**
 * Repeats every element `factor` times along each spatial axis.
 * @param x [n, c, ...spatial]
 * @param factor a whole number, or one per spatial axis
 * @returns [n, c, ...spatial * factor]
 * @throws ShapeError for a factor that is no whole number >= 1
 */
export const upsampleNearest = (x: Tensor, factor: PerAxis): Tensor =>
  upsample(x, resolve("upsampleNearest", x, factor, false));

/**
 * The mean over windows of `factor` elements along each spatial axis, side by side.
 * @param x [n, c, ...spatial], spatial sizes being multiples of the factor
 * @param factor a whole number, or one per spatial axis
 * @returns [n, c, ...spatial / factor]
 * @throws ShapeError for a size that is not a multiple of the factor
 */
export const averagePool = (x: Tensor, factor: PerAxis): Tensor => pool(x, resolve("averagePool", x, factor, true));
