/** Neural posterior score estimation: from simulations to the posterior of parameters for any observation. */
import {
  ArgumentError,
  type Dataset,
  denoising,
  edm,
  edmPreconditioning,
  type FeatureNetwork,
  flatLayout,
  type InProgress,
  logNormalNoise,
  mlp,
  type Network,
  permutation,
  type TrainedModel,
  train,
  trainedModel,
} from "@scorefield/core";
import { checkMade, checkOptions, checkPositive, checkWhole, inProgress, type Known } from "@scorefield/core/internal";
import { type NdArray, type Runtime, sizeOf, zeros } from "@scorefield/tensor";
import { dataFeatures, dataScalesOf } from "./data-scales.ts";
import { embeddedNetwork } from "./embedded-network.ts";
import { ensemble } from "./ensemble.ts";
import { estimatorOf, type PosteriorEstimator } from "./estimator.ts";
import { fitParameterCodec } from "./parameter-codec.ts";
import { boundsOf, type ParameterPrior } from "./prior.ts";
import { shrinkageOf, shrunk } from "./shrink.ts";
import { checkSimulations } from "./simulate.ts";

/** Progress of {@link trainPosterior}. */
export interface PosteriorEvent {
  /** The network in training, of `members`; from 0. */
  readonly member: number;
  readonly members: number;
  /** Steps of it done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** The loss on simulations that this network does not see, about 20 times. */
  readonly heldOutLoss?: number;
  /** The share of all work done, in [0, 1]. A network that stops to improve is done before its last step. */
  readonly share: number;
}

/** How networks are trained. */
export interface PosteriorTrainingOptions {
  /**
   * Networks, each trained on all but its part of the simulations. The model is the mean of them. Default 5. With one, a tenth of the
   * simulations is held out.
   */
  readonly members?: number;
  /** Steps of each at most: a network that stops to improve is done. Default 6,000, and 10,000 from 5,000 simulations on. */
  readonly steps?: number;
  /** Simulations in a step, default 256 or all. */
  readonly batch?: number;
  /** Default `mlp({ width: 64, depth: 4, observed })`. It sees as many numbers of `observed` as the data have, or the embedding. */
  readonly network?: Network;
  /** Makes features of the data, learnt along with the network. Default none: the network sees the data, standardised. */
  readonly embedding?: FeatureNetwork;
  /** Peak learning rate, default 5e-3. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

/** Options of {@link trainPosterior}. */
export interface TrainPosteriorOptions extends PosteriorTrainingOptions {
  readonly prior: ParameterPrior;
  /** Parameters [n, d], drawn from the prior. */
  readonly parameters: NdArray;
  /** What the simulator made of them, [n, ...shape]. */
  readonly data: NdArray;
  readonly onProgress?: (event: PosteriorEvent) => void;
}

/** The names of {@link PosteriorTrainingOptions}. */
export const trainingOptions = {
  members: true,
  steps: true,
  batch: true,
  network: true,
  embedding: true,
  learningRate: true,
  seed: true,
  signal: true,
  runtime: true,
} satisfies Known<PosteriorTrainingOptions>;

const known = {
  ...trainingOptions,
  prior: true,
  parameters: true,
  data: true,
  onProgress: true,
} satisfies Known<TrainPosteriorOptions>;

/** Fewer simulations cannot be parted into those that are learnt from and those that judge. */
const fewest = 50;

/** @throws ArgumentError for options out of range */
const checkTraining = ({
  members = 5,
  steps,
  batch,
  network,
  embedding,
  learningRate,
}: PosteriorTrainingOptions): void => {
  for (const [name, value] of Object.entries({ members, steps, batch }))
    if (value !== undefined) checkWhole(`trainPosterior ${name}`, value);
  if (learningRate !== undefined) checkPositive("trainPosterior learningRate", learningRate);
  if (network !== undefined)
    checkMade(
      "trainPosterior network",
      network,
      ["recipe", "initialise", "apply"],
      "a network such as mlp({ observed: 2 })",
    );
  if (embedding !== undefined)
    checkMade(
      "trainPosterior embedding",
      embedding,
      ["features", "initialise", "apply"],
      "a feature network such as perceptron()",
    );
};

/** Steps at most: of many simulations more can be learnt. */
const stepsFor = (n: number): number => (n < 5000 ? 6000 : 10_000);

/** The network that sees data of a shape. @throws ArgumentError for one that sees another number */
const networkFor = ({ network, embedding }: PosteriorTrainingOptions, shape: readonly number[]): Network => {
  const size = embedding ? embedding.features : sizeOf(shape);
  const own = network ?? mlp({ width: 64, depth: 4, observed: size });
  if (embedding) return embeddedNetwork(own, embedding, shape);
  if (own.observed !== size)
    throw new ArgumentError(
      `trainPosterior network: expected observed to be ${size}, as many as the data have numbers, found ${own.observed ?? 0}`,
    );
  return own;
};

/** Rows of latents with the data that they belong to. */
const datasetOf = (latents: NdArray<"float32">, features: NdArray<"float32">, rows: readonly number[]): Dataset => {
  const take = (array: NdArray<"float32">, indices: readonly number[]): NdArray<"float32"> => {
    const size = array.shape[1]!;
    const taken = zeros([indices.length, size]);
    for (const [k, i] of indices.entries())
      for (let j = 0; j < size; j++) taken.data[k * size + j] = array.data[rows[i]! * size + j]!;
    return taken;
  };
  return {
    count: rows.length,
    shape: [latents.shape[1]!],
    observed: { size: features.shape[1]!, read: (indices) => take(features, indices) },
    read: (indices) => take(latents, indices),
  };
};

/** What one network is trained on, and how. */
interface MemberOptions {
  readonly network: Network;
  readonly shown: Dataset;
  readonly apart: Dataset;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly runtime: Runtime | undefined;
}

/** Progress of one network. */
type MemberEvent = Pick<PosteriorEvent, "step" | "steps" | "loss" | "heldOutLoss">;

/** Noise levels of training: some are as small as a hundredth of what the linear fit leaves, for narrow posteriors. */
const noise = logNormalNoise({ mean: -1, deviation: 1.4 });

/** Looks at the held-out loss, of about 20, without a lower one, after which a network is done. */
const patience = 6;

/** Trains one network. @param finish gets it as it was when its loss on the simulations that it does not see was least */
async function* trainMember(
  options: MemberOptions,
  finish: (model: TrainedModel) => void,
): AsyncGenerator<MemberEvent, void> {
  const { network, shown, apart, batch, signal, runtime, ...rest } = options;
  const [process, preconditioning] = [edm({ sigmaMin: 0.002, sigmaMax: 20 }), edmPreconditioning()];
  const training = train({
    ...rest,
    network,
    data: shown,
    heldOut: apart,
    process,
    preconditioning,
    objective: denoising({ noiseDistribution: noise }),
    batch: Math.min(batch, shown.count),
    averageDecay: 0.99,
    ...(signal && { signal }),
    ...(runtime && { runtime }),
  });
  let best: { readonly loss: number; readonly average: NdArray } | undefined;
  let waited = 0;
  for await (const { step, steps, loss, heldOutLoss, checkpoint } of training) {
    if (heldOutLoss !== undefined) {
      waited = best && heldOutLoss >= best.loss ? waited + 1 : 0;
      if (waited === 0) best = { loss: heldOutLoss, average: checkpoint.state.average };
    }
    yield { step, steps, loss, ...(heldOutLoss !== undefined && { heldOutLoss }) };
    if (waited === patience) break;
  }
  const layout = flatLayout(network.initialise(shown.shape, 0));
  finish(trainedModel({ process, network, preconditioning }, layout.unflatten(best!.average), shown.shape));
}

/** Trains all networks. */
async function* trainMembers(
  options: TrainPosteriorOptions,
  finish: (estimator: PosteriorEstimator) => void,
): AsyncGenerator<PosteriorEvent, void> {
  checkOptions("trainPosterior", options, known);
  checkTraining(options);
  const { prior, members = 5, batch = 256, learningRate = 5e-3, seed = 0, signal, runtime, onProgress } = options;
  const bounds = boundsOf("trainPosterior", prior);
  const { parameters, data } = checkSimulations("trainPosterior", options, prior.size);
  const n = parameters.shape[0]!;
  if (n < Math.max(fewest, 2 * members))
    throw new ArgumentError(
      `trainPosterior: expected at least ${Math.max(fewest, 2 * members)} simulations, found ${n}; a thousand are few`,
    );
  const scales = dataScalesOf(data);
  const network = networkFor(options, scales.shape);
  const features = dataFeatures(scales, data);
  const codec = fitParameterCodec(parameters, features, bounds);
  const latents = codec.encode(parameters, features);
  const order = Array.from(permutation(n, { seed, purpose: "held-out" }).data);
  const parts = Math.max(members, members === 1 ? 10 : members);
  const steps = options.steps ?? stepsFor(n);
  const trained: { readonly model: TrainedModel; readonly apart: Dataset }[] = [];
  for (let member = 0; member < members; member++) {
    const part = (own: boolean): Dataset =>
      datasetOf(
        latents,
        features,
        order.filter((_, k) => (k % parts === member) === own),
      );
    const apart = part(true);
    const work = trainMember(
      { network, shown: part(false), apart, steps, batch, learningRate, seed: seed + member, signal, runtime },
      (model) => trained.push({ model, apart }),
    );
    for await (const event of work) {
      const news = { member, members, ...event, share: (member + event.step / event.steps) / members };
      onProgress?.(news);
      yield news;
    }
  }
  const learnt = await shrinkageOf(trained, { noise, seed, runtime });
  const model = shrunk(ensemble(trained.map((member) => member.model)), learnt);
  finish(estimatorOf({ prior, model, codec, scales, runtime }));
}

/** A training in progress. Iterate over it for events, or await its result alone. */
export interface PosteriorTraining extends InProgress<PosteriorEvent, PosteriorEstimator> {}

/**
 * Learns the posterior of a simulator's parameters for any observation (neural posterior score estimation: Sharrock, Simons, Liu &
 * Beaumont 2022, section 3; Geffner, Papamakarios & Mnih 2023). A network learns to denoise parameters, given the data that the
 * simulator made of them. Four things make few simulations go far: what a linear fit of parameters by data leaves is learnt in place of
 * the parameters, parameters with bounds are mapped onto all numbers, and several networks are averaged, each taken at its least loss on
 * simulations that it has not seen, and no more than holds there.
 *
 *     const { parameters, data } = await simulate({ prior, simulator, count: 2_500 });
 *     const estimator = await trainPosterior({ prior, parameters, data }).result;
 *     const draws = await estimator.draw(observation, { draws: 1_000 });
 *
 * @throws ArgumentError | ShapeError for bad options or simulations; TrainingError when the loss is no longer finite; the signal's reason
 *   when aborted (all at the first event or the result)
 */
export const trainPosterior = (options: TrainPosteriorOptions): PosteriorTraining =>
  inProgress<PosteriorEvent, PosteriorEstimator>((finish) => trainMembers(options, finish));
