import { ArgumentError, setting } from "@scorefield/core";
import { ndarray, type Shape, sizeOf, type Tensor } from "@scorefield/tensor";
import { circulant } from "./circulant.ts";
import { coordinates, placeAt } from "./coordinates.ts";
import { declareOperator } from "./declare-operator.ts";
import { hartley } from "./fourier-basis.ts";
import { filteredAxes, onGrid, outer } from "./kernels.ts";
import { type LinearParts, linearOperator } from "./linear-operator.ts";
import { weightedSums } from "./weighted-sums.ts";

const settings = {
  factor: setting.whole({ least: 2, most: 1024, default: 2, help: "how many pixels become one, along each axis" }),
  filter: setting.choice({
    values: ["box", "bicubic"],
    default: "box",
    help: "box: the mean of each block; bicubic: a smooth window of four blocks, whose ends meet",
  }),
  axes: setting.whole({
    least: 1,
    most: 3,
    otherwise: "2, or 1 where a sample has one axis",
    help: "how many of the last axes become smaller",
  }),
};

/** Options of {@link downsample}. */
export type DownsampleOptions = Parameters<typeof downsample>[0];

type Parts = Pick<LinearParts, "output" | "apply" | "adjoint">;

/** The order of axes that brings places within blocks together, behind the blocks. */
const split = (leading: Shape, low: Shape, factor: number) => {
  const first = 1 + leading.length;
  const rank = low.length;
  const kept = Array.from({ length: first }, (_, i) => i);
  const axes = low.map((_, i) => first + 2 * i);
  const order = [...kept, ...axes, ...axes.map((axis) => axis + 1)];
  const back = order.map((_, i) => order.indexOf(i));
  const shape = [...leading, ...low.flatMap((size) => [size, factor])];
  const count = sizeOf(leading) * sizeOf(low);
  return {
    count,
    toBlocks: (x: Tensor) =>
      x
        .reshape([x.shape[0]!, ...shape])
        .transpose(order)
        .reshape([x.shape[0]!, count, factor ** rank]),
    fromBlocks: (blocks: Tensor) =>
      blocks
        .reshape([blocks.shape[0]!, ...leading, ...low, ...low.map(() => factor)])
        .transpose(back)
        .reshape([blocks.shape[0]!, ...leading, ...low.map((size) => size * factor)]),
  };
};

/** Keys' cubic with a = -1/2 (Keys 1981, equation 4). */
const cubic = (x: number): number => {
  const r = Math.abs(x);
  if (r >= 2) return 0;
  return r < 1 ? (1.5 * r - 2.5) * r * r + 1 : ((-0.5 * r + 2.5) * r - 4) * r + 2;
};

/**
 * Weights of the pixels around the first block's middle, (factor - 1) / 2, in a window as wide as four blocks, with sum 1.
 * @returns weights from the pixel `first` on
 */
const bicubicWeights = (factor: number): { readonly weights: Float64Array; readonly first: number } => {
  const middle = (factor - 1) / 2;
  const first = Math.ceil(middle - 2 * factor);
  const last = Math.floor(middle + 2 * factor);
  const weights = Float64Array.from({ length: last - first + 1 }, (_, i) => cubic((first + i - middle) / factor));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { weights: weights.map((weight) => weight / sum), first };
};

/**
 * y = S K x, a circular filter K and then the first of every `factor` pixels. With H the transform of K, A A* is diagonal in the basis of
 * Fourier of the small grid (Zhao et al. 2016, section 3.2): s^2(q) is the mean of |H(k)|^2 over the frequencies k that q stands for.
 */
const filtered = (input: Shape, low: Shape, factor: number): Parts & Pick<LinearParts, "measuredSpectrum"> => {
  const rank = low.length;
  const leading = input.slice(0, -rank);
  const grid = input.slice(-rank);
  const { weights, first } = bicubicWeights(factor);
  // y[q] = sum over j of w[j] x[factor q + j]: as a convolution, mirrored.
  const mirrored = outer(Array.from({ length: rank }, () => weights.toReversed()));
  const origin = grid.map(() => weights.length - 1 + first);
  const { apply, adjoint, gains } = circulant(onGrid(mirrored, grid, origin));
  const output = [...leading, ...low];
  const size = sizeOf(output);
  const squares = new Float64Array(sizeOf(low));
  for (const [k, gain] of gains.entries()) {
    const place = coordinates(k, grid).map((index, axis) => index % low[axis]!);
    squares[placeAt(place, low)]! += gain ** 2 / factor ** rank;
  }
  return {
    output,
    apply: (x) => apply(x).slice([null, ...leading.map(() => null), ...low.map(() => [null, null, factor] as const)]),
    adjoint: (y) => {
      const spaced = y.reshape([y.shape[0]!, ...leading, ...low.flatMap((length) => [length, 1])]);
      const none = [0, 0] as const;
      const wide = spaced.pad([
        none,
        ...leading.map(() => none),
        ...low.flatMap(() => [none, [0, factor - 1] as const]),
      ]);
      return adjoint(wide.reshape([y.shape[0]!, ...input]));
    },
    measuredSpectrum: {
      singularValues: ndarray(Float64Array.from({ length: size }, (_, i) => Math.sqrt(squares[i % squares.length]!))),
      toSpectral: (y) => hartley(y, rank).reshape([y.shape[0]!, size]),
      fromSpectral: (c) => hartley(c.reshape([c.shape[0]!, ...output]), rank),
    },
  };
};

/**
 * A smaller sample: y [..., h / factor, w / factor] of x [..., h, w]; to be enlarged again, which is super-resolution. Both filters have
 * the sum 1, so that y has the range of x, except that bicubic weights are partly negative. All solutions are closed forms. The box
 * has a singular value decomposition: s = factor^(-axes / 2).
 * @throws ArgumentError for sizes that are no multiples of the factor
 */
export const downsample = declareOperator({
  kind: "downsample",
  family: "filters",
  summary: "fewer pixels, means of blocks or bicubic: super-resolution",
  source: "Keys 1981, equation 4; Zhao et al. 2016, section 3.2",
  settings,
  make: ({ input, factor, filter, axes }, about) => {
    const rank = filteredAxes("downsample", axes, input);
    const grid = input.slice(-rank);
    if (grid.some((size) => size % factor !== 0))
      throw new ArgumentError(`downsample factor: expected a divisor of the sizes [${grid}], found ${factor}`);
    const low = grid.map((size) => size / factor);
    const leading = input.slice(0, -rank);
    const m = factor ** rank;
    return linearOperator({
      ...about,
      ...(filter === "bicubic"
        ? filtered(input, low, factor)
        : weightedSums(split(leading, low, factor), new Float64Array(m).fill(1 / m), [...leading, ...low])),
    });
  },
});
