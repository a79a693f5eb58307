/** Checks of flow maps on Gaussian data, where every map, velocity and objective is known, and of a mixture's against a solver. */
import {
  type AverageVelocity,
  consistency,
  continuousConsistency,
  decode,
  edm,
  exact,
  type FlowMap,
  type FlowMapObjective,
  gaussian,
  gaussianFlowMap,
  gaussianMixture,
  lagrangian,
  meanFlow,
  normal,
  odeFlowMap,
  progressive,
  rectifiedFlow,
  sampleFlowMap,
  shortcut,
  trainedFlowMap,
  uniform,
  velocity,
} from "@scorefield/core";
import { type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, estimate, relative, sameNumbers, slope, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { gaussianAverageVelocity, gaussianVelocity, varianceOnLine } from "./probe/gaussian-flow.ts";
import { type KnownProcess, knownProcesses } from "./schedules.ts";

const group = "flow-map";
/** A time of edm by its noise level. */
const timeOf = (sigma: number): number => edm().timeOfLogSnr(-2 * Math.log(sigma));
/** The least and the largest noise level of edm. */
const [least, most] = [edm().sigma(edm().times.first), edm().sigma(edm().times.last)];
const deviations = [0.5, 1, 2];
const count = 16;

const mapped = async (map: FlowMap, x: NdArray, from: number, to: number, runtime: Runtime): Promise<Float64Array> => {
  const times = [from, to].map((t) => filled(x.shape[0]!, t));
  const [y] = await evaluate((x, from, to) => [map.map(x!, from!, to!)], [x, ...times], runtime);
  return numbers(y!);
};

const points = (scale: number): NdArray<"float64"> => {
  const drawn = normal([count, 1], { seed: 1, dtype: "float64" });
  return { ...drawn, data: drawn.data.map((value) => value * scale) };
};

/** A map of data N(0, d^2), on the line of rectified flow: x of share s is z itself. */
const onLine = (d: number): FlowMap => gaussianFlowMap({ mean: [0], deviation: d }, rectifiedFlow());

const processChecks = ({ process, alpha, sigma }: KnownProcess): Check => ({
  name: `${process.recipe.kind}: flow maps of N(0, s^2) scale by the deviation, stay at t -> t and compose`,
  group,
  source: "probability-flow ODE of a Gaussian: X = x sqrt((alpha'^2 s^2 + sigma'^2) / (alpha^2 s^2 + sigma^2))",
  about: "gaussianFlowMap",
  run: async ({ runtime }) => {
    const { first, last } = process.times;
    const [a, b, c] = [0.8, 0.5, 0.2].map((u) => first + u * (last - first)) as [number, number, number];
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const map = gaussianFlowMap({ mean: [0], deviation: s }, process);
        const deviation = (t: number): number => Math.hypot(alpha(t) * s, sigma(t));
        const x = points(deviation(a));
        const size = Math.max(deviation(c), 1);
        const whole = await mapped(map, x, a, c, runtime);
        const half = await mapped(map, x, a, b, runtime);
        const through = await mapped(map, ndarray(half, [count, 1]), b, c, runtime);
        const right = x.data.map((value) => (value * deviation(c)) / deviation(a));
        return [
          sameNumbers(right, whole, 1e-9 * size, { detail: `map, s = ${s}` }),
          sameNumbers(whole, through, 1e-9 * size, { detail: `composition, s = ${s}` }),
          sameNumbers(x.data, await mapped(map, x, a, a, runtime), 1e-9 * deviation(a), { detail: `t -> t, s = ${s}` }),
        ];
      }),
    );
    return worst(findings.flat());
  },
});

const lineCheck: Check = {
  name: "velocity, flow map and average velocity of N(0, s^2) on the line from data to noise",
  group,
  source: "V(t) = (1-t)^2 s^2 + t^2: v = z (t - (1-t) s^2) / V(t), X = z sqrt(V(r) / V(t)), u = (z - X) / (t - r)",
  run: async ({ runtime }) => {
    const [t, r] = [0.8, 0.3];
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const z = points(1);
        const model = exact(gaussian({ mean: [0], covariance: [[s * s]] }), rectifiedFlow());
        const [v, average, still] = (
          await evaluate(
            (z, t, r) => [
              velocity(model, z!, t!),
              gaussianAverageVelocity(s)(z!, t!, r!),
              gaussianAverageVelocity(s)(z!, t!, t!),
            ],
            [z, filled(count, t), filled(count, r)],
            runtime,
          )
        ).map(numbers);
        const slope = (t - (1 - t) * s * s) / varianceOnLine(t, s);
        const scale = Math.sqrt(varianceOnLine(r, s) / varianceOnLine(t, s));
        const detail = (what: string) => ({ detail: `${what}, s = ${s}` });
        const right = z.data.map((value) => value * slope);
        return [
          sameNumbers(right, v!, 1e-11, detail("velocity")),
          sameNumbers(right, still!, 1e-11, detail("average velocity at r = t")),
          sameNumbers(
            z.data.map((value) => (value * (1 - scale)) / (t - r)),
            average!,
            1e-11,
            detail("average velocity"),
          ),
          sameNumbers(
            z.data.map((value) => value * scale),
            await mapped(onLine(s), z, t, r, runtime),
            1e-11,
            detail("map"),
          ),
        ];
      }),
    );
    return worst(findings.flat());
  },
};

const consistencyFunctionCheck: Check = {
  name: "edm: the consistency function of N(0, s^2), and one sampled step of it",
  group,
  source: "Song et al. 2023, section 3: f(x, sigma) = x sqrt((s^2 + eps^2) / (s^2 + sigma^2)), f(x, eps) = x",
  about: "sampleFlowMap",
  run: async ({ runtime }) => {
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const map = gaussianFlowMap({ mean: [0], deviation: s }, edm());
        const f = (x: number, sigma: number): number => x * Math.sqrt((s * s + least ** 2) / (s * s + sigma ** 2));
        const at = async (sigma: number) =>
          sameNumbers(
            points(sigma).data.map((x) => f(x, sigma)),
            await mapped(map, points(sigma), timeOf(sigma), edm().times.first, runtime),
            1e-11,
            { detail: `sigma = ${sigma}, s = ${s}` },
          );
        const initial = points(most);
        const drawn = await sampleFlowMap(map, { count, initial, dtype: "float64", runtime });
        return [
          await at(least),
          await at(1),
          await at(most),
          sameNumbers(
            initial.data.map((x) => f(x, most)),
            drawn.data,
            1e-11,
            { detail: `sampleFlowMap, s = ${s}` },
          ),
        ];
      }),
    );
    return worst(findings.flat());
  },
};

const zeroNetworkCheck: Check = {
  name: "a flow map whose network says nothing moves with the velocity of N(0, s^2)",
  group,
  source: "Karras et al. 2022, table 1: with F = 0 the denoiser is c_skip x, exact for N(0, sigma_data^2)",
  about: "trainedFlowMap",
  run: async ({ runtime }) => {
    const process = rectifiedFlow();
    const findings = await Promise.all(
      deviations.map(async (s) => {
        const network = {
          recipe: { kind: "zero" },
          learningRate: 1,
          target: true,
          initialise: () => ({}),
          apply: (_: unknown, x: Tensor) => x.multiply(0),
        };
        const map = trainedFlowMap({ process, network, sigmaData: s, target: "any" }, {}, [1]);
        const z = points(1);
        const [t, r] = [0.7, 0.2];
        const slope = (t - (1 - t) * s * s) / varianceOnLine(t, s);
        const right = z.data.map((value) => value * (1 - (t - r) * slope));
        return sameNumbers(right, await mapped(map, z, t, r, runtime), 1e-11, { detail: `s = ${s}` });
      }),
    );
    return worst(findings);
  },
};

/** What a residual is taken of: an objective, the data's deviation, and the map and teacher, by default the exact ones. */
export interface ResidualOptions {
  readonly d: number;
  readonly map?: AverageVelocity;
  readonly teacher?: ((z: Tensor, s: Tensor) => Tensor) | null;
  /** Default a step along the exact map. */
  readonly teacherStep?: (z: Tensor, s: Tensor, r: Tensor) => Tensor;
}

/**
 * The loss of an objective in float64 on points of N(0, d^2) at shares between 0.02 and 0.98, of which a third go nowhere. It is 0 for
 * the exact map.
 * @param options `teacher: null` for none
 */
export const residualOf = async (
  objective: FlowMapObjective,
  {
    d,
    map = gaussianAverageVelocity(d),
    teacher = gaussianVelocity(d),
    teacherStep = (z, s, r) => z.subtract(gaussianAverageVelocity(d)(z, s, r).multiply(s.subtract(r).reshape([-1, 1]))),
  }: ResidualOptions,
  runtime: Runtime,
): Promise<number> => {
  const [a, b] = [1, 2].map((seed) => uniform([count], { seed, dtype: "float64" }).data) as [
    Float64Array,
    Float64Array,
  ];
  const from = a.map((value, i) => 0.02 + 0.96 * Math.max(value, b[i]!));
  const to =
    objective.target === "data"
      ? from.map((s) => 0.98 * s)
      : a.map((value, i) => (i % 3 ? 0.02 + 0.96 * Math.min(value, b[i]!) : from[i]!));
  const data = normal([count, 2], { seed: 3, dtype: "float64" });
  const [loss] = await evaluate(
    (x, noise, from, to, end, step) => [
      objective.loss(map, {
        x: x!,
        noise: noise!,
        from: from!,
        to: to!,
        end: end!,
        step: step!,
        ...(teacher && { teacher, teacherStep }),
      }),
    ],
    [
      { ...data, data: data.data.map((value) => d * value) },
      normal([count, 2], { seed: 4, dtype: "float64" }),
      ndarray(from),
      ndarray(to),
      filled(count, 0.01),
      filled(count, 1e6),
    ],
    runtime,
  );
  return Number(loss!.data[0]);
};

/** A residual that may be 1e-9. @param options of each deviation of the data */
export const residualCheck = (
  name: string,
  source: string,
  objective: (d: number) => FlowMapObjective,
  options: Omit<ResidualOptions, "d"> & { readonly deviations?: readonly number[] } = {},
): Check => ({
  name: `${name}: no loss at the ${options.map ? "student's" : "exact"} flow map of N(0, s^2)`,
  group,
  source,
  run: async ({ runtime }) => {
    const { deviations: tried = deviations, ...rest } = options;
    const findings = await Promise.all(
      tried.map(async (d) =>
        absolute(0, await residualOf(objective(d), { ...rest, d }, runtime), 1e-9, { detail: `s = ${d}` }),
      ),
    );
    return worst(findings);
  },
});

/** Two Euler steps of the velocity of N(0, d^2), as an average velocity. */
const twoSteps =
  (d: number): AverageVelocity =>
  (z, s, r) => {
    const middle = s.add(r).multiply(0.5);
    const v = gaussianVelocity(d);
    const half = s.subtract(r).multiply(0.5).reshape([-1, 1]);
    const first = v(z, s);
    return first.add(v(z.subtract(first.multiply(half)), middle)).multiply(0.5);
  };

const eulerStudentCheck = residualCheck(
  "progressive taught by a score model",
  "Salimans & Ho 2022, algorithm 2: two steps of DDIM, which are linear on a Gaussian",
  () => progressive(),
  {
    deviations: [1],
    map: twoSteps(1),
    teacherStep: (z, s, r) => z.subtract(gaussianVelocity(1)(z, s).multiply(s.subtract(r).reshape([-1, 1]))),
  },
);

const residualChecks: readonly Check[] = [
  // Both points of a pair have the same data and noise, which lie on one path only where the data are one point.
  residualCheck("consistency", "Geng et al. 2024, section 3.2; data that are one point", () => consistency(), {
    deviations: [0],
    teacher: null,
  }),
  residualCheck("continuousConsistency", "Lu & Song 2025, equation 8: df/dt = 0", (d) =>
    continuousConsistency({ sigmaData: d }),
  ),
  residualCheck("meanFlow", "Geng et al. 2025, equation 6: u = v - (t - r) du/dt", () => meanFlow({ improved: false })),
  residualCheck("meanFlow, improved", "Geng et al. 2025 (Improved Mean Flows): u + (t - r) du/dt = v", () =>
    meanFlow(),
  ),
  residualCheck("lagrangian", "Boffi et al. 2025: dX/dr = v(X, r)", () => lagrangian()),
  residualCheck("progressive", "Salimans & Ho 2022, algorithm 2, with exact steps of the teacher", () => progressive()),
  eulerStudentCheck,
  residualCheck("shortcut", "Frans et al. 2025, equation 4: u is the mean of its two halves", () => shortcut()),
];

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

/** Flow maps: closed forms, objectives at the exact map, and sampling. */
export const flowMapChecks: readonly Check[] = [
  ...knownProcesses.map(processChecks),
  lineCheck,
  consistencyFunctionCheck,
  zeroNetworkCheck,
  ...residualChecks,
  mixtureCheck,
  samplingCheck,
];
