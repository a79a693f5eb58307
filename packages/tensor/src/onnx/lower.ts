/** Lowering: a graph of tensors becomes a description of an ONNX graph. */
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from "../graph/onnx-model.ts";
import type { Target } from "../graph/target.ts";
import type { Emitter, Tensor } from "../graph/tensor.ts";
import { type ElementType, type NdArray, ndarray, zeros } from "../ndarray.ts";
import { isInput } from "../operation/source.ts";
import { isWhole, sliceOperation } from "../operation/window.ts";

/** Names at the border of a graph, in the order of its inputs and outputs. */
export interface BorderNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const constantKey = ({ dtype, shape, data }: NdArray<ElementType>): string | undefined =>
  data.length <= 64
    ? `${dtype}[${shape}]${Array.from(data as ArrayLike<unknown>, (v) => (Object.is(v, -0) ? "-0" : String(v)))}`
    : undefined;

/** Collects nodes and constants. Nested graphs get their own emitters, whose constants land in the same place. */
class GraphEmitter implements Emitter {
  readonly target: Target;
  readonly list: OnnxNode[] = [];
  readonly constants: { name: string; value: NdArray<ElementType> }[] = [];
  readonly #shared = new Map<string | object, string>();
  #count = 0;

  constructor(target: Target) {
    this.target = target;
  }

  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, OnnxAttribute> = {},
    domain = "",
  ): string[] {
    const names = Array.from({ length: outputs }, () => `${op}_${this.#count++}`);
    this.list.push({ op, domain, inputs, outputs: names, attributes });
    return names;
  }

  node(op: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>, domain?: string): string {
    return this.nodes(op, inputs, 1, attributes, domain)[0]!;
  }

  constant(value: NdArray<ElementType>): string {
    const key = constantKey(value) ?? value;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#count++}`;
    this.constants.push({ name, value });
    this.#shared.set(key, name);
    return name;
  }

  integers(values: readonly number[]): string {
    return this.constant(ndarray(BigInt64Array.from(values, BigInt)));
  }
}

/**
 * Slices that cut one tensor along one axis into parts without gap or overlap: one Split instead of many Slices. This is
 * how flat vectors of parameters fall apart into weights.
 */
const partitions = (order: readonly Tensor[]): Map<Tensor, readonly Tensor[]> => {
  const bySource = new Map<string, Tensor[]>();
  for (const node of order) {
    if (node.operation !== sliceOperation) continue;
    const x = node.inputs[0]!;
    const cut = x.shape.flatMap((_, axis) => (isWhole(x.shape, node.attributes, axis) ? [] : [axis]));
    if (cut.length !== 1 || node.attributes.step[cut[0]!] !== 1) continue;
    const key = `${x.id}:${cut[0]}`;
    bySource.set(key, [...(bySource.get(key) ?? []), node]);
  }
  const found = new Map<Tensor, readonly Tensor[]>();
  for (const [key, slices] of bySource) {
    const axis = Number(key.split(":")[1]);
    slices.sort((a, b) => a.attributes.start[axis] - b.attributes.start[axis]);
    let next = 0;
    const tiles = slices.every((s) => s.attributes.start[axis] === next && (next += s.shape[axis]!) > 0);
    if (slices.length > 1 && tiles && next === slices[0]!.inputs[0]!.shape[axis])
      for (const s of slices) found.set(s, slices);
  }
  return found;
};

/** Cuts `name` along an axis into parts of these sizes, in stages where the target takes fewer results at once. */
const emitSplit = (name: string, sizes: readonly number[], axis: number, emit: GraphEmitter): string[] => {
  const most = emit.target.mostOutputs ?? sizes.length;
  const perGroup = Math.ceil(sizes.length / most);
  const groups = Array.from({ length: Math.ceil(sizes.length / perGroup) }, (_, i) =>
    sizes.slice(i * perGroup, (i + 1) * perGroup),
  );
  const lengths = emit.integers(groups.map((group) => group.reduce((sum, size) => sum + size, 0)));
  const outputs = emit.nodes("Split", [name, lengths], groups.length, { axis: { int: axis } });
  return groups.flatMap((group, i) => (group.length === 1 ? outputs[i]! : emitSplit(outputs[i]!, group, axis, emit)));
};

/** Emits every node that the outputs need; returns the names of the outputs. */
const emitNodes = (graph: Graph, inputNames: ReadonlyMap<Tensor, string>, emit: GraphEmitter): string[] => {
  const names = new Map<Tensor, string>(inputNames);
  const order = topologicalOrder(graph.outputs);
  const splits = partitions(order);
  for (const node of order) {
    if (names.has(node)) continue;
    if (isInput(node))
      throw new Error(`an input of another function, of type ${node.dtype}[${node.shape}], was used while tracing`);
    const inputs = node.inputs.map((x) => names.get(x)!);
    const parts = splits.get(node);
    if (parts) {
      const axis = node.inputs[0]!.shape.findIndex((_, i) => !isWhole(node.inputs[0]!.shape, node.attributes, i));
      const sizes = parts.map((part) => part.shape[axis]!);
      const outputs = emitSplit(inputs[0]!, sizes, axis, emit);
      for (const [i, part] of parts.entries()) names.set(part, outputs[i]!);
    } else {
      if (!node.operation.lower) throw new Error(`${node.operation.name} has no ONNX form`);
      names.set(node, node.operation.lower(node, inputs, emit));
    }
  }
  return graph.outputs.map((output) => names.get(output)!);
};

/**
 * Gives results their border names. A result that is also an input, a constant or another result needs a copy; any other
 * node is renamed.
 */
const nameOutputs = (found: readonly string[], wanted: readonly string[], nodes: OnnxNode[]): OnnxNode[] => {
  const produced = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [i, name] of found.entries()) {
    if (produced.has(name) && !renamed.has(name)) renamed.set(name, wanted[i]!);
    else
      copies.push({
        op: "Identity",
        domain: "",
        inputs: [renamed.get(name) ?? name],
        outputs: [wanted[i]!],
        attributes: {},
      });
  }
  const rename = (list: readonly string[]): string[] => list.map((name) => renamed.get(name) ?? name);
  return [...nodes.map((node) => ({ ...node, inputs: rename(node.inputs), outputs: rename(node.outputs) })), ...copies];
};

const border = (names: readonly string[], tensors: readonly Tensor[]): OnnxValue[] =>
  tensors.map(({ dtype, shape }, i) => ({ name: names[i]!, dtype, shape }));

/** The ONNX form of a graph. */
export const lower = (graph: Graph, target: Target, names: BorderNames): OnnxGraph => {
  const emit = new GraphEmitter(target);
  const found = emitNodes(graph, new Map(graph.inputs.map((x, i) => [x, names.inputs[i]!])), emit);
  return {
    name: "scorefield",
    inputs: border(names.inputs, graph.inputs),
    outputs: border(names.outputs, graph.outputs),
    constants: emit.constants,
    nodes: nameOutputs(found, names.outputs, emit.list),
  };
};

/**
 * The ONNX form of a graph applied K times in a row inside the runtime. Its first `states` inputs and outputs are
 * carried from step to step. Its other inputs are read, and its other outputs written, along a new leading axis of
 * length K.
 */
export const lowerScan = (graph: Graph, states: number, steps: number, target: Target): OnnxGraph => {
  const emit = new GraphEmitter(target);
  // The runtime counts steps by the inputs it reads. Without inputs it reads a clock.
  const clock = graph.inputs.length === states ? [{ name: "clock", value: zeros([steps], "bool") }] : [];
  const bodyIn = graph.inputs.map((_, i) => `body_in_${i}`);
  const bodyOut = graph.outputs.map((_, i) => `body_out_${i}`);
  const found = emitNodes(graph, new Map(graph.inputs.map((x, i) => [x, bodyIn[i]!])), emit);
  const body: OnnxGraph = {
    name: "step",
    inputs: [
      ...border(bodyIn, graph.inputs),
      ...clock.map(() => ({ name: "tick", dtype: "bool" as const, shape: [] })),
    ],
    outputs: border(bodyOut, graph.outputs),
    constants: [],
    nodes: nameOutputs(found, bodyOut, emit.list),
  };
  const stacked = (prefix: string, tensors: readonly Tensor[]): OnnxValue[] =>
    tensors.map(({ dtype, shape }, i) => ({
      name: `${prefix}_${i}`,
      dtype,
      shape: i < states ? shape : [steps, ...shape],
    }));
  const inputs = stacked("in", graph.inputs);
  const outputs = stacked("out", graph.outputs);
  const scan: OnnxNode = {
    op: "Scan",
    domain: "",
    inputs: [...inputs, ...clock].map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    attributes: { body: { graph: body }, num_scan_inputs: { int: graph.inputs.length - states + clock.length } },
  };
  return { name: "scorefield", inputs, outputs, constants: [...emit.constants, ...clock], nodes: [scan] };
};
