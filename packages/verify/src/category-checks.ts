/** Checks of rows of numbers and categories, and of what is known of them: every conditional distribution is known. */
import {
  edm,
  gaussianMixture,
  heun,
  logDensityDetails,
  mixedPreconditioning,
  type Network,
  normal,
  sample,
  trainedModel,
} from "@scorefield/core";
import { concat, constant, type NdArray, ndarray, type Runtime, sliceAxis, type Tensor } from "@scorefield/tensor";
import { type Check, estimate, type Finding, sameNumbers, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { exactTable, joint, knownRow, means, tableLayout, variance } from "./exact-table.ts";

const group = "categories";
const sampler = heun({ steps: 48 });
const count = 4000;

/** The level of a one-hot vector of a row of six coordinates. */
const levelAt = ({ data }: NdArray, row: number, from: number, size: number): number => {
  let best = 0;
  for (let k = 1; k < size; k++) if (Number(data[6 * row + from + k]) > Number(data[6 * row + from + best])) best = k;
  return best;
};

const cellsOf = (rows: NdArray): { x: number; a: number; b: number }[] =>
  Array.from({ length: rows.shape[0]! }, (_, i) => ({
    x: Number(rows.data[6 * i]),
    a: levelAt(rows, i, 1, 2),
    b: levelAt(rows, i, 3, 3),
  }));

/** Shares of rows against probabilities, in multinomial standard errors. */
const shares = (expected: readonly number[], of: readonly number[], what: string): Finding[] =>
  expected.map((p, k) => {
    const found = of.filter((level) => level === k).length / of.length;
    return estimate(p, found, Math.sqrt((p * (1 - p)) / of.length), { detail: `${what} = ${k}` });
  });

const normalised = (weights: readonly number[]): number[] => {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
};

const draw = (runtime: Runtime, signal: AbortSignal, known: Parameters<typeof knownRow>[0] = {}) =>
  sample(exactTable(), {
    count,
    seed: 11,
    sampler,
    dtype: "float64",
    given: { observed: knownRow(known) },
    runtime,
    signal,
  });

const moments = (values: readonly number[], mean: number, spread: number, what: string): Finding[] => {
  const n = values.length;
  const found = values.reduce((sum, x) => sum + x, 0) / n;
  const second = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  return [
    estimate(mean, found, Math.sqrt(spread / n), { detail: `mean of ${what}` }),
    estimate(spread, second, spread * Math.sqrt(2 / n), { detail: `variance of ${what}` }),
  ];
};

/** The covariance of a Gaussian of three numbers; the second is imputed from the others, then the first from none. */
const covariance = [
  [1, 0.6, -0.3],
  [0.6, 0.8, 0.2],
  [-0.3, 0.2, 0.9],
];

/** The network whose denoised estimate is exact for that Gaussian, with these numbers known and the others not. */
const gaussianNetwork = (known: readonly number[], features: number): Network => ({
  recipe: { kind: "exact" },
  learningRate: 1e-3,
  observed: features,
  initialise: () => ({}),
  apply: (_, input, noiseLevel, { observed } = {}) => {
    const n = input.shape[0]!;
    const unknown = [0, 1, 2].filter((i) => !known.includes(i));
    const r2 = noiseLevel.multiply(8).exp().reshape([n, 1]);
    const y = input.multiply(r2.add(1).sqrt());
    const column = (rows: Tensor, i: number): Tensor => sliceAxis(rows, 1, i, i + 1);
    // Features: three flags of a lower bound, three bounds, and the same of upper ones.
    const value = (i: number): Tensor => column(observed!, 3 + i);
    const { gain, spread } = conditionalOf(known, unknown);
    const means = unknown.map((_, u) =>
      known.reduce(
        (sum, i, k) => sum.add(value(i).multiply(gain[u]![k]!)),
        constant(0, input.dtype).broadcastTo([n, 1]),
      ),
    );
    // Of what is unknown, N(mean, S): E[x | y] = mean + S (S + r^2)^-1 (y - mean), for one or two numbers.
    const rest = unknown.map((i, u) => column(y, i).subtract(means[u]!));
    const estimates =
      unknown.length === 1
        ? [means[0]!.add(rest[0]!.multiply(spread[0]![0]!).divide(r2.add(spread[0]![0]!)))]
        : twoNumbers(spread, r2, rest).map((shift, u) => means[u]!.add(shift));
    const cIn = r2.add(1).sqrt().reciprocal();
    const scale = r2.sqrt().multiply(cIn);
    const F = unknown.map((i, u) => estimates[u]!.subtract(column(y, i).multiply(cIn.square())).divide(scale));
    const zero = constant(0, input.dtype).broadcastTo([n, 1]);
    return concat(
      [0, 1, 2].map((i) => F[unknown.indexOf(i)] ?? zero),
      1,
    );
  },
});

/** Of a Gaussian: x_u given x_k has the mean gain x_k and the covariance spread, for one or two known numbers. */
const conditionalOf = (known: readonly number[], unknown: readonly number[]) => {
  const of = (rows: readonly number[], columns: readonly number[]) =>
    rows.map((i) => columns.map((j) => covariance[i]![j]!));
  const inverse = inverted(of(known, known));
  const cross = of(unknown, known);
  const gain = cross.map((row) => known.map((_, k) => row.reduce((sum, value, l) => sum + value * inverse[l]![k]!, 0)));
  const own = of(unknown, unknown);
  const spread = own.map((row, u) =>
    row.map((value, v) => value - gain[u]!.reduce((sum, g, k) => sum + g * cross[v]![k]!, 0)),
  );
  return { gain, spread };
};

const inverted = (m: readonly (readonly number[])[]): number[][] => {
  if (m.length === 1) return [[1 / m[0]![0]!]];
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = m;
  const determinant = a * d - b * c;
  return [
    [d / determinant, -b / determinant],
    [-c / determinant, a / determinant],
  ];
};

/** S (S + r^2 I)^-1 v, for 2 x 2. */
const twoNumbers = (s: readonly (readonly number[])[], r2: Tensor, [v, w]: readonly Tensor[]): Tensor[] => {
  const [[a = 0, b = 0] = [], [, d = 0] = []] = s;
  const [p, q] = [r2.add(a), r2.add(d)];
  const determinant = p.multiply(q).subtract(b * b);
  const first = q.multiply(v!).subtract(w!.multiply(b)).divide(determinant);
  const second = p.multiply(w!).subtract(v!.multiply(b)).divide(determinant);
  return [first.multiply(a).add(second.multiply(b)), first.multiply(b).add(second.multiply(d))];
};

const imputationCheck: Check = {
  name: "numbers imputed from known ones have the conditional mean and covariance of a Gaussian, and known ones stay",
  group,
  source: "m_a + C_ab C_bb^-1 (x_b - m_b) and C_aa - C_ab C_bb^-1 C_ba",
  about: "mixedPreconditioning",
  run: async ({ runtime, signal }) => {
    const preconditioning = mixedPreconditioning({ columns: [1, 1, 1] });
    const findings: Finding[] = [];
    for (const values of [{ 0: 0.7, 2: -1.1 }, { 1: 1.5 }] as Record<number, number>[]) {
      const known = Object.keys(values).map(Number);
      const unknown = [0, 1, 2].filter((i) => !known.includes(i));
      const network = gaussianNetwork(known, preconditioning.observed!.features);
      const model = trainedModel({ process: edm({ sigmaMin: 0.01, sigmaMax: 40 }), network, preconditioning }, {}, [3]);
      const observed = ndarray(
        Float64Array.from([0, 1, 2].flatMap((i) => (i in values ? [16 + values[i]!, 16 - values[i]!] : [0, 0]))),
      );
      const options = { count, seed: 12, sampler, dtype: "float64", runtime, signal } as const;
      const { data } = await sample(model, { ...options, given: { observed } });
      const column = (i: number): number[] => Array.from({ length: count }, (_, row) => data[3 * row + i]!);
      for (const i of known)
        findings.push(
          sameNumbers(column(i), new Array<number>(count).fill(values[i]!), 1e-12, { detail: `number ${i}` }),
        );
      const { gain, spread } = conditionalOf(known, unknown);
      const mean = gain.map((row) => row.reduce((sum, g, k) => sum + g * values[known[k]!]!, 0));
      for (const [u, i] of unknown.entries())
        findings.push(...moments(column(i), mean[u]!, spread[u]![u]!, `number ${i}`));
      if (unknown.length < 2) continue;
      const [first, second] = unknown.map(column);
      const products = first!.map((x, k) => (x - mean[0]!) * (second![k]! - mean[1]!));
      const found = products.reduce((sum, x) => sum + x, 0) / count;
      const [[a = 0, b = 0] = [], [, d = 0] = []] = spread;
      findings.push(estimate(b, found, Math.sqrt((a * d + b * b) / count), { detail: "covariance" }));
    }
    return worst(findings);
  },
};

const tableChecks: readonly Check[] = [
  {
    name: "a number and two categories: samples have the joint table, and the number's mean and variance in each cell",
    group,
    source: "Bayes' rule on a mixture of six cells; multinomial standard errors",
    about: "mixedPreconditioning",
    run: async ({ runtime, signal }) => {
      const rows = cellsOf(await draw(runtime, signal));
      return worst([
        ...shares(
          joint.flat(),
          rows.map(({ a, b }) => 3 * a + b),
          "cell",
        ),
        ...moments(
          rows.filter(({ a, b }) => a === 1 && b === 0).map(({ x }) => x),
          means[1][0],
          variance,
          "cell 3",
        ),
      ]);
    },
  },
  {
    name: "a known category: samples keep it in every row, and the other columns have their conditional distribution",
    group,
    source: "P(b | a) = P(a, b) / P(a)",
    about: "mixedPreconditioning",
    run: async ({ runtime, signal }) => {
      const rows = cellsOf(await draw(runtime, signal, { a: 0 }));
      const kept = rows.filter(({ a }) => a !== 0).length;
      return worst([
        sameNumbers([0], [kept], 0, { detail: "rows of another level" }),
        ...shares(
          normalised(joint[0]),
          rows.map(({ b }) => b),
          "b given a = 0",
        ),
        ...moments(
          rows.filter(({ b }) => b === 1).map(({ x }) => x),
          means[0][1],
          variance,
          "x given a = 0, b = 1",
        ),
      ]);
    },
  },
  {
    name: "a known number: samples keep its value, and the categories have their posterior distribution",
    group,
    source: "P(a, b | x) is proportional to P(a, b) N(x; m_ab, v)",
    about: "mixedPreconditioning",
    run: async ({ runtime, signal }) => {
      const x = 0.3;
      const rows = cellsOf(await draw(runtime, signal, { x }));
      const posterior = normalised(
        joint.flatMap((row, a) => row.map((p, b) => p * Math.exp((-0.5 * (x - means[a]![b]!) ** 2) / variance))),
      );
      return worst([
        sameNumbers(
          [x],
          [rows.reduce((far, row) => (Math.abs(row.x - x) > Math.abs(far - x) ? row.x : far), x)],
          1e-12,
        ),
        ...shares(
          posterior,
          rows.map(({ a, b }) => 3 * a + b),
          "cell given x",
        ),
      ]);
    },
  },
  {
    name: "the log-density of rows with categories is that of the mixture of their cells",
    group,
    source: "p(y) = sum over cells of P(a, b) N(y; cell, noise)",
    about: "logDensity",
    run: async ({ runtime, signal }) => {
      const model = exactTable();
      const { first } = model.process.times;
      const sigma = model.process.sigma(first);
      const { scale } = tableLayout;
      const cells = joint.flatMap((row, a) => row.map((weight, b) => ({ weight, a, b })));
      const vectors = cells.map(({ a, b }) => [
        means[a]![b]!,
        ...[0, 1].map((k) => (k === a ? scale : 0)),
        ...[0, 1, 2].map((k) => (k === b ? scale : 0)),
      ]);
      const truth = gaussianMixture({
        weights: cells.map(({ weight }) => weight),
        means: vectors,
        covariances: vectors.map(() => [variance, 0, 0, 0, 0, 0]),
      });
      const z = normal([12, 6], { seed: 5, dtype: "float64" }).data;
      const x = ndarray(
        Float64Array.from({ length: 72 }, (_, k) => {
          const [i, j] = [Math.floor(k / 6), k % 6];
          return vectors[i % 6]![j]! + (j === 0 ? Math.sqrt(variance + sigma ** 2) : sigma) * z[k]!;
        }),
        [12, 6],
      );
      const found = await logDensityDetails(model, x, { tolerance: 1e-7, runtime, signal });
      const [expected] = await evaluate(
        (at, alpha, noise) => [truth.noisy(at!, alpha!, noise!).logDensity],
        [x, filled(12, 1), filled(12, sigma)],
        runtime,
      );
      // The prior of the last time is centred on 0, and the table is not.
      const { data: mismatch } = found.priorMismatch;
      const corrected = numbers(found.logDensity).map((value, i) => value + mismatch[i]!);
      return sameNumbers(numbers(expected!), corrected, 1e-3);
    },
  },
];

/** Rows of numbers and categories, and conditions on them. */
export const categoryChecks: readonly Check[] = [...tableChecks, imputationCheck];
