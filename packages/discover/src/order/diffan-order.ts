import { jacobians } from "@scorefield/assess";
import { ArgumentError, permutation } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known, type Rows } from "@scorefield/core/internal";
import { ndarray, type Runtime } from "@scorefield/tensor";
import type { Observations } from "../graph/observations.ts";
import { type CausalOrder, type OrderOptions, orderOptions, orderTask, peelLeaves } from "./peel.ts";
import { columnVariances } from "./score-order.ts";
import { smallDenoiser } from "./small-denoiser.ts";
import { takeColumns } from "./standard-columns.ts";

/** Options of {@link diffanOrder}. */
export interface DiffanOrderOptions extends OrderOptions {
  /** Steps of each training, at most. Default 2000. */
  readonly steps?: number;
  /** Features of the network's three hidden layers. Default 128. */
  readonly width?: number;
  /**
   * Leaves that are taken by one network, before another is trained on the variables that are left. Default a tenth of the
   * variables, at least 1. As many as there are variables: one network for all, which is fast and less exact.
   */
  readonly leavesPerNetwork?: number;
  /** Noise levels at which the Jacobian is taken, in standard deviations of the columns. Default 0.2, 0.3 and 0.45. */
  readonly noise?: readonly number[];
  /** Rows at which the Jacobian is taken. Default 256. */
  readonly points?: number;
  /** Time after which no further network is trained: the last one takes all leaves that are left. Default no limit. */
  readonly minutes?: number;
  readonly runtime?: Runtime | undefined;
}

const known = {
  ...orderOptions,
  steps: true,
  width: true,
  leavesPerNetwork: true,
  noise: true,
  points: true,
  minutes: true,
  runtime: true,
} satisfies Known<DiffanOrderOptions>;

const shuffledRows = ({ n, d, data }: Rows, seed: number): Rows => {
  const order = permutation(n, { seed, purpose: "order" }).data;
  const shuffled = new Float64Array(n * d);
  for (let i = 0; i < n; i++) shuffled.set(data.subarray(order[i]! * d, (order[i]! + 1) * d), i * d);
  return { n, d, data: shuffled };
};

/** What can be trained on: its columns, and the network of them. */
interface Trained {
  readonly columns: readonly number[];
  readonly variances: readonly Float64Array[];
}

/**
 * Orders variables by the score that a diffusion model has learnt: DiffAN (Sanchez et al. 2023, algorithm 1). A denoiser is
 * trained on the standardised columns, and the Jacobian of its score is found by automatic differentiation. As in SCORE, the
 * variable whose diagonal entry varies least over the rows is a leaf. Variances at several noise levels are added up, each as a
 * share of their mean. After some leaves a network is trained anew on the variables that are left, where the paper
 * corrects or masks the first one.
 *
 *     const { order } = await diffanOrder(observations, { minutes: 2, signal });
 *
 * Training stops early where held-out rows get no better. Rows with a target are left out.
 * @throws ArgumentError for observations or options that do not fit; the signal's reason when aborted
 */
export const diffanOrder = async (
  observations: Observations,
  options: DiffanOrderOptions = {},
): Promise<CausalOrder> => {
  checkOptions("diffanOrder", options, known);
  const task = orderTask("diffanOrder", observations, { rows: 5000, ...options });
  const { names } = task.columns;
  const {
    steps = 2000,
    width = 128,
    leavesPerNetwork = Math.max(1, Math.floor(names.length / 10)),
    noise = [0.2, 0.3, 0.45],
    points = 256,
    minutes,
    seed = 0,
    signal,
    runtime,
  } = options;
  for (const [option, value] of Object.entries({ steps, width, leavesPerNetwork, points }))
    checkWhole(`diffanOrder ${option}`, value);
  if (minutes !== undefined) checkPositive("diffanOrder minutes", minutes);
  if (!Array.isArray(noise) || noise.length === 0)
    throw new ArgumentError("diffanOrder noise: expected a list of at least one noise level");
  for (const level of noise) checkPositive("diffanOrder noise", level);
  const ends = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + 60_000 * minutes;

  // Rows may be in the order of something: the held-out ones and the points are drawn.
  const rows = shuffledRows(task.columns.rows, seed);

  /** Variances of the diagonal over the rows, at each noise level. */
  const trainOn = async (columns: readonly number[]): Promise<Trained> => {
    const taken = takeColumns(rows, columns);
    const model = await smallDenoiser(taken, { steps, width, seed, signal, runtime });
    const d = columns.length;
    const count = Math.min(points, rows.n);
    const x = ndarray(Float32Array.from(taken.data.subarray(0, count * d)), [count, d]);
    const variances: Float64Array[] = [];
    for (const level of noise) {
      const { data } = await jacobians(model, x, {
        time: model.process.timeOfLogSnr(-2 * Math.log(level)),
        ...(signal && { signal }),
        ...(runtime && { runtime }),
      });
      const diagonal = Float64Array.from({ length: count * d }, (_, k) => data[k * d + (k % d)]!);
      variances.push(columnVariances(diagonal, count, d));
    }
    return { columns, variances };
  };

  let trained: Trained | undefined;
  return peelLeaves(
    task,
    async (left) => {
      const spent = trained ? trained.columns.length - left.length : Number.POSITIVE_INFINITY;
      if (!trained || (spent >= leavesPerNetwork && performance.now() < ends)) trained = await trainOn(left);
      const { columns, variances } = trained;
      const places = left.map((column) => columns.indexOf(column));
      const means = variances.map((list) => places.reduce((sum, at) => sum + list[at]!, 0) / places.length);
      return places.map((at) => variances.reduce((sum, list, level) => sum + list[at]! / means[level]!, 0));
    },
    options,
  );
};
