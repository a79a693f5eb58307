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
import type { Observation, Preconditioning } from "./preconditioning.ts";
import type { Given, ScoreModel } from "./score-model.ts";

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
  return [
    y,
    ratio,
    (input, noiseLevel, seen = conditions) => network.apply(parameters, input, noiseLevel, seen),
    conditions,
  ];
};

/** The denoiser with its parameters and conditions: the network between the scales of its preconditioning. */
export const denoiser =
  (parts: DenoiserParts) =>
  (parameters: Tensors, x: Tensor, t: Tensor, conditions?: Conditions): Tensor =>
    parts.preconditioning.denoise(...preconditioned(parts, parameters, x, t, conditions));

/** How the model is conditioned on what is known of a sample, where its network and its preconditioning both take that. */
export const observationOf = ({
  network,
  preconditioning,
}: Pick<DenoiserParts, "network" | "preconditioning">): Observation | undefined =>
  (network.observed ?? 0) > 0 ? preconditioning.observed : undefined;

/**
 * Numbers that say what is known of a sample: 0 for a model that is not conditioned on it. Where the preconditioning knows nothing
 * of it, the network takes the numbers as they are.
 */
export const observedSizeOf = (parts: Pick<DenoiserParts, "network" | "preconditioning">): number =>
  observationOf(parts)?.size ?? (parts.preconditioning.observed ? 0 : (parts.network.observed ?? 0));

/** A trained network. Its parameters are constants of every function compiled from it. */
export interface TrainedModel extends ScoreModel, DenoiserParts {
  readonly parameters: NetworkParameters;
}

/** Learned parameters as constants of an element type. */
export const constants = (parameters: NetworkParameters, dtype: ElementType): Tensors =>
  mapTree(parameters, (array: NdArray) => constant(array).cast(dtype), isNdArray) as Tensors;

/**
 * The score model of a network with these parameters, for samples of a shape. A network with classes takes the condition
 * `class`, and one with `observed` the condition `observed`.
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
  const observed = observedSizeOf(parts);
  const plain = denoiser(parts);
  const denoise = shared(
    (x: Tensor, t: Tensor, rows: Given | undefined) => plain(constants(parameters, x.dtype), x, t, rows),
    { name: "network" },
  );
  const conditions = {
    ...(classes > 0 && { class: { shape: [classes], classes } }),
    ...(observed > 0 && { observed: { shape: [observed] } }),
  };
  const names = Object.keys(conditions) as (keyof typeof conditions)[];
  const model: TrainedModel = {
    ...parts,
    parameters,
    shape,
    ...(names.length > 0 && { conditions }),
    denoise: (x, t, given = {}) => {
      checkConditionNames("trained model", model, Object.keys(given));
      // Zeros where nothing is given: one session serves with and without.
      const rows = names.map((name) => [
        name,
        given[name] ?? constant(0, x.dtype).broadcastTo([x.shape[0]!, ...conditions[name]!.shape]),
      ]);
      return denoise(x, t, names.length > 0 ? Object.fromEntries(rows) : undefined);
    },
  };
  return model;
};
