/** Training a flow map: its loss and batches, handed to the trainer. */
import { constant, type NdArray, type Spec, type Tensor, type Tensors, zeros } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { averageVelocity } from "../model/flow-map/average-velocity.ts";
import { type FlowMap, onLine } from "../model/flow-map/flow-map.ts";
import { checkTwoLevels, type TrainedFlowMap, trainedFlowMap } from "../model/flow-map/trained-flow-map.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import type { ScoreModel } from "../model/score-model.ts";
import type { Conditions, Parameters } from "../network/network.ts";
import { denoising } from "../objective/denoising.ts";
import type { FlowMapObjective } from "../objective/flow-map/flow-map-objective.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import { uniform } from "../random/uniform.ts";
import { batchSource } from "./batches.ts";
import { blockLength } from "./block-length.ts";
import { checkDataScale } from "./data-scale.ts";
import { fitBlocks } from "./fit.ts";
import type { FitOptions } from "./fit-options.ts";
import { knownOptimisation, optimisationOf } from "./fit-settings.ts";
import { flatLayout } from "./flat.ts";
import {
  checkShapes,
  checkStart,
  checkTeacher,
  type FlowMapStart,
  startParameters,
  teaching,
} from "./flow-map-teacher.ts";
import { type InProgress, inProgress } from "./in-progress.ts";
import { type TrainEvent, type TrainOptions, trainSettings } from "./options.ts";

/** Options of {@link trainFlowMap}: those of `train` that a flow map has a use for, and where it starts from. */
export interface TrainFlowMapOptions
  extends Omit<
    TrainOptions,
    "objective" | "preconditioning" | "heldOut" | "augmentation" | "knownShare" | "precision"
  > {
  /** What is minimised, such as `consistency()` or `meanFlow()`. */
  readonly objective: FlowMapObjective;
  /**
   * A trained denoiser or flow map to start from. A denoiser's network is the flow map's, with one noise level and the same
   * `noiseEmbedding`, and its preconditioning is `edm`.
   */
  readonly start?: FlowMapStart;
  /**
   * A score model whose velocity is taught, in place of that of single samples. For `progressive()` also a flow map, whose steps are. Its
   * shape and conditions are the map's.
   */
  readonly teacher?: ScoreModel | FlowMap;
  /** Standard deviation of the data, default that of `start`, or 1. */
  readonly sigmaData?: number;
}

const knownOptions = {
  data: true,
  process: true,
  network: true,
  objective: true,
  start: true,
  teacher: true,
  sigmaData: true,
  batch: true,
  learningRate: true,
  classDropout: true,
  seed: true,
  onProgress: true,
  ...knownOptimisation,
} satisfies Known<TrainFlowMapOptions>;

/** A training of a flow map in progress. Iterate over it for events, or await its result alone. */
export interface FlowMapTraining extends InProgress<TrainEvent, TrainedFlowMap> {}

/** What a batch of a flow map holds. `from` and `to` are times of the process. */
interface FlowMapBatch<T> {
  readonly x: T;
  readonly noise: T;
  readonly from: T;
  readonly to: T;
  readonly step: T;
  readonly conditions: Conditions<T>;
}

const owner = "trainFlowMap";

const settingsOf = (options: TrainFlowMapOptions) => {
  checkOptions(owner, options, knownOptions);
  const { objective, start, teacher, sigmaData: given, ...rest } = options;
  checkMade(`${owner} objective`, objective, ["loss", "times", "target"], "an objective such as consistency()");
  checkTwoLevels(owner, options.network);
  checkTeacher(teacher, objective);
  const sigmaOf = checkStart(start, options.network);
  const sigmaData = given ?? sigmaOf ?? 1;
  if (sigmaOf !== undefined && sigmaData !== sigmaOf)
    throw new ArgumentError(`${owner} sigmaData: expected that of start, ${sigmaOf}, found ${sigmaData}; leave it out`);
  const settings = trainSettings({
    ...rest,
    preconditioning: edmPreconditioning({ sigmaData }),
    objective: denoising(),
  } as TrainOptions);
  checkShapes(settings.data.shape, { start, teacher });
  return { ...settings, objective, start, teacher, sigmaData };
};

const fitOptions = async (settings: ReturnType<typeof settingsOf>): Promise<FitOptions<object, FlowMapBatch<Spec>>> => {
  const { data, process, network, objective, start, teacher, sigmaData, preconditioning } = settings;
  const { batch, accumulate, classDropout, seed, learningRate, runtime } = settings;
  const { shape } = data;
  if (!data.decodes) await checkDataScale(data, preconditioning);
  const parameters = startParameters(network, start, shape, seed);
  const samples = batch / accumulate;
  const classes = network.classes ?? 0;
  const source = batchSource({ data, network, classDropout, batch, accumulate, seed, process, objective: denoising() });
  const timesOf = (step: number): { from: Float64Array; to: Float64Array } => {
    const u = uniform([batch, 3], { seed, step, purpose: "noise-level", dtype: "float64" }).data;
    const pairs = Array.from({ length: batch }, (_, i) => {
      // A draw may be 0, where a distribution's quantile is infinite.
      const [a, b, c] = [0, 1, 2].map((k) => u[3 * i + k]! || 2 ** -54) as [number, number, number];
      return objective.times(process, [a, b, c], step);
    });
    return { from: Float64Array.from(pairs, ({ from }) => from), to: Float64Array.from(pairs, ({ to }) => to) };
  };
  const inputs = async (first: number, count: number) => {
    const { x, noise, conditions } = await source(first, count);
    const wide = (): NdArray => zeros([count * accumulate, samples]);
    const [from, to, step] = [wide(), wide(), wide()];
    for (let k = 0; k < count; k++) {
      const times = timesOf(first + k);
      (from.data as Float32Array).set(times.from, k * batch);
      (to.data as Float32Array).set(times.to, k * batch);
      (step.data as Float32Array).fill(first + k, k * batch, (k + 1) * batch);
    }
    return { x, noise, from, to, step, conditions };
  };
  const uniforms = network.uniforms?.(shape) ?? 0;
  const sample = { shape: [samples, ...shape] };
  const one = { shape: [samples] };
  const loss = (tensors: Tensors, { x, noise, from, to, step, conditions }: FlowMapBatch<Tensor>): Tensor => {
    const share = (t: Tensor): Tensor => onLine(process, t, x.rank).share;
    const u = averageVelocity(network, tensors, sigmaData, conditions);
    const given = teacher?.conditions?.class && conditions.class ? { class: conditions.class } : {};
    return objective.loss(u, {
      x,
      noise,
      from: share(from),
      to: share(to),
      end: share(constant(process.times.first, x.dtype).broadcastTo(from.shape)),
      step,
      ...teaching(teacher, given),
    });
  };
  return {
    name: owner,
    ...optimisationOf(settings),
    parameters: parameters as object,
    loss: loss as never,
    batches: {
      specs: {
        x: sample,
        noise: sample,
        from: one,
        to: one,
        step: one,
        conditions: {
          ...(classes > 0 && { class: { shape: [samples, classes] } }),
          ...(uniforms > 0 && { uniforms: { shape: [samples, uniforms] } }),
        },
      },
      inputs: inputs as never,
      prefetch: source.prefetch,
    },
    accumulate,
    learningRate,
    block: blockLength(flatLayout(parameters).size, batch, shape),
    runtime,
  };
};

async function* flowMapBlocks(
  options: TrainFlowMapOptions,
  finish: (map: TrainedFlowMap) => void,
): AsyncGenerator<TrainEvent, void> {
  const settings = settingsOf(options);
  const { process, network, sigmaData, objective, data, batch, onProgress } = settings;
  const blocks = fitBlocks(await fitOptions(settings), ({ parameters }) =>
    finish(
      trainedFlowMap({ process, network, sigmaData, target: objective.target }, parameters as Parameters, data.shape),
    ),
  );
  for await (const event of blocks) {
    const news: TrainEvent = { ...event, samplesPerSecond: event.stepsPerSecond * batch };
    onProgress?.(news);
    yield news;
  }
}

/**
 * Trains a flow map: from data alone, from a trained denoiser (`start`), or taught by a score model (`teacher`).
 *
 *     const network = unet({ target: true, noiseEmbedding: "log" }); // as the network of `model`
 *     const map = await trainFlowMap({ data, process, network, start: model, objective: consistency(), steps: 2000 }).result;
 *     const images = await sampleFlowMap(map, { count: 16, steps: 2 });
 *
 * @throws ShapeError | ArgumentError for bad options; TrainingError when the loss is no longer finite; the signal's reason when
 *   aborted (all at the first event or the result)
 */
export const trainFlowMap = (options: TrainFlowMapOptions): FlowMapTraining =>
  inProgress<TrainEvent, TrainedFlowMap>((finish) => flowMapBlocks(options, finish));
