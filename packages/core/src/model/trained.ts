/** A network with learned parameters, as a score model. */
import {
  constant,
  type ElementType,
  isNdArray,
  mapTree,
  type NdArray,
  type Shape,
  type Tensor,
  type Tensors,
} from "@scorefield/tensor";
import type { Conditions, Network, Parameters as NetworkParameters } from "../network/network.ts";
import type { Process } from "../process/process.ts";
import { expandTime } from "./expand-time.ts";
import type { Preconditioning } from "./preconditioning.ts";
import type { ScoreModel } from "./score-model.ts";

/** What makes a denoiser of a network. */
export interface DenoiserParts {
  readonly process: Process;
  readonly network: Network;
  readonly preconditioning: Preconditioning;
}

/** What a preconditioning is given: y = x / alpha, sigma / alpha, and the network with given parameters and what it is told. */
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

/** The denoiser with given parameters, and what it is told: the network between the scales of its preconditioning. */
export const denoiser =
  (parts: DenoiserParts) =>
  (parameters: Tensors, x: Tensor, t: Tensor, conditions?: Conditions): Tensor =>
    parts.preconditioning.denoise(...preconditioned(parts, parameters, x, t, conditions));

/** A trained network. Its parameters are constants of whatever is compiled from it. */
export interface TrainedModel extends ScoreModel, DenoiserParts {
  readonly parameters: NetworkParameters;
  /** What the network is told of each row of a batch of so many; nothing unless given. */
  readonly conditionsOf?: (rows: number) => Conditions;
}

/** Learned parameters as constants of an element type. */
export const constants = (parameters: NetworkParameters, dtype: ElementType): Tensors =>
  mapTree(parameters, (array: NdArray) => constant(array).cast(dtype), isNdArray) as Tensors;

/** The score model of a network with these parameters, for samples of a shape. */
export const trainedModel = (
  parts: DenoiserParts,
  parameters: NetworkParameters,
  shape: Shape,
  conditionsOf?: (rows: number) => Conditions,
): TrainedModel => {
  const denoise = denoiser(parts);
  return {
    ...parts,
    parameters,
    shape,
    ...(conditionsOf && { conditionsOf }),
    denoise: (x, t) => denoise(constants(parameters, x.dtype), x, t, conditionsOf?.(x.shape[0]!)),
  };
};
