/** Checks of what the score says of causes: its Jacobian on models of causes that are known in closed form. */
import { jacobians } from "@scorefield/assess";
import { denoisedFromScore, edm, exact, gaussian, normal, type ScoreModel, scheduleAt } from "@scorefield/core";
import { scoreOrder, steinScore } from "@scorefield/discover";
import { concat, ndarray, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, estimate, sameNumbers, worst } from "./check.ts";

const group = "discovery";
const process = edm();

/**
 * x1 = e1, x2 = 0.8 x1 + e2, x3 = -0.5 x1 + 0.7 x2 + e3 with noise variances 1, 0.5, 0.8. With B the weights and D the noise
 * variances, the precision is (I - B)^T D^-1 (I - B), and rows are (I - B)^-1 e.
 */
const weights = [
  [0, 0, 0],
  [0.8, 0, 0],
  [-0.5, 0.7, 0],
] as const;
const noiseVariances = [1, 0.5, 0.8] as const;
const three: readonly number[] = [0, 1, 2];
const without = (i: number, j: number): number => (i === j ? 1 : 0) - weights[i]![j]!;
const precision = three.map((a) =>
  three.map((b) => three.reduce((sum, i) => sum + (without(i, a) * without(i, b)) / noiseVariances[i]!, 0)),
);
/** What noise e_k adds to each variable, by paths. */
const effects = [
  [1, 0.8, -0.5 + 0.7 * 0.8],
  [0, 1, 0.7],
  [0, 0, 1],
] as const;
const covariance = three.map((a) =>
  three.map((b) => three.reduce((sum, k) => sum + effects[k]![a]! * effects[k]![b]! * noiseVariances[k]!, 0)),
);

const linearRows = (n: number, seed: number): Float64Array => {
  const z = normal([n, 3], { seed, dtype: "float64" }).data;
  return Float64Array.from({ length: 3 * n }, (_, at) => {
    const [i, a] = [Math.floor(at / 3), at % 3];
    return three.reduce((sum, k) => sum + effects[k]![a]! * Math.sqrt(noiseVariances[k]!) * z[3 * i + k]!, 0);
  });
};

/**
 * The density of x1 = e1, x2 = x1^2 + e2 with normal noise: log p = -x1^2 / 2 - (x2 - x1^2)^2 / 2 + constant, without noise of a
 * process.
 */
const curved: ScoreModel = (() => {
  const score = (x: Tensor): Tensor => {
    const [cause, effect] = x.split([1, 1], 1) as [Tensor, Tensor];
    const noise = effect.subtract(cause.square());
    return concat([cause.multiply(noise).multiply(2).subtract(cause), noise.negate()], 1);
  };
  return {
    process,
    shape: [2],
    score,
    denoise: (x, t) => denoisedFromScore(score(x), x, scheduleAt(process, t, x)),
  };
})();

const curvedRows = (n: number, seed: number): Float64Array => {
  const z = normal([n, 2], { seed, dtype: "float64" }).data;
  return z.map((value, at) => (at % 2 ? z[at - 1]! ** 2 + value : value));
};

const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number): number =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return { mean, variance: central(2), error: Math.sqrt((central(4) - central(2) ** 2) / values.length) };
};

/** The Jacobian of the score on models of causes. */
export const orderOfCausesChecks: readonly Check[] = [
  {
    name: "linear causes: the score's Jacobian is minus the precision, (I - B)^T D^-1 (I - B)",
    group,
    source: "Gaussian density; Loh & Buhlmann 2014, equation 6",
    run: async ({ runtime, signal }) => {
      const model = exact(gaussian({ mean: [0, 0, 0], covariance }), process);
      const points = ndarray(linearRows(5, 1), [5, 3]);
      const { data } = await jacobians(model, points, { runtime, signal });
      const expected = Float64Array.from({ length: 45 }, (_, at) => -precision[Math.floor(at / 3) % 3]![at % 3]!);
      // The least noise of the process adds 0.002^2 to variances.
      return sameNumbers(expected, data, 1e-4);
    },
  },
  {
    name: "linear causes: Stein's estimate of the Jacobian's diagonal is minus the precision's",
    group,
    source: "Stein's identities; Li & Turner 2018, equation 8; Rolland et al. 2022, theorem 2",
    run: async () => {
      const [sets, n] = [12, 400];
      const means = Array.from({ length: sets }, (_, seed) => {
        const rows = { names: ["x1", "x2", "x3"], values: linearRows(n, seed) };
        // So wide a kernel spans polynomials, and the ridge those of degree 2 at most, in which a normal density's score and its square lie.
        const { jacobianDiagonal } = steinScore(rows, { width: 100, ridge: 1e-8 });
        return three.map((j) => jacobianDiagonal.reduce((sum, value, at) => sum + (at % 3 === j ? value / n : 0), 0));
      });
      return worst(
        three.map((j) => {
          const { mean, variance } = momentsOf(means.map((row) => row[j]!));
          return estimate(-precision[j]![j]!, mean, Math.sqrt(variance / (sets - 1)));
        }),
      );
    },
  },
  {
    name: "x2 = x1^2 + noise: the Jacobian's diagonal is constant at the leaf x2, with variance 36 at x1",
    group,
    source: "Rolland et al. 2022, lemma 1; d^2 log p / dx1^2 = -1 + 2 e - 4 x1^2",
    run: async ({ runtime, signal }) => {
      const n = 4000;
      const { data } = await jacobians(curved, ndarray(curvedRows(n, 2), [n, 2]), { runtime, signal });
      const entries = (j: 0 | 1): number[] => Array.from({ length: n }, (_, i) => data[4 * i + 3 * j]!);
      const [cause, leaf] = [momentsOf(entries(0)), momentsOf(entries(1))];
      return worst([
        absolute(0, leaf.variance, 1e-20, { detail: "variance at the leaf" }),
        absolute(-1, leaf.mean, 1e-10, { detail: "mean at the leaf" }),
        estimate(36, cause.variance, cause.error, { detail: "variance at the cause" }),
      ]);
    },
  },
  {
    name: "x2 = x1^2 + noise: SCORE puts x1 first, also with its column last",
    group,
    source: "Rolland et al. 2022, algorithm 1",
    run: async ({ signal }) => {
      const values = curvedRows(400, 3);
      const turned = values.map((_, at) => values[at ^ 1]!);
      const [plain, other] = [
        await scoreOrder({ names: ["x1", "x2"], values }, { signal }),
        await scoreOrder({ names: ["x2", "x1"], values: turned }, { signal }),
      ];
      const found = [...plain.order, ...other.order].join(" ");
      return {
        expected: "x1 x2 x1 x2",
        found,
        error: found === "x1 x2 x1 x2" ? 0 : 1,
        unit: "absolute",
        tolerance: 0,
        detail: `variances ${plain.criteria[1]!.toPrecision(3)}`,
      };
    },
  },
];
