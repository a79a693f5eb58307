/** Checks of flow maps that take several steps: those of a solver, and those of samples with fresh noise. */
import {
  decode,
  edm,
  exact,
  gaussianFlowMap,
  gaussianMixture,
  normal,
  odeFlowMap,
  sampleFlowMap,
} from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { absolute, type Check, estimate, relative, slope, worst } from "./check.ts";
import { least, mapped, most, timeOf } from "./probe/flow-map-probe.ts";

const group = "flow-map";

const mixtureModel = exact(
  gaussianMixture({
    means: [
      [-2, 0],
      [2, 1],
    ],
    covariances: [0.2, 0.1],
  }),
  edm(),
);

const mixtureCheck: Check = {
  name: "odeFlowMap of a mixture comes near Dormand and Prince's solution with order 2",
  group,
  source: "Karras et al. 2022, algorithm 1 (Heun's method); Dormand & Prince 1980",
  about: "odeFlowMap",
  run: async ({ runtime }) => {
    const { first, last } = edm().times;
    const drawn = normal([32, 2], { seed: 3, dtype: "float64" });
    const initial = { ...drawn, data: drawn.data.map((value) => value * most) };
    const right = (await decode(mixtureModel, drawn, { tolerance: 1e-9, runtime })).data;
    const errors: number[] = [];
    for (const steps of [16, 32, 64]) {
      const found = await mapped(odeFlowMap(mixtureModel, { steps }), initial, last, first, runtime);
      const squares = found.map((value, i) => (value - right[i]!) ** 2);
      errors.push(Math.sqrt(squares.reduce((a, b) => a + b) / squares.length));
    }
    const order = Math.log2(errors[1]! / errors[2]!);
    return worst([
      slope(2, order, 0.15, { detail: `error ${errors[2]!.toExponential(1)} with 64 steps` }),
      absolute(0, errors[2]!, 5e-3),
    ]);
  },
};

/** Noise levels between N steps. */
const levels: Readonly<Record<number, readonly number[]>> = { 1: [], 2: [12], 4: [30, 12, 3] };

/**
 * The mean and variance that steps with fresh noise give on N(m, s^2), from noise alone of the last level. A step from r to r'
 * goes to r'' = sqrt(1 - fresh^2) r' by the flow and adds noise: V' = V (s^2 + r''^2) / (s^2 + r^2) + fresh^2 r'^2.
 */
const momentsOf = (steps: number, fresh: number, m: number, s: number) => {
  const grid = [most, ...levels[steps]!, least];
  let [factor, added] = [1, 0];
  for (let k = 0; k < steps; k++) {
    const noise = k === steps - 1 ? 0 : fresh;
    const below = Math.max(least, Math.sqrt(1 - noise ** 2) * grid[k + 1]!);
    const ratio = (s ** 2 + below ** 2) / (s ** 2 + grid[k]! ** 2);
    const more = grid[k + 1]! ** 2 - below ** 2;
    factor *= Math.sqrt(ratio);
    added = added * ratio + more;
  }
  return { factor, mean: m - m * factor, added };
};

const samplingCheck: Check = {
  name: "sampleFlowMap: mean and variance of 1, 2 and 4 steps with each share of fresh noise on N(m, s^2)",
  group,
  source: "Kim et al. 2024 (CTM), gamma sampling, on a Gaussian: each step is linear",
  about: "sampleFlowMap",
  run: async ({ runtime }) => {
    // Data as wide as noise, so that the start from noise alone is seen.
    const [m, s, rows] = [30, 40, 4_000];
    const map = gaussianFlowMap({ mean: [m], deviation: s }, edm());
    const findings = [];
    for (const steps of [1, 2, 4])
      for (const renoise of steps === 1 ? [0] : [0, 0.5, 1]) {
        const right = momentsOf(steps, renoise, m, s);
        const detail = (what: string) => ({ detail: `${what}, ${steps} steps, fresh noise ${renoise}` });
        const from = async (value: number) =>
          sampleFlowMap(map, {
            count: rows,
            steps,
            renoise,
            times: levels[steps]!.map(timeOf),
            initial: ndarray(new Float64Array(rows).fill(value), [rows, 1]),
            seed: 6,
            dtype: "float64",
            runtime,
          });
        const [zero, one] = [(await from(0)).data, (await from(1)).data];
        const mean = zero.reduce((a, b) => a + b) / rows;
        const variance = zero.reduce((a, b) => a + (b - mean) ** 2, 0) / (rows - 1);
        findings.push(absolute(right.factor, one[0]! - zero[0]!, 1e-11, detail("factor of the start")));
        if (right.added === 0) {
          findings.push(
            relative(right.mean, mean, 1e-10, detail("mean")),
            absolute(0, variance, 1e-10, detail("variance")),
          );
          continue;
        }
        findings.push(
          estimate(right.mean, mean, Math.sqrt(right.added / rows), detail("mean")),
          estimate(right.added, variance, right.added * Math.sqrt(2 / rows), detail("variance")),
        );
      }
    return worst(findings);
  },
};

/** Steps against Dormand and Prince's solution, and against what they do to a Gaussian. */
export const flowMapStepsChecks: readonly Check[] = [mixtureCheck, samplingCheck];
