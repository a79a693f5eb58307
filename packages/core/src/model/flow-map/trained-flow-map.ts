/** A network with two noise levels and learned parameters, as a flow map. */
import {
  constant,
  flattenTree,
  isNdArray,
  type NdArray,
  type Shape,
  shared,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import { checkNetwork } from "../../network/check-network.ts";
import type { Network, Parameters } from "../../network/network.ts";
import { checkMade } from "../../part/check-options.ts";
import { checkProcess } from "../../process/check-process.ts";
import type { Process } from "../../process/process.ts";
import { checkConditionNames } from "../given.ts";
import type { Given } from "../score-model.ts";
import { constants } from "../trained.ts";
import { averageVelocity, moved } from "./average-velocity.ts";
import { type FlowMap, type FlowTarget, onLine } from "./flow-map.ts";

/** The parts of a flow map: a network that sees two noise levels, and the deviation of the data. */
export interface FlowMapParts {
  readonly process: Process;
  readonly network: Network;
  /** Standard deviation of the data, default 1. */
  readonly sigmaData?: number;
  readonly target: FlowTarget;
}

/** A trained flow map. Its parameters are constants of every function compiled from it. */
export interface TrainedFlowMap extends FlowMap, Required<FlowMapParts> {
  readonly parameters: Parameters;
}

/** @throws ArgumentError unless a network that sees two noise levels */
export const checkTwoLevels = (owner: string, network: Network): void => {
  checkNetwork(owner, network);
  if (network.target !== true)
    throw new ArgumentError(
      `${owner}: expected a network that sees two noise levels, found ${network.recipe.kind} with one; make it with target: true`,
    );
};

/**
 * The flow map of a network with these parameters, for samples of a shape. A network with classes takes the condition `class`.
 * @throws ArgumentError for parts of another kind, and for a network that sees one noise level
 */
export const trainedFlowMap = (parts: FlowMapParts, parameters: Parameters, shape: Shape): TrainedFlowMap => {
  const owner = "trainedFlowMap";
  checkMade(`${owner} parts`, parts, ["process", "network", "target"], "{ process, network, target }");
  const { process, network, sigmaData = 1, target } = parts;
  checkProcess(owner, process);
  checkTwoLevels(owner, network);
  const { classes = 0 } = network;
  const map = shared(
    (x: Tensor, from: Tensor, to: Tensor, rows: Given | undefined) => {
      const [start, end] = [onLine(process, from, x.rank), onLine(process, to, x.rank)];
      const u = averageVelocity(network, constants(parameters, x.dtype), sigmaData, rows);
      return moved(u, x.divide(start.scale), start.share, end.share).multiply(end.scale);
    },
    { name: "flow map" },
  );
  const conditions = classes > 0 ? { class: { shape: [classes], classes } } : undefined;
  const made: TrainedFlowMap = {
    process,
    network,
    sigmaData,
    target,
    parameters,
    shape,
    ...(conditions && { conditions }),
    map: (x, from, to, given = {}) => {
      checkConditionNames("trained flow map", made, Object.keys(given));
      const rows = conditions && {
        class: given.class ?? constant(0, x.dtype).broadcastTo([x.shape[0]!, classes]),
      };
      return map(x, from, to, rows);
    },
  };
  return made;
};

/**
 * Parameters of a network with two noise levels that start from those of the same network with one: what is new has weight 0, so that
 * it gives the same whatever the second level is.
 * @throws ArgumentError where the parameters are not of the same network
 */
export const withSecondLevel = (network: Network, parameters: Parameters, shape: Shape): Parameters => {
  checkTwoLevels("withSecondLevel", network);
  const leavesOf = (tree: Parameters) => flattenTree<NdArray>(tree as never, isNdArray);
  const known = leavesOf(parameters);
  const byPath = new Map(known.paths.map((path, i) => [path, known.leaves[i]!]));
  const wanted = leavesOf(network.initialise(shape, 0));
  const leaves = wanted.leaves.map((leaf, i) => {
    const path = wanted.paths[i]!;
    const old = byPath.get(path);
    byPath.delete(path);
    const fresh = zeros(leaf.shape, "float32");
    if (!old && path.split(".").at(-1) === "target") return fresh;
    if (!old) throw unlike(path, leaf, undefined);
    const rest = (array: NdArray) => array.shape.slice(1).join();
    if (old.shape.length !== leaf.shape.length || rest(old) !== rest(leaf) || old.data.length > leaf.data.length)
      throw unlike(path, leaf, old);
    fresh.data.set(old.data as Float32Array);
    return fresh;
  });
  const [extra] = byPath.keys();
  if (extra !== undefined) throw unlike(extra, undefined, byPath.get(extra)!);
  return wanted.unflatten(leaves) as Parameters;
};

const unlike = (path: string, wanted: NdArray | undefined, found: NdArray | undefined): ArgumentError =>
  new ArgumentError(
    `withSecondLevel: expected parameters of the same network with one noise level, found ${path} ${found ? `[${found.shape}]` : "missing"}` +
      `${wanted ? ` in place of [${wanted.shape}]` : ", which it does not have"}; take the network's settings from the model's recipe`,
  );
