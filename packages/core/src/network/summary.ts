/** What a network consists of and costs: its parts with their shapes, parameters and multiply-adds. */
import {
  constant,
  flattenTree,
  isNdArray,
  type NdArray,
  ndarray,
  type Shape,
  sizeOf,
  type Tensor,
  type Tensors,
} from "@scorefield/tensor";
import { checkNetwork } from "./check-network.ts";
import type { Network } from "./network.ts";

/** A part of a network: a block or layer, and what is computed with its parameters. */
export interface PartSummary {
  /** Where its parameters are, such as `down.0.blocks.1.residual`. */
  readonly name: string;
  /** Shape of its result for one sample. */
  readonly output: Shape;
  readonly parameters: number;
  /** Numbers multiplied and summed up in products of matrices and convolutions, for one sample. */
  readonly multiplyAdds: number;
}

/** Parts in the order they are first used, and their sums. */
export interface NetworkSummary {
  readonly parts: readonly PartSummary[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

type Part = { -readonly [K in keyof PartSummary]: PartSummary[K] };

/** The name up to the first word after its last number, without the parameter's own: the block or layer it is of. */
const partOf = (path: string): string => {
  const words = path.split(".");
  const number = words.findLastIndex((word) => /^\d+$/.test(word));
  return words.slice(0, Math.min(number + 2, Math.max(words.length - 1, 1))).join(".");
};

/** Multiply-adds of a node. */
const multiplyAddsOf = ({ operation, inputs, shape }: Tensor): number => {
  const [a, b] = inputs as [Tensor, Tensor];
  if (operation.name === "matmul") return sizeOf(shape) * a.shape.at(-1)!;
  if (operation.name === "conv") return sizeOf(shape) * sizeOf(b.shape.slice(1));
  if (operation.name === "convTranspose") return sizeOf(a.shape) * sizeOf(b.shape.slice(1));
  return 0;
};

const ancestors = (output: Tensor): Tensor[] => {
  const seen = new Set<Tensor>();
  const open = [output];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...node.inputs);
  }
  // Nodes are numbered as they are made, each after its inputs.
  return [...seen].sort((a, b) => a.id - b.id);
};

/**
 * The parts of a network for samples of a shape. Found by tracing it, given a class and an augmentation if it takes
 * them. Every product counts for the part whose parameters it has. A product without parameters counts for the part
 * whose result it uses.
 * @throws ArgumentError for a value that is not a network; ShapeError for one that is not a shape; what the network throws
 *   for the shape
 */
export const summary = (network: Network, shape: Shape): NetworkSummary => {
  checkNetwork("summary", network);
  sizeOf(shape);
  const { leaves, paths, unflatten } = flattenTree<NdArray>(network.initialise(shape, 0), isNdArray);
  // Constants of equal content are one node: each gets a different value.
  let made = 0;
  const marked = (size: Shape): Tensor => constant(ndarray(new Float32Array(sizeOf(size)).fill(++made / 7), [...size]));
  const parts = new Map<string, Part>();
  const ownerOf = new Map<Tensor, Part>();
  const parameters = leaves.map((leaf, i) => {
    const name = partOf(paths[i]!);
    const part = parts.get(name) ?? { name, output: [], parameters: 0, multiplyAdds: 0 };
    parts.set(name, part);
    part.parameters += sizeOf(leaf.shape);
    const node = marked(leaf.shape);
    ownerOf.set(node, part);
    return node;
  });
  const traced = [[1, ...shape], [1], [1, network.classes ?? 0], [1, network.augmentation ?? 0]].map(marked);
  const [x, noiseLevel, classes, augmentation] = traced as [Tensor, Tensor, Tensor, Tensor];
  const output = network.apply(unflatten(parameters) as Tensors, x, noiseLevel, {
    ...(network.classes && { class: classes }),
    ...(network.augmentation && { augmentation }),
  });

  // The part that each value of a sample comes from; undefined before any. Other values have an owner, or are constants.
  const sourceOf = new Map<Tensor, Part | undefined>(traced.map((node) => [node, undefined]));
  const used = new Set<Part>();
  let apart: Part | undefined;
  for (const node of ancestors(output)) {
    if (sourceOf.has(node) || ownerOf.has(node)) continue;
    const data = node.inputs.filter((input) => sourceOf.has(input));
    const owner = node.inputs.map((input) => ownerOf.get(input)).find((part) => part);
    if (owner && data.length > 0) {
      used.add(owner);
      owner.output = node.shape.slice(1);
    }
    // Inputs stand in no order: the latest one is what the value goes on from.
    const latest = data
      .sort((a, b) => b.id - a.id)
      .map((input) => sourceOf.get(input))
      .find((part) => part);
    const multiplyAdds = multiplyAddsOf(node);
    let part = owner ?? latest;
    if (!part && multiplyAdds > 0) {
      apart ??= { name: "(without parameters)", output: node.shape.slice(1), parameters: 0, multiplyAdds: 0 };
      part = apart;
      used.add(part);
    }
    if (part) part.multiplyAdds += multiplyAdds;
    if (data.length > 0) sourceOf.set(node, part);
    else if (owner) ownerOf.set(node, owner);
  }
  const all = [...new Set([...used, ...parts.values()])];
  const total = (of: (part: Part) => number): number => all.reduce((sum, part) => sum + of(part), 0);
  return {
    parts: all,
    parameters: total(({ parameters }) => parameters),
    multiplyAdds: total(({ multiplyAdds }) => multiplyAdds),
  };
};
