/** What a flow map learns from: the model that it starts from, and its teacher. */
import type { Shape, Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { expandTime } from "../model/expand-time.ts";
import { checkFlowMap, type FlowMap, onLine } from "../model/flow-map/flow-map.ts";
import { type TrainedFlowMap, withSecondLevel } from "../model/flow-map/trained-flow-map.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import type { TrainedModel } from "../model/trained.ts";
import type { Network, Parameters } from "../network/network.ts";
import type { FlowMapInputs, FlowMapObjective } from "../objective/flow-map/flow-map-objective.ts";
import { checkMade } from "../part/check-options.ts";
import type { Process } from "../process/process.ts";

const owner = "trainFlowMap";

/** A trained denoiser, or a trained flow map. */
export type FlowMapStart = TrainedModel | TrainedFlowMap;

const isFlowMap = <M extends FlowMap>(model: M | object): model is M => "map" in model;

/** The data's deviation of a start: that of its preconditioning, if it is one that flow maps share. */
const deviationOf = (start: FlowMapStart): number => {
  if (isFlowMap(start)) return start.sigmaData;
  const { kind, sigmaData } = start.preconditioning.recipe;
  if (kind !== "edm")
    throw new ArgumentError(
      `${owner} start: expected a model with the preconditioning edm, found ${kind}; train one with edmPreconditioning()`,
    );
  return sigmaData as number;
};

/** Weights of one embedding of noise levels mean nothing to another. */
const checkEmbedding = (old: Network, network: Network): void => {
  const [known, wanted] = [old, network].map(({ recipe }) => (recipe as { noiseEmbedding?: string }).noiseEmbedding);
  if (known !== undefined && known !== wanted)
    throw new ArgumentError(
      `${owner} start: expected a network with noiseEmbedding "${known}" as start has it, found "${wanted}"; make the network with noiseEmbedding: "${known}"`,
    );
};

/** @returns the data's deviation that a start has @throws ArgumentError for a start that does not fit the network */
export const checkStart = (start: FlowMapStart | undefined, network: Network): number | undefined => {
  if (start === undefined) return undefined;
  const expected = "a model that train or trainFlowMap made";
  checkMade(`${owner} start`, start, ["network", "parameters"], expected);
  checkEmbedding(start.network, network);
  if (!isFlowMap(start)) checkMade(`${owner} start`, start, ["preconditioning"], expected);
  else if (JSON.stringify(start.network.recipe) !== JSON.stringify(network.recipe))
    throw new ArgumentError(
      `${owner} start: expected a flow map of the same network, found another; take start.network`,
    );
  return deviationOf(start);
};

/** @throws ArgumentError unless there is a teacher of the sort that an objective needs, if it needs one */
export const checkTeacher = (teacher: ScoreModel | FlowMap | undefined, { taught, recipe }: FlowMapObjective): void => {
  if (teacher === undefined) {
    if (taught === "steps")
      throw new ArgumentError(
        `${owner} teacher: expected a score model or a flow map, since ${recipe.kind} learns from steps of a teacher, found none`,
      );
  } else if (!isFlowMap(teacher)) checkModel(`${owner} teacher`, teacher);
  else {
    checkFlowMap(`${owner} teacher`, teacher);
    if (taught !== "steps")
      throw new ArgumentError(
        `${owner} teacher: expected a score model, whose velocity ${recipe.kind} learns from, found a flow map; take progressive() to learn from one`,
      );
  }
};

/** @throws ArgumentError unless a start and a teacher are of samples of a shape */
export const checkShapes = (
  shape: Shape,
  models: { readonly start?: FlowMapStart | undefined; readonly teacher?: ScoreModel | FlowMap | undefined },
): void => {
  for (const [name, model] of Object.entries(models))
    if (model && model.shape.join() !== shape.join())
      throw new ArgumentError(`${owner} ${name}: expected a model of samples [${shape}], found [${model.shape}]`);
};

/** Parameters that training begins with. */
export const startParameters = (
  network: Network,
  start: FlowMapStart | undefined,
  shape: Shape,
  seed: number,
): Parameters => {
  if (start === undefined) return network.initialise(shape, seed);
  return isFlowMap(start) ? start.parameters : withSecondLevel(network, start.parameters, shape);
};

/** Times of shares of noise. */
const timesOf = (process: Process, share: Tensor): Tensor => {
  const ratio = share.divide(share.negate().add(1));
  return process.timeOfLogSnr(ratio.log().multiply(-2)).clip(process.times.first, process.times.last);
};

/**
 * What objectives see of a teacher. Of a score model its velocity on the line from data to noise, (z - D) / s, and steps of DDIM
 * with it; of a flow map its own steps.
 * @param given the classes of the batch, where the teacher takes them
 */
export const teaching = (
  teacher: ScoreModel | FlowMap | undefined,
  given: Given,
): Pick<FlowMapInputs, "teacher" | "teacherStep"> => {
  if (teacher === undefined) return {};
  const { process } = teacher;
  if (isFlowMap(teacher))
    return {
      teacherStep: (z, from, to) => {
        const [t, r] = [from, to].map((share) => timesOf(process, share)) as [Tensor, Tensor];
        const scale = (time: Tensor): Tensor => onLine(process, time, z.rank).scale;
        return teacher.map(z.multiply(scale(t)), t, r, given).divide(scale(r));
      },
    };
  const velocity = (z: Tensor, share: Tensor): Tensor => {
    const t = timesOf(process, share);
    const denoised = teacher.denoise(z.multiply(onLine(process, t, z.rank).scale), t, given);
    return z.subtract(denoised).divide(expandTime(share, z.rank));
  };
  return {
    teacher: velocity,
    teacherStep: (z, from, to) => z.subtract(velocity(z, from).multiply(expandTime(from.subtract(to), z.rank))),
  };
};
