/** Kernels of filters, on the host. Index floor(size / 2) of each axis is the centre. */
import { ArgumentError } from "@scorefield/core";
import { type NdArray, ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import { coordinates, placeAt } from "./coordinates.ts";

/** The same numbers divided by their sum. */
const unitSum = (values: Float64Array): Float64Array => {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
};

/** Products of one factor for each axis, [...lengths]. */
export const outer = (factors: readonly Float64Array[]): NdArray<"float64"> => {
  const shape = factors.map(({ length }) => length);
  let values = Float64Array.of(1);
  for (const factor of factors)
    values = Float64Array.from(
      { length: values.length * factor.length },
      (_, i) => values[Math.floor(i / factor.length)]! * factor[i % factor.length]!,
    );
  return ndarray(values, shape);
};

/** exp(-j^2 / (2 sigma^2)) at whole shifts up to `radius`, with sum 1, along each of `rank` axes. */
export const gaussianKernel = (sigma: number, radius: number, rank: number): NdArray<"float64"> => {
  const line = unitSum(
    Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2))),
  );
  return outer(Array.from({ length: rank }, () => line));
};

/**
 * A line of `length` pixels through the centre, at an angle in degrees from the direction of columns, counter-clockwise, with sum 1. Its
 * points are shared between the four nearest pixels, by bilinear weights.
 */
export const motionKernel = (length: number, angle: number): NdArray<"float64"> => {
  const radius = Math.ceil((length - 1) / 2);
  const size = 2 * radius + 1;
  const values = new Float64Array(size * size);
  const points = 16 * size;
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), -Math.sin((angle * Math.PI) / 180)];
  const add = (row: number, column: number, weight: number): void => {
    if (weight > 0 && row >= 0 && row < size && column >= 0 && column < size) values[row * size + column]! += weight;
  };
  for (let i = 0; i < points; i++) {
    const at = ((i + 0.5) / points - 0.5) * (length - 1);
    const [row, column] = [radius + at * dy, radius + at * dx];
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [down, right] = [row - top, column - left];
    add(top, left, (1 - down) * (1 - right));
    add(top, left + 1, (1 - down) * right);
    add(top + 1, left, down * (1 - right));
    add(top + 1, left + 1, down * right);
  }
  return ndarray(unitSum(values), [size, size]);
};

/**
 * The response of a circular grid to a kernel: the value for a shift of j at index j modulo the size.
 * @param origin index of the kernel that stands for no shift, default the centre of each axis
 */
export const onGrid = (
  { data, shape }: NdArray<"float64">,
  grid: Shape,
  origin: readonly number[] = shape.map((size) => Math.floor(size / 2)),
): NdArray<"float64"> => {
  const values = new Float64Array(sizeOf(grid));
  for (let at = 0; at < data.length; at++) {
    const shifted = coordinates(at, shape).map((index, axis) => {
      const length = grid[axis]!;
      return (((index - origin[axis]!) % length) + length) % length;
    });
    values[placeAt(shifted, grid)]! += data[at]!;
  }
  return ndarray(values, grid);
};

/**
 * How many of the last axes a filter acts on.
 * @param given the setting, default 2, or 1 where a sample has one axis
 */
export const filteredAxes = (name: string, given: number | undefined, input: Shape): number => {
  const rank = given ?? Math.min(2, input.length);
  if (rank > input.length)
    throw new ArgumentError(`${name} axes: expected at most the ${input.length} of a sample [${input}], found ${rank}`);
  return rank;
};
