/** Rounds of simulation for one observation: each simulates where the last posterior is. */
import { ArgumentError, type InProgress } from "@scorefield/core";
import { checkOptions, checkWhole, inProgress, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { PosteriorEstimator } from "./estimator.ts";
import { boundsOf, drawPrior, type ParameterPrior } from "./prior.ts";
import { checkSimulator, runSimulator, type Simulations, type Simulator, type SimulatorOptions } from "./simulate.ts";
import {
  type PosteriorEvent,
  type PosteriorTrainingOptions,
  trainingOptions,
  trainPosterior,
} from "./train-posterior.ts";
import { regionOf } from "./truncated-prior.ts";

/** Progress of {@link sequentialPosterior}. */
export interface SequentialEvent extends PosteriorEvent {
  /** The round, of `rounds`; from 0. */
  readonly round: number;
  readonly rounds: number;
  /** Simulations so far. */
  readonly simulations: number;
}

/** What the rounds came to. */
export interface SequentialPosterior {
  /** For this observation, and others like it; for no others. */
  readonly estimator: PosteriorEstimator;
  /** Of all rounds. */
  readonly simulations: Simulations;
  /** Of each round after the first: the share of the prior within the box of the posterior's draws, and of these the dense enough. */
  readonly regions: readonly { readonly box: number; readonly dense: number }[];
}

/** Options of {@link sequentialPosterior}. */
export interface SequentialPosteriorOptions extends PosteriorTrainingOptions {
  readonly prior: ParameterPrior;
  readonly simulator: Simulator;
  /** What was observed, of the shape of one simulation. */
  readonly observation: NdArray;
  /** Simulations of each round. */
  readonly count: number;
  /** Default 4. */
  readonly rounds?: number;
  /** The share of a round's posterior that the next round may leave out, in (0, 0.5). Default 1e-3. */
  readonly outside?: number;
  /** Draws of a round's posterior that its region is found from, default 2,000. */
  readonly regionDraws?: number;
  /** How the simulator is run. */
  readonly simulating?: Omit<SimulatorOptions, "signal">;
  readonly onProgress?: (event: SequentialEvent) => void;
}

const known = {
  ...trainingOptions,
  prior: true,
  simulator: true,
  observation: true,
  count: true,
  rounds: true,
  outside: true,
  regionDraws: true,
  simulating: true,
  onProgress: true,
} satisfies Known<SequentialPosteriorOptions>;

const owner = "sequentialPosterior";

/** @throws ArgumentError for options out of range */
const checkRounds = ({ prior, simulator, count, simulating, ...options }: SequentialPosteriorOptions): void => {
  const { rounds = 4, outside = 1e-3, regionDraws = 2000 } = options;
  boundsOf(owner, prior);
  if (simulating !== undefined)
    checkOptions(`${owner} simulating`, simulating, { batch: true, failed: true, onSimulated: true });
  checkSimulator(owner, simulator, simulating ?? {});
  for (const [name, value] of Object.entries({ count, rounds, regionDraws })) checkWhole(`${owner} ${name}`, value);
  if (!(outside > 0 && outside < 0.5))
    throw new ArgumentError(`${owner} outside: expected a share in (0, 0.5), found ${outside}`);
};

async function* simulateRounds(
  options: SequentialPosteriorOptions,
  finish: (found: SequentialPosterior) => void,
): AsyncGenerator<SequentialEvent, void> {
  checkOptions(owner, options, known);
  checkRounds(options);
  const {
    prior,
    simulator,
    observation,
    count,
    rounds = 4,
    outside = 1e-3,
    regionDraws = 2000,
    simulating,
    onProgress,
  } = options;
  const { seed = 0, signal, runtime, ...rest } = options;
  const training = Object.fromEntries(Object.entries(rest).filter(([name]) => name in trainingOptions));
  const how = { ...(signal && { signal }), ...(runtime && { runtime }) };
  const regions: { box: number; dense: number }[] = [];
  let all: Simulations | undefined;
  let estimator: PosteriorEstimator | undefined;
  for (let round = 0; round < rounds; round++) {
    // Far apart, so that batches of a round, which count on from here, meet no other round's.
    const own = seed + round * 982_451_653;
    let parameters: NdArray<"float64">;
    if (estimator) {
      const region = await regionOf(prior, estimator, {
        observation,
        draws: regionDraws,
        outside,
        seed: own,
        signal,
        runtime,
      });
      parameters = await region.sample(count, own);
      regions.push({ ...region.shares });
    } else parameters = drawPrior(owner, prior, count, own);
    const made = await runSimulator(owner, simulator, parameters, { ...simulating, ...how, seed: own });
    all = all ? joined(all, made) : made;
    const work = trainPosterior({ ...training, ...how, prior, parameters: all.parameters, data: all.data, seed });
    for await (const event of work) {
      const news = {
        ...event,
        round,
        rounds,
        simulations: all.parameters.shape[0]!,
        share: (round + event.share) / rounds,
      };
      onProgress?.(news);
      yield news;
    }
    estimator = await work.result;
  }
  finish({ estimator: estimator!, simulations: all!, regions });
}

const concatRows = (a: NdArray<"float64">, b: NdArray<"float64">): NdArray<"float64"> => {
  const data = new Float64Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return ndarray(data, [a.shape[0]! + b.shape[0]!, ...a.shape.slice(1)]);
};

const joined = (a: Simulations, b: Simulations): Simulations => ({
  parameters: concatRows(a.parameters, b.parameters),
  data: concatRows(a.data, b.data),
  leftOut: a.leftOut + b.leftOut,
});

/** Rounds in progress. Iterate over them for events, or await the result alone. */
export interface SequentialTraining extends InProgress<SequentialEvent, SequentialPosterior> {}

/**
 * The posterior of one observation with fewer simulations (truncated sequential neural posterior score estimation: Sharrock, Simons, Liu
 * & Beaumont 2022, algorithm 1). The first round simulates draws of the prior. Every other simulates draws of the prior within the
 * region of highest density of the posterior so far, and learns from all simulations. Within the region the prior is as it was, so
 * that what is learnt is the posterior itself. The estimator is for this observation: elsewhere parameters were not simulated.
 *
 *     const { estimator } = await sequentialPosterior({ prior, simulator, observation, count: 500, rounds: 4 }).result;
 *     const draws = await estimator.draw(observation);
 *
 * @throws as `simulate` and {@link trainPosterior}; SamplingError where the prior cannot be drawn from within the region
 */
export const sequentialPosterior = (options: SequentialPosteriorOptions): SequentialTraining =>
  inProgress<SequentialEvent, SequentialPosterior>((finish) => simulateRounds(options, finish));
