/** The data of a held-out loss: it rises when the network memorises the training data. */
import { type NdArray, ndarray, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import type { Observation } from "../model/preconditioning.ts";
import type { Network } from "../network/network.ts";
import type { Objective } from "../objective/objective.ts";
import type { Process } from "../process/process.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import type { DenoisingInputs } from "./batches.ts";
import { type Dataset, withoutAbsent } from "./dataset.ts";

// Enough that the draws of noise matter little, few enough to cost a fraction of a second, or a second or two for
// images.
const mostDraws = 2048;
const fewestDraws = 64;
const mostNumbers = 2 ** 17;

const drawsFor = (size: number): number =>
  Math.min(mostDraws, Math.max(fewestDraws, Math.floor(mostNumbers / Math.max(1, size))));

/**
 * One row for each draw: all rows again and again, or rows spread over all, since they may be in the order of classes.
 */
const rowsFor = (draws: number, count: number): number[] =>
  Array.from({ length: draws }, (_, i) => (count <= draws ? i % count : Math.floor((i * count) / draws)));

const oneHot = (labels: readonly number[], classes: number): NdArray<"float32"> => {
  const rows = zeros([labels.length, classes]);
  for (const [i, label] of labels.entries()) rows.data[i * classes + label] = 1;
  return rows;
};

/** How a model is conditioned on what is known of a sample, and of which share of samples something is. */
export interface HeldOutObservation extends Observation {
  readonly share: number;
}

/**
 * Samples, times and noise for a denoising loss on data that training does not see, the same in every call. A network
 * that knows classes is conditioned on the classes of the samples; of signals parts are known as in training, of rows nothing is.
 * @param shape of the samples that are trained on
 * @throws ShapeError for data of another shape
 */
export const heldOutInputs = async (
  {
    process,
    objective,
    network,
    observation,
  }: { process: Process; objective: Objective; network: Network; observation?: HeldOutObservation | undefined },
  data: Dataset,
  shape: Dataset["shape"],
  seed: number,
): Promise<DenoisingInputs<NdArray>> => {
  if (data.shape.join() !== shape.join() || data.count === 0)
    throw new ShapeError(
      `train heldOut: expected samples of shape [${shape}] as training has, found ${data.count} of [${data.shape}]`,
    );
  const draws = drawsFor(sizeOf(data.shape));
  const rows = rowsFor(draws, data.count);
  const x = await data.read(rows);
  const u = uniform([draws], { seed, purpose: "held-out", dtype: "float64" }).data;
  const t = ndarray(Float32Array.from(u, (value) => objective.noiseDistribution.time(process, value || 2 ** -54)));
  // Step 1 draws the noise, those after it the probes.
  const [noise, ...probes] = Array.from({ length: 1 + (objective.probes ?? 0) }, (_, k) =>
    normal([draws, ...data.shape], { seed, step: 1 + k, purpose: "held-out" }),
  );
  const classes = network.classes ?? 0;
  const labels = classes > 0 && data.labels ? rows.map((row) => data.labels![row]!) : undefined;
  const observed =
    (network.observed ?? 0) === 0
      ? undefined
      : observation?.absent
        ? observation.draw(x, { seed, step: 0, share: observation.share })
        : data.observed?.read(rows);
  const conditions = { ...(labels && { class: oneHot(labels, classes) }), ...(observed && { observed }) };
  return { x: data.absent ? withoutAbsent(x) : x, t, noise: noise!, probes, conditions };
};
