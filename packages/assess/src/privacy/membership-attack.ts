/** Whether a model tells which rows it was trained on: an attack that believes a row of small loss to be one of them. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type BootstrapEstimate, bootstrap } from "../metric/bootstrap.ts";
import { plainValue, type Statistic, statistic } from "../metric/statistic.ts";

/** Losses of rows under a model. */
export interface MembershipLosses {
  /** Of rows that it was trained on, [n]. */
  readonly memberLosses: ArrayLike<number>;
  /** Of rows of the same source that it has not seen, [m]. */
  readonly otherLosses: ArrayLike<number>;
}

/** Options of {@link membershipAttack}. */
export interface MembershipOptions {
  /** Share of unseen rows that the attack may take for training rows, in (0, 1). Default 0.1. */
  readonly falsePositiveRate?: number;
  /** Default 500. */
  readonly replicates?: number;
  /** Of the bootstrap, default 0. */
  readonly seed?: number;
}

/** Ends of an interval of 95 %. */
interface Ends {
  readonly low: number;
  readonly high: number;
}

/** What an attack finds out. Plain JSON. */
export interface MembershipAttack {
  /** How many rows of both sorts there were. */
  readonly members: number;
  readonly others: number;
  /** The share of unseen rows that were taken for training rows: the largest of k / m up to the one asked for. */
  readonly falsePositiveRate: number;
  /** The share of training rows that were found, with its interval of 95 % by the bootstrap. */
  readonly truePositiveRate: BootstrapEstimate;
  /** Where the true-positive rate lies in 95 of 100 cases, if the losses say nothing. */
  readonly chance: Ends;
  /** Area under the curve: the probability that a training row has a smaller loss than an unseen row. */
  readonly areaUnderCurve: BootstrapEstimate;
  /** Where the area lies in 95 of 100 cases, if the losses say nothing. */
  readonly areaChance: Ends;
  /** Whether the true-positive rate or the area is above its interval of chance: the model remembers rows. */
  readonly remembers: boolean;
}

const known = { falsePositiveRate: true, replicates: true, seed: true } satisfies Known<MembershipOptions>;

const checkedLosses = (name: keyof MembershipLosses, losses: ArrayLike<number> | undefined): Float64Array => {
  if (typeof losses?.length !== "number" || losses.length < 2)
    throw new ArgumentError(
      `membershipAttack ${name}: expected at least 2 losses, found ${losses?.length ?? typeof losses}`,
    );
  const values = Float64Array.from(losses);
  const bad = values.findIndex((value) => Number.isNaN(value));
  if (bad >= 0) throw new ArgumentError(`membershipAttack ${name}: expected numbers, found NaN at ${bad}`);
  return values;
};

/** Both lists in one ascending order; numbers below n are of members. */
interface Ascending {
  readonly n: number;
  readonly m: number;
  readonly values: Float64Array;
  readonly order: Uint32Array;
}

/** How many members and others have each loss, in ascending order, by how often each of them counts. */
function* ties(
  { n, values, order }: Ascending,
  members: Float64Array,
  others: Float64Array,
): Generator<{ readonly here: number; readonly there: number }> {
  for (let from = 0, to = 0; from < order.length; from = to) {
    let [here, there] = [0, 0];
    for (; to < order.length && values[order[to]!] === values[order[from]!]; to++) {
      const i = order[to]!;
      if (i < n) here += members[i]!;
      else there += others[i - n]!;
    }
    yield { here, there };
  }
}

/**
 * The share of members below the threshold. The threshold is the largest loss of others that at most a share of all others
 * is below. Equal losses are not below.
 */
const ratesStatistic = (losses: Ascending, rate: number): Statistic =>
  statistic([losses.n, losses.m], (members, others) => {
    const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
    const [allMembers, allOthers] = [sum(members!), sum(others!)];
    const most = Math.floor(rate * allOthers + 1e-9);
    let [below, passed] = [0, 0];
    for (const { here, there } of ties(losses, members!, others!)) {
      passed += there;
      if (passed > most) break;
      below += here;
    }
    return below / allMembers;
  });

/** P(a member's loss is smaller) + P(equal) / 2. */
const areaStatistic = (losses: Ascending): Statistic =>
  statistic([losses.n, losses.m], (members, others) => {
    let [smaller, won, all] = [0, 0, 0];
    for (const { here, there } of ties(losses, members!, others!)) {
      won += there * (smaller + here / 2);
      smaller += here;
      all += there;
    }
    return won / (smaller * all);
  });

/**
 * The interval of 95 % of the share of n members that lie below the (k + 1)-th smallest of m others, where all n + m losses
 * are of one distribution: a negative hypergeometric distribution, computed exactly.
 */
const chanceOf = (n: number, m: number, k: number): Ends => {
  // P(x) = C(x + k, k) C(n - x + m - k - 1, m - k - 1) / C(n + m, m), by the ratio of neighbours.
  const logs = new Float64Array(n + 1);
  for (let x = 0; x < n; x++)
    logs[x + 1] = logs[x]! + Math.log(((x + 1 + k) / (x + 1)) * ((n - x) / (n - x + m - k - 1)));
  const largest = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((log) => Math.exp(log - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const quantile = (share: number): number => {
    let sum = 0;
    for (let x = 0; x <= n; x++) {
      sum += weights[x]! / total;
      if (sum >= share) return x / n;
    }
    return 1;
  };
  return { low: quantile(0.025), high: quantile(0.975) };
};

/**
 * Membership inference by a threshold on the loss (Yeom, Giacomelli, Fredrikson & Jha 2018), judged by its true-positive rate
 * at a small false-positive rate (Carlini et al. 2022): of an attack that harms a few people for certain the average over all
 * says nothing. Distances to the nearest training row do not measure this. Chance is exact for the true-positive rate, and
 * the normal approximation of Mann & Whitney 1947 for the area.
 *
 *     const attack = membershipAttack({ memberLosses, otherLosses });
 *     console.log(attack.truePositiveRate.value, attack.chance, attack.remembers);
 *
 * @param losses of rows that the model was trained on, and of unseen rows of the same source; at least two each
 * @throws ArgumentError for fewer than two losses of a sort, NaN, unknown options and options out of range
 */
export const membershipAttack = (losses: MembershipLosses, options: MembershipOptions = {}): MembershipAttack => {
  checkOptions("membershipAttack losses", losses, { memberLosses: true, otherLosses: true });
  checkOptions("membershipAttack", options, known);
  const { falsePositiveRate = 0.1, replicates = 500, seed = 0 } = options;
  if (!(falsePositiveRate > 0 && falsePositiveRate < 1))
    throw new ArgumentError(
      `membershipAttack falsePositiveRate: expected a share in (0, 1), found ${falsePositiveRate}`,
    );
  checkWhole("membershipAttack replicates", replicates);
  const members = checkedLosses("memberLosses", losses.memberLosses);
  const others = checkedLosses("otherLosses", losses.otherLosses);
  const [n, m] = [members.length, others.length];
  const values = new Float64Array(n + m);
  values.set(members);
  values.set(others, n);
  // Not a difference: the difference of two infinities is not a number.
  const order = Uint32Array.from(values.keys()).sort((i, j) =>
    values[i] === values[j] ? 0 : values[i]! < values[j]! ? -1 : 1,
  );
  const ascending: Ascending = { n, m, values, order };
  const k = Math.floor(falsePositiveRate * m + 1e-9);
  const estimate = (of: Statistic): BootstrapEstimate => {
    const found = bootstrap(of, { replicates, seed });
    return { ...found, low: Math.max(0, found.low), high: Math.min(1, found.high) };
  };
  const rate = ratesStatistic(ascending, falsePositiveRate);
  const area = areaStatistic(ascending);
  const chance = chanceOf(n, m, k);
  const spread = 1.96 * Math.sqrt((n + m + 1) / (12 * n * m));
  const areaChance = { low: Math.max(0, 0.5 - spread), high: Math.min(1, 0.5 + spread) };
  return {
    members: n,
    others: m,
    falsePositiveRate: k / m,
    truePositiveRate: estimate(rate),
    chance,
    areaUnderCurve: estimate(area),
    areaChance,
    remembers: plainValue(rate) > chance.high || plainValue(area) > areaChance.high,
  };
};
