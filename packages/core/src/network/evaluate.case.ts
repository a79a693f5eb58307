/** What tests of networks share: evaluation outside training, and parameters without zeros. */
import {
  compile,
  flattenTree,
  isNdArray,
  mapTree,
  type NdArray,
  ndarray,
  type Runtime,
  type Shape,
  type Spec,
  sizeOf,
  specOf,
  type Tensor,
  type Tensors,
} from "@scorefield/tensor";
import { expect } from "vitest";
import { normal } from "../random/normal.ts";
import type { Conditions, Network, Parameters } from "./network.ts";

/** Parameters in order, with their names. */
export const leavesOf = (parameters: Parameters) => flattenTree<NdArray<"float32">>(parameters, isNdArray);

/** How many numbers a tree of parameters holds. */
export const countOf = (parameters: Parameters): number =>
  leavesOf(parameters).leaves.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** Random values in place of all parameters, so that nothing is zero: N(0, 1 / fan-in), scales around 1. */
export const randomised = (parameters: Parameters, seed = 1): Parameters => {
  let step = 0;
  return mapTree(
    parameters,
    ({ shape }: NdArray, path) => {
      const values = normal(shape, { seed, step: step++ });
      const matrix = shape.length === 2 ? shape[0]! : sizeOf(shape.slice(1));
      const deviation = shape.length > 1 ? 1 / Math.sqrt(matrix) : 0.3;
      const centre = path.endsWith("scale") ? 1 : 0;
      for (let i = 0; i < values.data.length; i++) values.data[i] = centre + deviation * values.data[i]!;
      return values;
    },
    isNdArray,
  ) as Parameters;
};

/** The value of a function of arrays. */
export const computed = async (
  runtime: Runtime,
  f: (...inputs: Tensor[]) => Tensor,
  ...inputs: NdArray[]
): Promise<NdArray<"float32">> => {
  const compiled = await compile(f, inputs.map(specOf) as Spec[], { runtime });
  const result = await compiled(...inputs);
  await compiled.dispose();
  return result as NdArray<"float32">;
};

/** The network's value. */
export const evaluate = (
  runtime: Runtime,
  network: Network,
  parameters: Parameters,
  { x, noiseLevel, ...conditions }: { x: NdArray; noiseLevel: NdArray } & Conditions<NdArray>,
): Promise<NdArray<"float32">> => {
  const { leaves, unflatten } = leavesOf(parameters);
  const names = Object.keys(conditions);
  return computed(
    runtime,
    (points, level, ...rest) => {
      const named = Object.fromEntries(names.map((name, i) => [name, rest[i]!])) as Conditions;
      return network.apply(unflatten(rest.slice(names.length)) as Tensors, points!, level!, named);
    },
    x,
    noiseLevel,
    ...(Object.values(conditions) as NdArray[]),
    ...leaves,
  );
};

/** Samples of a shape and their noise levels, all normal. */
export const inputs = (n: number, shape: Shape) => ({
  x: normal([n, ...shape], { seed: 1 }),
  noiseLevel: normal([n], { seed: 2 }),
});

/** A network's output has the shape of its input, is zero at first, and has no two equal elements with other parameters. */
export const expectZeroAtFirst = async (runtime: Runtime, network: Network, shape: Shape): Promise<void> => {
  const parameters = network.initialise(shape, 0);
  const zero = await evaluate(runtime, network, parameters, inputs(2, shape));
  expect(zero.shape).toEqual([2, ...shape]);
  expect(zero.data.every((value) => Number(value) === 0)).toBe(true);
  const { data } = await evaluate(runtime, network, randomised(parameters), inputs(2, shape));
  expect(data.every((value) => Number.isFinite(Number(value)))).toBe(true);
  expect(new Set(data).size).toBe(data.length);
};

/** One-hot rows [rows, count]; -1 is a row of zeros. */
export const oneHotRows = (count: number, ...rows: number[]): NdArray =>
  ndarray(Float32Array.from(rows.flatMap((row) => Array.from({ length: count }, (_, k) => (k === row ? 1 : 0)))), [
    rows.length,
    count,
  ]);
