/** A network with learned parameters, as a score model. */
import {
  constant,
  type ElementType,
  isNdArray,
  mapTree,
  type NdArray,
  type Shape,
  shared,
  type Tensor,
  type Tensors,
} from "@scorefield/tensor";
import { checkNetwork } from "../network/check-network.ts";
import type { Conditions, Network, Parameters as NetworkParameters } from "../network/network.ts";
import { checkMade } from "../part/check-options.ts";
import { checkProcess } from "../process/check-process.ts";
import type { Process } from "../process/process.ts";
import { expandTime } from "./expand-time.ts";
import { checkConditionNames } from "./given.ts";
import type { Preconditioning } from "./preconditioning.ts";
import type { ScoreModel } from "./score-model.ts";

/** The parts of a denoiser: a network and its preconditioning. */
export interface DenoiserParts {
  readonly process: Process;
  readonly network: Network;
  readonly preconditioning: Preconditioning;
}

/** What a preconditioning is given: y = x / alpha, sigma / alpha, and the network with its parameters and conditions. */
export const preconditioned = (
  { process, network }: DenoiserParts,
  parameters: Tensors,
  x: Tensor,
  t: Tensor,
  conditions: Conditions | undefined,
): Parameters<Preconditioning["denoise"]> => {
  const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
  const alpha = process.alpha(t);
  const ratio = spread(process.sigma(t).divide(alpha));
  const y = x.divide(spread(alpha));
  return [y, ratio, (input, noiseLevel) => network.apply(parameters, input, noiseLevel, conditions)];
};

/** The denoiser with its parameters and conditions: the network between the scales of its preconditioning. */
export const denoiser =
  (parts: DenoiserParts) =>
  (parameters: Tensors, x: Tensor, t: Tensor, conditions?: Conditions): Tensor =>
    parts.preconditioning.denoise(...preconditioned(parts, parameters, x, t, conditions));

/** A trained network. Its parameters are constants of every function compiled from it. */
export interface TrainedModel extends ScoreModel, DenoiserParts {
  readonly parameters: NetworkParameters;
}

/** Learned parameters as constants of an element type. */
export const constants = (parameters: NetworkParameters, dtype: ElementType): Tensors =>
  mapTree(parameters, (array: NdArray) => constant(array).cast(dtype), isNdArray) as Tensors;

/**
 * The score model of a network with these parameters, for samples of a shape. A network with classes takes the condition
 * `class`.
 * @throws ArgumentError for parts of another kind
 */
export const trainedModel = (parts: DenoiserParts, parameters: NetworkParameters, shape: Shape): TrainedModel => {
  checkMade(
    "trainedModel parts",
    parts,
    ["process", "network", "preconditioning"],
    "{ process, network, preconditioning }",
  );
  checkProcess("trainedModel", parts.process);
  checkNetwork("trainedModel", parts.network);
  const { classes = 0 } = parts.network;
  const plain = denoiser(parts);
  const denoise = shared(
    (x: Tensor, t: Tensor, rows: Tensor | undefined) =>
      plain(constants(parameters, x.dtype), x, t, rows && { class: rows }),
    { name: "network" },
  );
  const model: TrainedModel = {
    ...parts,
    parameters,
    shape,
    ...(classes > 0 && { conditions: { class: { shape: [classes], classes } } }),
    denoise: (x, t, given = {}) => {
      checkConditionNames("trained model", model, Object.keys(given));
      // Zeros where no class is given: one session serves with and without.
      const none = (): Tensor => constant(0, x.dtype).broadcastTo([x.shape[0]!, classes]);
      return denoise(x, t, classes > 0 ? (given.class ?? none()) : undefined);
    },
  };
  return model;
};
