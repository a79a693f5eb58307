/** Score distillation: a generator of one step from a teacher's score alone, without data. */
import { constant, type NdArray, type Tensor, type Tensors, zeros } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { averageVelocity, moved } from "../model/flow-map/average-velocity.ts";
import { onLine } from "../model/flow-map/flow-map.ts";
import { checkTwoLevels, type TrainedFlowMap, trainedFlowMap } from "../model/flow-map/trained-flow-map.ts";
import type { ScoreModel } from "../model/score-model.ts";
import type { Network, Parameters } from "../network/network.ts";
import { scoreDistillation } from "../objective/flow-map/score-distillation.ts";
import { logNormalNoise, type NoiseDistribution } from "../objective/noise-distribution.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import { fitBlocks } from "./fit.ts";
import type { FitEvent, OptimisationOptions } from "./fit-options.ts";
import { knownOptimisation, optimisationOf } from "./fit-settings.ts";
import { checkShapes, checkStart, type FlowMapStart, startParameters, teaching } from "./flow-map-teacher.ts";
import { type InProgress, inProgress } from "./in-progress.ts";

/** Options of {@link distilScores}. */
export interface DistilScoresOptions extends Omit<OptimisationOptions, "accumulate"> {
  /** The score of the data, without conditions. */
  readonly teacher: ScoreModel;
  /** Of the generator, and of the score of its samples: one with two noise levels. */
  readonly network: Network;
  /** What both begin with, such as the teacher itself. */
  readonly start?: FlowMapStart;
  /** Standard deviation of the data, default that of `start`, or 1. */
  readonly sigmaData?: number;
  /** How often scores are compared at each noise level. */
  readonly noiseDistribution?: NoiseDistribution;
  /** Samples per step, default 256. */
  readonly batch?: number;
  /** Peak learning rate; the default is the network's own. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly onProgress?: (event: FitEvent) => void;
}

const { accumulate: _, ...movingOptions } = knownOptimisation;

const knownOptions = {
  teacher: true,
  network: true,
  start: true,
  sigmaData: true,
  noiseDistribution: true,
  batch: true,
  seed: true,
  onProgress: true,
  learningRate: true,
  ...movingOptions,
} satisfies Known<DistilScoresOptions>;

const owner = "distilScores";

const settingsOf = (options: DistilScoresOptions) => {
  checkOptions(owner, options, knownOptions);
  const { teacher, network, start, sigmaData: given, noiseDistribution = logNormalNoise(), ...rest } = options;
  const { batch = 256, seed = 0, learningRate = network?.learningRate, onProgress, ...optimisation } = rest;
  checkModel(`${owner} teacher`, teacher);
  checkTwoLevels(owner, network);
  checkMade(`${owner} noiseDistribution`, noiseDistribution, ["time"], "a distribution such as logNormalNoise()");
  checkWhole(`${owner} batch`, batch);
  if (teacher.conditions || network.classes || network.uniforms)
    throw new ArgumentError(
      `${owner}: expected a teacher and a network without conditions and dropout, found some; leave them out, or use trainFlowMap`,
    );
  const sigmaOf = checkStart(start, network);
  checkShapes(teacher.shape, { start });
  const sigmaData = given ?? sigmaOf ?? 1;
  if (!(sigmaData > 0 && Number.isFinite(sigmaData)) || (sigmaOf !== undefined && sigmaData !== sigmaOf))
    throw new ArgumentError(
      `${owner} sigmaData: expected ${sigmaOf === undefined ? "a positive number" : `that of start, ${sigmaOf}`}, found ${sigmaData}`,
    );
  const moving = optimisationOf(optimisation);
  return { teacher, network, start, sigmaData, noiseDistribution, batch, seed, learningRate, onProgress, moving };
};

/** Parameters of both networks. */
interface Both<T> {
  readonly generator: T;
  readonly student: T;
}

async function* blocks(
  options: DistilScoresOptions,
  finish: (map: TrainedFlowMap) => void,
): AsyncGenerator<FitEvent, void> {
  const { teacher, network, start, sigmaData, noiseDistribution, batch, seed, learningRate, onProgress, moving } =
    settingsOf(options);
  const { process, shape } = teacher;
  const { first, last } = process.times;
  const sample = { shape: [batch, ...shape] };
  const draws = (from: number, count: number, purpose: "noise" | "prior"): NdArray => {
    const all = zeros([count, ...sample.shape]);
    for (let k = 0; k < count; k++) {
      const drawn = normal(sample.shape, { seed, step: from + k, purpose });
      (all.data as Float32Array).set(drawn.data, k * drawn.data.length);
    }
    return all;
  };
  const inputs = (from: number, count: number) => {
    const times = zeros([count, batch]);
    for (let k = 0; k < count; k++) {
      const u = uniform([batch], { seed, step: from + k, purpose: "noise-level", dtype: "float64" }).data;
      (times.data as Float32Array).set(
        u.map((value) => noiseDistribution.time(process, value || 2 ** -54)),
        k * batch,
      );
    }
    return { initial: draws(from, count, "prior"), noise: draws(from, count, "noise"), times };
  };
  const loss = (parameters: unknown, batched: object): Tensor => {
    const { generator, student } = parameters as Both<Tensors>;
    const { initial, noise, times } = batched as { initial: Tensor; noise: Tensor; times: Tensor };
    const lineAt = (t: Tensor) => onLine(process, t, initial.rank);
    const fixed = (t: number): Tensor => constant(t, initial.dtype).broadcastTo(times.shape);
    const [top, bottom] = [lineAt(fixed(last)), lineAt(fixed(first))];
    const z = initial.multiply(process.priorDeviation).divide(top.scale);
    // Samples at the first time, where noise is least, are on the scale alpha + sigma of it.
    const x = moved(averageVelocity(network, generator, sigmaData), z, top.share, bottom.share);
    const u = averageVelocity(network, student, sigmaData);
    const losses = scoreDistillation({
      x,
      noise,
      share: lineAt(times).share,
      teacher: teaching(teacher, {}).teacher!,
      student: (z, share) => u(z, share, share),
    });
    return losses.generator.add(losses.student);
  };
  const begun = startParameters(network, start, shape, seed);
  const fitting = fitBlocks<object, object, undefined>(
    {
      ...moving,
      name: owner,
      parameters: { generator: begun, student: begun },
      loss: loss as never,
      batches: { specs: { initial: sample, noise: sample, times: { shape: [batch] } }, inputs: inputs as never },
      learningRate,
    },
    ({ parameters }) =>
      finish(
        trainedFlowMap(
          { process, network, sigmaData, target: "data" },
          (parameters as Both<Parameters>).generator,
          shape,
        ),
      ),
  );
  for await (const event of fitting) {
    onProgress?.(event);
    yield event;
  }
}

/**
 * Trains a generator of one step by the score of a teacher alone: its samples move along the difference of the teacher's score and that of
 * a second network, which learns the score of the samples alongside. No pairs and no data are needed. It is the distribution that is
 * learned, and not the flow. See {@link scoreDistillation}.
 *
 *     const map = await distilScores({ teacher: model, start: model, network: unet({ target: true, noiseEmbedding: "log" }), minutes: 5 }).result;
 *
 * @throws ArgumentError for bad options; TrainingError when the loss is no longer finite; the signal's reason when aborted (all at
 *   the first event or the result)
 */
export const distilScores = (options: DistilScoresOptions): InProgress<FitEvent, TrainedFlowMap> =>
  inProgress<FitEvent, TrainedFlowMap>((finish) => blocks(options, finish));
