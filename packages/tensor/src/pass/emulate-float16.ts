import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { apply, type Tensor } from "../graph/tensor.ts";
import { add, multiply, negateOperation, subtract } from "../operation/arithmetic.ts";
import { broadcastOperation } from "../operation/broadcast.ts";
import { abs, less, lessOrEqual, where } from "../operation/comparison.ts";
import { reshapeOperation, transposeOperation } from "../operation/reshape.ts";
import { cast, castOperation, constant, constantOperation } from "../operation/source.ts";
import { concatOperation, padOperation, sliceOperation } from "../operation/window.ts";

const smallestNormal = 2 ** -14;
/** The runtime's split of a float32 after 11 of its 24 bits (Dekker 1971), which rounds to nearest. */
const splitter = 2 ** 13 + 1;
/** Near this number, float32 has the spacing of float16's small numbers, 2^-24. */
const anchor = 0.75;

/** A float32 tensor rounded to the nearest numbers of float16, infinite beyond its largest. */
const rounded = (x: Tensor): Tensor => {
  const scaled = multiply(x, splitter);
  const normal = subtract(scaled, subtract(scaled, x));
  const small = subtract(add(x, anchor), anchor);
  const finite = where(less(abs(x), smallestNormal), small, normal);
  return where(lessOrEqual(65520, abs(x)), multiply(x, Number.POSITIVE_INFINITY), finite);
};

// These only move or negate numbers that are rounded already.
const exact = new Set<unknown>([
  reshapeOperation,
  transposeOperation,
  broadcastOperation,
  sliceOperation,
  concatOperation,
  padOperation,
  negateOperation,
]);

/**
 * Float16 for targets that do not have it: every float16 operation in float32, its result rounded. So does a processor with
 * float16 that sums in float32. (The CPU's own way, to leave float16 out between one operation and the next, keeps digits
 * and sizes that float16 has not.)
 */
export const emulateFloat16 = (graph: Graph): Graph => {
  const replaced = new Map<Tensor, Tensor>();
  for (const node of topologicalOrder(graph.outputs)) {
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    const half = node.dtype === "float16";
    let result: Tensor;
    if (half && node.operation === constantOperation)
      result = rounded(constant({ ...node.attributes, dtype: "float32" }));
    else if (half && node.operation === castOperation) result = rounded(cast(inputs[0]!, "float32"));
    else if (inputs.every((input, i) => input === node.inputs[i])) result = node;
    else if (node.operation === castOperation) result = cast(inputs[0]!, node.dtype);
    else {
      const full = apply(node.operation, inputs, node.attributes);
      result = half && !exact.has(node.operation) ? rounded(full) : full;
    }
    replaced.set(node, result);
  }
  return { inputs: graph.inputs, outputs: graph.outputs.map((output) => replaced.get(output)!) };
};
