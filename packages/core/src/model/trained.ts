/** A network with learned parameters, as a score model. */
import { constant, isNdArray, mapTree, type NdArray, type Shape, type Tensor, type Tensors } from "@scorefield/tensor";
import type { Conditions, Network, Parameters } from "../network/network.ts";
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

/** The denoiser with given parameters, and what it is told: the network between the scales of its preconditioning. */
export const denoiser =
  ({ process, network, preconditioning }: DenoiserParts) =>
  (parameters: Tensors, x: Tensor, t: Tensor, conditions?: Conditions): Tensor => {
    const spread = (values: Tensor): Tensor => expandTime(values, x.rank);
    const alpha = process.alpha(t);
    const ratio = spread(process.sigma(t).divide(alpha));
    const y = x.divide(spread(alpha));
    return preconditioning.denoise(y, ratio, (input, noiseLevel) =>
      network.apply(parameters, input, noiseLevel, conditions),
    );
  };

/** A trained network. Its parameters are constants of whatever is compiled from it. */
export interface TrainedModel extends ScoreModel, DenoiserParts {
  readonly parameters: Parameters;
  /** What the network is told of each row of a batch of so many; nothing unless given. */
  readonly conditionsOf?: (rows: number) => Conditions;
}

/** The score model of a network with these parameters, for samples of a shape. */
export const trainedModel = (
  parts: DenoiserParts,
  parameters: Parameters,
  shape: Shape,
  conditionsOf?: (rows: number) => Conditions,
): TrainedModel => {
  const denoise = denoiser(parts);
  return {
    ...parts,
    parameters,
    shape,
    ...(conditionsOf && { conditionsOf }),
    denoise: (x, t) => {
      const weights = mapTree(parameters, (array: NdArray) => constant(array).cast(x.dtype), isNdArray) as Tensors;
      return denoise(weights, x, t, conditionsOf?.(x.shape[0]!));
    },
  };
};
