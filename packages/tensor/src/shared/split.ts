/** Cutting a graph at calls of shared functions: what lies between them becomes separate graphs. */
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { apply, type Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../ndarray.ts";
import { broadcastOperation } from "../operation/broadcast.ts";
import { cast, constantOperation, input, isInput } from "../operation/source.ts";
import { type CallOperation, callOf } from "./shared-call.ts";

/** One thing to do; values are numbered. */
interface SplitStep {
  /** A graph, or a shared function to call. */
  readonly run: Graph | CallOperation;
  readonly inputs: readonly number[];
  /** One for each result, `undefined` for one that nothing needs. */
  readonly outputs: readonly (number | undefined)[];
}

/** A graph as steps to do in order. The first values are the graph's inputs. */
export interface Split {
  readonly steps: readonly SplitStep[];
  /** Values that are known before. */
  readonly constants: ReadonlyMap<number, NdArray>;
  /** The values that are the graph's outputs. */
  readonly outputs: readonly number[];
}

const isConstant = (node: Tensor): boolean => node.operation === constantOperation;
/** Cheaper to make again than to hand over. */
const isFree = (node: Tensor): boolean => isConstant(node) || node.operation === broadcastOperation;

/**
 * How many calls lie before each node, one after another. What has the same number, calls apart, needs no call between and is
 * one step; the calls of a number come before it.
 */
const stagesOf = (order: readonly Tensor[]): Map<Tensor, number> => {
  const stages = new Map<Tensor, number>();
  for (const node of order) {
    const before = node.inputs.reduce((most, x) => Math.max(most, stages.get(x)!), 0);
    stages.set(node, before + (callOf(node) ? 1 : 0));
  }
  return stages;
};

/** The part of a graph that computes `outputs` from what the nodes in `given` hold. */
const part = (
  outputs: readonly Tensor[],
  given: ReadonlySet<Tensor>,
): Graph & { readonly given: readonly Tensor[] } => {
  const replaced = new Map<Tensor, Tensor>();
  const [inputs, sources]: [Tensor[], Tensor[]] = [[], []];
  for (const node of topologicalOrder(outputs, given)) {
    if (given.has(node)) {
      // Sessions hand float16 over as float32, which holds its numbers exactly.
      const dtype = node.dtype === "float16" ? "float32" : node.dtype;
      const x = input({ shape: node.shape, dtype });
      inputs.push(x);
      sources.push(node);
      replaced.set(node, cast(x, node.dtype));
    } else {
      const operands = node.inputs.map((x) => replaced.get(x)!);
      replaced.set(node, operands.length === 0 ? node : apply(node.operation, operands, node.attributes));
    }
  }
  const results = outputs.map((node) => {
    const x = replaced.get(node)!;
    return x.dtype === "float16" ? cast(x, "float32") : x;
  });
  return { inputs, outputs: results, given: sources };
};

/** The steps of a graph, or undefined where it calls no shared function. */
export const split = (graph: Graph): Split | undefined => {
  const order = topologicalOrder(graph.outputs);
  const calls = order.filter(callOf);
  if (calls.length === 0) return undefined;
  const stages = stagesOf(order);
  const isGiven = (node: Tensor): boolean => isInput(node) || callOf(node) !== undefined;

  const numbers = new Map<Tensor, number>();
  const numberOf = (node: Tensor): number => {
    if (!numbers.has(node)) numbers.set(node, numbers.size);
    return numbers.get(node)!;
  };
  graph.inputs.forEach(numberOf);

  // From the last stage to the first, for a stage must yield what later ones take of it.
  const wanted = new Set([...graph.outputs, ...calls.flatMap(({ inputs }) => inputs)]);
  const steps: SplitStep[] = [];
  const constants = new Map<number, NdArray>();
  for (let stage = Math.max(...order.map((node) => stages.get(node)!)); stage >= 0; stage--) {
    const yields = [...wanted].filter((node) => stages.get(node) === stage && !isGiven(node) && !isConstant(node));
    if (yields.length > 0) {
      const given = new Set(order.filter((node) => isGiven(node) || (stages.get(node) !== stage && !isFree(node))));
      const { given: sources, ...run } = part(yields, given);
      for (const node of sources) wanted.add(node);
      steps.push({ run, inputs: sources.map(numberOf), outputs: yields.map(numberOf) });
    }
    steps.push(
      ...callSteps(
        calls.filter((node) => stages.get(node) === stage),
        numberOf,
      ),
    );
  }
  for (const node of wanted) {
    if (!isConstant(node)) continue;
    // What was folded may have more to it than an array has.
    const { dtype, shape, data } = node.attributes as NdArray;
    constants.set(numberOf(node), { dtype, shape, data } as NdArray);
  }
  return { steps: steps.reverse(), constants, outputs: graph.outputs.map(numberOf) };
};

/** The calls that these nodes are results of. */
const callSteps = (nodes: readonly Tensor[], numberOf: (node: Tensor) => number): SplitStep[] => {
  const byCall = new Map<string, Tensor[]>();
  for (const node of nodes) {
    const key = `${node.operation.name}:${node.inputs.map(({ id }) => id)}`;
    byCall.set(key, [...(byCall.get(key) ?? []), node]);
  }
  return [...byCall.values()].map((results) => {
    const [first] = results as [Tensor];
    const outputs: (number | undefined)[] = [];
    for (const node of results) outputs[node.attributes as number] = numberOf(node);
    return { run: callOf(first)!, inputs: first.inputs.map(numberOf), outputs };
  });
};
