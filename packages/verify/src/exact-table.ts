/** A table of a number and two categories whose every conditional distribution is known, as a network that knows it. */
import { edm, mixedPreconditioning, type Network, type TrainedModel, trainedModel } from "@scorefield/core";
import { concat, constant, logSumExp, ndarray, sliceAxis, type Tensor, where } from "@scorefield/tensor";

/** P(a, b) of two categories of 2 and 3 levels. */
export const joint = [
  [0.1, 0.25, 0.05],
  [0.3, 0.1, 0.2],
] as const;

/** The number is normal in each cell: its means, and its variance. */
export const means = [
  [-1.2, 0.4, 1],
  [0.8, -0.6, 0.1],
] as const;
export const variance = 0.09;

/** Coordinates: the number, a one-hot, b one-hot. */
export const tableLayout = { columns: [1, 2, 3], scale: 1.3 };

/** Offset of bounds in a row of what is known, see `mixedPreconditioning`. */
const offset = 16;

/** A row of what is known: the number, and levels. Left out: unknown. */
export const knownRow = ({ x, a, b }: { x?: number; a?: number; b?: number }) =>
  ndarray(
    Float64Array.from([
      ...(x === undefined ? [0, 0] : [offset + x, offset - x]),
      ...[0, 1].map((k) => (a === undefined || a === k ? 0 : 1)),
      ...[0, 1, 2].map((k) => (b === undefined || b === k ? 0 : 1)),
    ]),
  );

const numbersOf = (values: readonly (readonly number[])[], x: Tensor): Tensor =>
  constant(ndarray(Float64Array.from(values.flat()), [1, 6])).cast(x.dtype);

/**
 * The network that makes the denoised estimate the exact posterior mean, whatever is known. It takes its inputs back to
 * y = x / alpha and r = sigma / alpha, weighs the six cells by Bayes' rule, and gives what the preconditioning expects.
 */
const exactNetwork = (features: number): Network => ({
  recipe: { kind: "exact" },
  learningRate: 1e-3,
  observed: features,
  initialise: () => ({}),
  apply: (_, input, noiseLevel, conditions = {}) => {
    const n = input.shape[0]!;
    const { scale } = tableLayout;
    const r = noiseLevel.multiply(4).exp().reshape([n, 1]);
    const y = input.multiply(r.square().add(1).sqrt());
    const part = (rows: Tensor, from: number, to: number): Tensor => sliceAxis(rows, 1, from, to);
    const seen = conditions.observed ?? constant(0, input.dtype).broadcastTo([n, features]);
    // [known, value, known, value, excluded a (2), excluded b (3)]
    const isKnown = part(seen, 0, 1);
    const at = where(isKnown.greater(0.5), part(seen, 1, 2), part(y, 0, 1));
    const spread = where(
      isKnown.greater(0.5),
      constant(variance, input.dtype).broadcastTo([n, 1]),
      r.square().add(variance),
    );
    const m = numbersOf(means, input);
    const prior = numbersOf(joint, input).log();
    const ofNumber = at.subtract(m).square().divide(spread).multiply(-0.5);
    const limit = (rows: Tensor): Tensor => rows.multiply(-1e30);
    const evidence = (from: number, to: number, seenFrom: number): Tensor =>
      part(y, from, to)
        .multiply(scale)
        .divide(r.square())
        .add(limit(part(seen, seenFrom, seenFrom + to - from)));
    const [ofA, ofB] = [evidence(1, 3, 4).reshape([n, 2, 1]), evidence(3, 6, 6).reshape([n, 1, 3])];
    const cells = prior.add(ofNumber).reshape([n, 2, 3]);
    const logitsA = logSumExp(cells.add(ofB), 2).reshape([n, 2]);
    const logitsB = logSumExp(cells.add(ofA), 1).reshape([n, 3]);
    const all = cells.add(ofA).add(ofB).reshape([n, 6]);
    const weights = all.subtract(logSumExp(all, 1).reshape([n, 1])).exp();
    // The mean of the number in a cell, given its noisy value.
    const inCell = m.add(part(y, 0, 1).subtract(m).multiply(r.square().add(variance).reciprocal().multiply(variance)));
    const mean = weights.multiply(inCell).sum(1).reshape([n, 1]);
    const cIn = r.square().add(1).sqrt().reciprocal();
    const F = mean.subtract(part(y, 0, 1).multiply(cIn.square())).divide(r.multiply(cIn));
    return concat([F, logitsA, logitsB], 1);
  },
});

/** The exact model of the table, which can be conditioned on any of its columns. */
export const exactTable = (): TrainedModel => {
  const preconditioning = mixedPreconditioning(tableLayout);
  const network = exactNetwork(preconditioning.observed!.features);
  return trainedModel({ process: edm({ sigmaMin: 0.01, sigmaMax: 40 }), network, preconditioning }, {}, [6]);
};
