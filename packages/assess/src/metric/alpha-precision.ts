/** Whether samples are as typical as real rows, and whether real rows have samples near them, integrated over supports. */
import { setting } from "@scorefield/core";
import { meanRow, type Rows, toRowPair } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { squaredDistances } from "./distances.ts";
import { againstReference, declareMetric } from "./metric.ts";
import type { MetricInput } from "./metric-input.ts";
import { fewRows, pairRows } from "./pair-rows.ts";
import { plainValue, type Statistic, statistic } from "./statistic.ts";

/** Equal distances differ by less. */
const rounding = 1e-8;

/** Distances of all rows from a point. */
const distancesFrom = ({ n, d, data }: Rows, centre: Float64Array): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => {
    let square = 0;
    for (let k = 0; k < d; k++) square += (data[i * d + k]! - centre[k]!) ** 2;
    return Math.sqrt(square);
  });

/**
 * The least share at which the quantile function of ascending values reaches a value, between neighbours linearly: in
 * [0, 1], and 1 beyond them all.
 */
const shareReached = (ascending: Float64Array, value: number): number => {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  const last = ascending.length - 1;
  if (low === 0 || last === 0) return 0;
  if (low > last) return 1;
  const [below, above] = [ascending[low - 1]!, ascending[low]!];
  return (low - 1 + (value - below) / (above - below)) / last;
};

/** 1 - 2 times the integral over a in (0, 1) of |F(a) - a|, with F(a) the part of all shares that are at most a. */
const agreement = (shares: Float64Array): Statistic => {
  const order = Uint32Array.from(shares.keys()).sort((i, j) => shares[i]! - shares[j]!);
  return statistic([shares.length], (counts) => {
    const total = counts!.reduce((sum, count) => sum + count, 0);
    let [from, reached, area] = [0, 0, 0];
    // The integral of |level - a| from `from` to `to`.
    const add = (to: number): void => {
      const level = reached / total;
      const primitive = (a: number): number => ((a - level) * Math.abs(a - level)) / 2;
      area += primitive(to) - primitive(from);
      from = to;
    };
    for (const i of order) {
      if (counts![i] === 0) continue;
      if (shares[i]! > 1) break;
      add(shares[i]!);
      reached += counts![i]!;
    }
    add(1);
    return 1 - 2 * area;
  });
};

const prepare = (name: string, real: NdArray, samples: NdArray): readonly [Rows, Rows] => {
  const pair = toRowPair(name, real, samples);
  if (Math.min(pair[0].n, pair[1].n) < 2)
    throw new ShapeError(`${name}: expected at least 2 rows in each set, found ${pair[0].n} and ${pair[1].n}`);
  return pair;
};

/** {@link alphaPrecision} as a statistic of how often each sample counts. */
export const alphaPrecisionStatistic = (real: NdArray, samples: NdArray): Statistic => {
  const [x, y] = prepare("alphaPrecision", real, samples);
  const centre = meanRow(x);
  const ascending = distancesFrom(x, centre).sort();
  return agreement(distancesFrom(y, centre).map((distance) => shareReached(ascending, distance)));
};

/**
 * Integrated alpha-precision (Alaa, van Breugel, Saveliev & van der Schaar 2022). The alpha-support is the ball around the
 * mean of the real rows whose radius is the alpha-quantile of their distances from it. With P(alpha) the share of samples
 * inside it,
 *
 *     1 - 2 integral over alpha in (0, 1) of |P(alpha) - alpha|
 *
 * It is 1 where samples are as far from the centre as real rows are, 0 where all are at the centre or all outside. The
 * integral is exact; the authors' programs sum it over 30 values of alpha. They embed rows by a network, or ("naive", as
 * in published tables) divide columns by their range: see the setting `scale` of {@link alphaPrecisionMetric}.
 * @param real [n, ...], n > 1 @param samples [m, ...], m > 1
 * @throws ShapeError for rows of different size or too few; ArgumentError for values not finite
 */
export const alphaPrecision = (real: NdArray, samples: NdArray): number =>
  plainValue(alphaPrecisionStatistic(real, samples));

/**
 * {@link betaRecall} as a statistic of how often each real row counts. Neighbours are found once, among all rows: a row
 * that counted twice would be its own neighbour.
 */
export const betaRecallStatistic = (real: NdArray, samples: NdArray): Statistic => {
  const [x, y] = prepare("betaRecall", real, samples);
  const within = squaredDistances(x, x);
  const across = squaredDistances(x, y);
  const fromCentre = distancesFrom(y, meanRow(y));
  const nearest = new Float64Array(x.n);
  const covered = new Uint8Array(x.n);
  for (let i = 0; i < x.n; i++) {
    let [own, other, at] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let j = 0; j < x.n; j++) if (j !== i) own = Math.min(own, within[i * x.n + j]!);
    for (let j = 0; j < y.n; j++) if (across[i * y.n + j]! < other) [other, at] = [across[i * y.n + j]!, j];
    nearest[i] = fromCentre[at]!;
    covered[i] = other <= own * (1 + rounding) + rounding ** 2 ? 1 : 0;
  }
  const ascending = nearest.slice().sort();
  return agreement(
    nearest.map((distance, i) => (covered[i] ? shareReached(ascending, distance) : Number.POSITIVE_INFINITY)),
  );
};

/**
 * Integrated beta-recall (Alaa, van Breugel, Saveliev & van der Schaar 2022). A real row is covered where its nearest sample
 * is no farther than its nearest other real row. Let d be the distance of that nearest sample from the mean of all samples.
 * With B(beta) the share of real rows that are covered and whose d is at most the beta-quantile of all d,
 *
 *     1 - 2 integral over beta in (0, 1) of |B(beta) - beta|
 *
 * For as many samples as real rows and one distribution without atoms it is about 1/2: the nearest of n samples is as often
 * nearer as the nearest of n - 1 real rows. Copies of the real rows have 1.
 * @param real [n, ...], n > 1 @param samples [m, ...], m > 1; best as many
 * @throws as {@link alphaPrecision}
 */
export const betaRecall = (real: NdArray, samples: NdArray): number => plainValue(betaRecallStatistic(real, samples));

/** Columns divided by their range in the reference. */
const byRange = (reference: NdArray): ((set: NdArray) => NdArray) => {
  const {
    data,
    shape: [, d = 0],
  } = reference;
  const [low, high] = [new Float64Array(d).fill(Infinity), new Float64Array(d).fill(-Infinity)];
  for (let i = 0; i < data.length; i++) {
    low[i % d] = Math.min(low[i % d]!, Number(data[i]));
    high[i % d] = Math.max(high[i % d]!, Number(data[i]));
  }
  return ({ data, shape }) => ({
    dtype: "float64",
    shape,
    data: Float64Array.from(data as ArrayLike<number>, (value, i) => Number(value) / (high[i % d]! - low[i % d]! || 1)),
  });
};

const setsOf = ({ features, compared }: MetricInput, rows: number, scale: "deviations" | "range") => {
  const sets = fewRows(features ?? compared, rows);
  if (features || scale === "deviations" || sets.samples.shape.length !== 2) return sets;
  const scaled = byRange(sets.reference);
  const { samples, reference, real, control } = sets;
  return {
    samples: scaled(samples),
    reference: scaled(reference),
    ...(real && { real: scaled(real) }),
    ...(control && { control: scaled(control) }),
  };
};

const settings = {
  scale: setting.choice({
    values: ["deviations", "range"],
    default: "deviations",
    help: "rows in standard deviations, or divided by each column's range as in published tables",
  }),
  rows: pairRows,
};
const source = "Alaa, van Breugel, Saveliev & van der Schaar 2022";

/** {@link alphaPrecision} as a metric of `assess`. */
export const alphaPrecisionMetric = declareMetric({
  kind: "alpha-precision",
  name: "alphaPrecisionMetric",
  family: "neighbourhoods",
  title: "alpha-precision",
  summary: "whether samples are as far from the centre of the data as real rows, 1 if so",
  source,
  unit: "",
  good: "large",
  zero: "all samples are at the centre of the data, or all outside of them",
  range: [0, 1],
  settings,
  take: (input, { scale, rows }) => againstReference(setsOf(input, rows, scale), alphaPrecisionStatistic),
});

/** {@link betaRecall} as a metric of `assess`. */
export const betaRecallMetric = declareMetric({
  kind: "beta-recall",
  name: "betaRecallMetric",
  family: "neighbourhoods",
  title: "beta-recall",
  summary: "share of real rows nearer to a sample than to other real rows, weighted; about 0.5 for real data",
  source,
  unit: "",
  good: "near",
  zero: "no real row is nearer to a sample than to another real row",
  range: [0, 1],
  settings,
  take: (input, { scale, rows }) => againstReference(setsOf(input, rows, scale), betaRecallStatistic),
});
