/** Graphs in tests: running one as it is, random ones, and counting what they lower to. */
import fc from "fast-check";
import { pullback } from "../differentiate/pullback.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { OnnxGraph } from "../graph/onnx-model.ts";
import { sameShape } from "../graph/shape.ts";
import type { Target } from "../graph/target.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type DataType, type NdArray, type Shape, sizeOf } from "../ndarray.ts";
import { encodeModel } from "../onnx/encode.ts";
import { lower } from "../onnx/lower.ts";
import { sigmoid, silu } from "../operation/activation.ts";
import { add, divide, multiply, negate, reciprocal, square, subtract } from "../operation/arithmetic.ts";
import { broadcastTo, sum } from "../operation/broadcast.ts";
import { abs, max, min, relu } from "../operation/comparison.ts";
import { power, sin, sqrt, tanh } from "../operation/exponential.ts";
import { matmul } from "../operation/matmul.ts";
import { expandDims, flatten, reshape, transpose } from "../operation/reshape.ts";
import { constant, input } from "../operation/source.ts";
import { mean, softmax } from "../operation/statistics.ts";
import { concat, flip, pad, slice } from "../operation/window.ts";
import { expand } from "../pass/expand.ts";
import { testRuntime } from "./evaluate.ts";
import { randomArray } from "./random.ts";

export const target: Target = { portable: false };

/** A graph of one function: its inputs made here, its outputs by f. */
export const graphOf = (
  f: (...inputs: Tensor[]) => readonly Tensor[],
  shapes: readonly Shape[],
  dtype: DataType = "float32",
): Graph => {
  const inputs = shapes.map((shape) => input({ dtype, shape }));
  return { inputs, outputs: f(...inputs) };
};

/** Lowers and runs a graph without any pass. */
export const runGraph = async (graph: Graph, arrays: readonly NdArray[]): Promise<NdArray[]> => {
  const names = { inputs: graph.inputs.map((_, i) => `in${i}`), outputs: graph.outputs.map((_, i) => `out${i}`) };
  const session = await testRuntime().load(encodeModel(lower(graph, target, names)));
  try {
    return await session.run(arrays);
  } finally {
    await session.dispose();
  }
};

/** The operations of a graph's nodes, inputs and constants left out, in alphabetical order. */
export const operationsOf = (graph: Graph): string[] =>
  topologicalOrder(graph.outputs)
    .map((node) => node.operation.name)
    .filter((name) => name !== "input" && name !== "constant")
    .sort();

/** How many nodes of each operator an ONNX graph has, nested graphs included. */
export const countOperators = (graph: OnnxGraph): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { op, attributes } of graph.nodes) {
    counts[op] = (counts[op] ?? 0) + 1;
    for (const value of Object.values(attributes))
      if ("graph" in value)
        for (const [inner, n] of Object.entries(countOperators(value.graph))) counts[inner] = (counts[inner] ?? 0) + n;
  }
  return counts;
};

// No jumps: where a pass changes the last digit, a jump would magnify it.
const needsAxis = (x: Tensor): Tensor => {
  if (x.rank === 0) throw new Error("expected an axis");
  return x;
};
const unary: readonly ((x: Tensor, k: number) => Tensor)[] = [
  tanh,
  sin,
  sigmoid,
  silu,
  negate,
  square,
  abs,
  relu,
  flatten,
  (x) => reciprocal(add(square(x), 1)),
  (x) => sqrt(add(square(x), 1)),
  (x, k) => power(add(square(x), 1), [1, 2, 0.5, -1, 3, 0][k % 6]!),
  (x, k) => multiply(x, [0, 1, -1, 2, 0.3, 7][k % 6]!),
  (x, k) => divide(x, [1, -1, 4, 0.3][k % 4]!),
  (x, k) => add(x, [0, 1, -2][k % 3]!),
  (x, k) => subtract([0, 1, -2][k % 3]!, x),
  (x, k) => sum(x, k % x.rank),
  (x) => sum(x, 0, { keepDims: true }),
  (x) => sum(x),
  (x, k) => mean(x, k % x.rank, { keepDims: true }),
  (x, k) => softmax(x, k % x.rank),
  (x) => transpose(x),
  (x, k) =>
    transpose(
      x,
      [...x.shape.keys()].map((axis) => (axis + k) % x.rank),
    ),
  (x, k) => expandDims(x, k % (x.rank + 1)),
  (x) => reshape(x, [-1, 1]),
  (x) => reshape(x, [x.shape.at(-1)!, -1]),
  (x, k) => broadcastTo(x, [2 + (k % 2), ...x.shape]),
  (x, k) =>
    broadcastTo(
      x,
      x.shape.map((n) => (n === 1 ? 2 + (k % 2) : n)),
    ),
  (x, k) => slice(x, [[k % 2, null]]),
  (x, k) => slice(x, [...x.shape.map(() => null).slice(1), [null, null, [1, 2, -1][k % 3]!]]),
  (x, k) => flip(x, k % x.rank),
  (x, k) =>
    pad(
      needsAxis(x),
      x.shape.map((_, axis) => (axis === k % x.rank ? [1, 0] : [0, 0])),
    ),
  (x, k) => concat([slice(x, [[0, 1]]), slice(x, [[1, 1 + k]])]),
];
const binary: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
  add,
  add,
  subtract,
  multiply,
  multiply,
  max,
  min,
  matmul,
  matmul,
  (x, y) => divide(x, add(square(y), 1)),
  (x, y) => sum(multiply(x, y), 0),
  (x, y) => matmul(transpose(x), y),
  (x, y) => matmul(x, transpose(y)),
  (x, y) => slice(concat([x, y]), [[1, null]]),
  (x, y) => concat([x, y], -1),
];

/** A graph with its inputs' values; `outputs` holds the last node, some node within, and gradients. */
export interface RandomGraph {
  readonly graph: Graph;
  readonly arrays: readonly NdArray[];
}

/** One line per node, for counterexamples. */
const listing = ({ outputs }: Graph): string =>
  topologicalOrder(outputs)
    .map((node) => {
      const attributes = node.operation.name === "constant" ? [...node.attributes.data] : node.attributes;
      const inputs = node.inputs.map(({ id }) => `#${id}`);
      return `#${node.id} [${node.shape}] ${node.operation.name}(${inputs}) ${JSON.stringify(attributes) ?? ""}`;
    })
    .concat(`outputs ${outputs.map(({ id }) => `#${id}`)}`)
    .join("\n");

/** An array of zeros of both signs, infinities, NaN and a few small numbers. */
const extremeArray = (seed: number, shape: Shape, dtype: "float32" | "float64"): NdArray => {
  const values = [0, -0, 1, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, -3];
  const chosen = randomArray(seed, shape, { low: 0, high: values.length });
  return castArray({ ...chosen, data: chosen.data.map((v) => values[Math.floor(v)]!) }, dtype);
};

/** Random small graphs, as they were traced: aliases and other marks removed, no other pass applied. */
export const randomGraph = (
  dtype: "float32" | "float64",
  { extremes = false, maxSize = 20 }: { extremes?: boolean; maxSize?: number } = {},
): fc.Arbitrary<RandomGraph> =>
  fc
    .record({
      shapes: fc.array(fc.array(fc.constantFrom(1, 3, 3, 8), { minLength: 1, maxLength: 3 }), {
        minLength: 2,
        maxLength: 3,
      }),
      steps: fc.array(fc.tuple(fc.nat(200), fc.nat(50), fc.nat(50), fc.nat(50)), { minLength: 8, maxLength: maxSize }),
      seed: fc.nat(1000),
    })
    .map(({ shapes, steps, seed }) => {
      const inputs = shapes.map((shape) => input({ dtype, shape }));
      const nodes: Tensor[] = [...inputs, constant(randomArray(seed, [3], { dtype })), constant(1, dtype)];
      for (const [which, i, j, k] of steps) {
        // Recent nodes are likelier, so that graphs grow deep.
        const choose = (n: number): Tensor => nodes[Math.max(0, nodes.length - 1 - (n % 9))]!;
        for (let attempt = 0; attempt < 5; attempt++)
          try {
            const [x, y] = [choose(i + attempt), choose(j + 2 * attempt)];
            const node = which % 5 < 2 ? unary[which % unary.length]!(x, k) : binary[which % binary.length]!(x, y);
            if (sizeOf(node.shape) === 0 || sizeOf(node.shape) > 2000) continue;
            nodes.push(node);
            break;
          } catch {
            // These operands do not fit the operation; others may.
          }
      }
      const last = nodes.at(-1)!;
      const gradients = pullback([sum(last)], [constant(1, dtype)], inputs).flatMap((g) => g ?? []);
      const graph = expandFully({ inputs, outputs: [last, nodes.at(-3)!, ...gradients] });
      const arrays = shapes.map((shape, i) =>
        extremes ? extremeArray(seed + i, shape, dtype) : randomArray(seed + i, shape, { dtype }),
      );
      return { graph, arrays, [fc.toStringMethod]: () => listing(graph) };
    });

/** What cannot be lowered replaced by what can, and nothing else. */
export const expandFully = (graph: Graph): Graph => {
  const next = expand(graph, target);
  return next.outputs.every((output, i) => output === graph.outputs[i]) ? next : expandFully(next);
};

const magnitude = (arrays: readonly NdArray[]): number => {
  let largest = 1;
  for (const { data } of arrays)
    for (const value of data) if (Number.isFinite(Number(value))) largest = Math.max(largest, Math.abs(Number(value)));
  return largest;
};

/**
 * Throws unless a pass keeps types and values of random graphs, up to rounding at the magnitude of what they compute; with
 * `extremes`, also infinities and NaN.
 */
export const checkPass = (
  pass: (graph: Graph) => Graph,
  {
    dtype = "float64",
    runs = 25,
    seed = 1,
    extremes = false,
  }: { dtype?: "float32" | "float64"; runs?: number; seed?: number; extremes?: boolean } = {},
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(randomGraph(dtype, { extremes }), async ({ graph, arrays }) => {
      const everything = { inputs: graph.inputs, outputs: topologicalOrder(graph.outputs) };
      const scale = magnitude(await runGraph(everything, arrays));
      const before = await runGraph(graph, arrays);
      const passed = pass(graph);
      const after = await runGraph(passed, arrays);
      const tolerance = (dtype === "float64" ? 1e-12 : 1e-4) * scale;
      for (const [i, expected] of before.entries()) {
        const found = after[i]!;
        const type = passed.outputs[i]!;
        if (!sameShape(found.shape, expected.shape) || !sameShape(type.shape, expected.shape) || type.dtype !== dtype)
          throw new Error(`output ${i}: expected ${dtype}[${expected.shape}], found ${type.dtype}[${found.shape}]`);
        for (let k = 0; k < expected.data.length; k++) {
          const [a, b] = [Number(found.data[k]), Number(expected.data[k])];
          if (!(Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance))
            throw new Error(
              `output ${i}: expected ${b} at element ${k}, found ${a} (magnitude ${scale}): ${operationsOf(passed)}`,
            );
        }
      }
    }),
    { numRuns: runs, seed },
  );
