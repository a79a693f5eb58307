/** Checks of energies: their gradients, their differences, and their normalising constants. */

import {
  annealedImportance,
  denoiser,
  denoising,
  type EnergyForm,
  type EnergyModel,
  edm,
  energyForms,
  energyModel,
  energyPreconditioning,
  exact,
  flatLayout,
  gaussian,
  mlp,
  negate,
  normal,
  type Process,
  productOf,
  temper,
  trainedModel,
  vp,
} from "@scorefield/core";
import { dot, grad, jvp, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, estimate, type Finding, relative, sameNumbers, worst } from "./check.ts";
import { planarMixture } from "./density-checks.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";

const group = "energy";
const network = mlp({ width: 16, depth: 2, noiseFeatures: 4 });
const process = edm({ sigmaMax: 10 });
const [n, d] = [8, 3];
const layout = flatLayout(network.initialise([d], 1));
const drawn = (shape: readonly number[], step: number, scale = 1): NdArray<"float64"> => {
  const values = normal(shape, { seed: 5, step, dtype: "float64" });
  for (let i = 0; i < values.data.length; i++) values.data[i]! *= scale;
  return values;
};
const points = drawn([n, d], 1);
const deviation = 0.7;

/** An energy with random parameters, or with parameters of zero. */
const energyOf = (form: EnergyForm, scale: number): EnergyModel => {
  const preconditioning = energyPreconditioning({ form, sigmaData: deviation });
  const { data } = drawn([layout.size], 2, scale);
  const parameters = layout.unflatten(ndarray(Float32Array.from(data)));
  return energyModel(trainedModel({ process, network, preconditioning }, parameters, [d]));
};

const at = async (f: (x: Tensor, t: Tensor) => Tensor, x: NdArray, time: number, runtime: Runtime) => {
  const [found] = await evaluate((a, t) => [f(a!, t!)], [x, filled(x.shape[0]!, time)], runtime);
  return numbers(found!);
};

/** The integral of the score along a broken line of points of d numbers, by Gauss' rule of two nodes on many pieces. */
const along = async (model: EnergyModel, corners: readonly number[][], runtime: Runtime): Promise<number> => {
  const pieces = 300;
  let sum = 0;
  for (const [k, to] of corners.slice(1).entries()) {
    const from = corners[k]!;
    const nodes = Float64Array.from({ length: 2 * pieces * d }, (_, ij) => {
      const i = Math.floor(ij / d);
      const share = (Math.floor(i / 2) + 0.5 + ((i % 2) - 0.5) / Math.sqrt(3)) / pieces;
      return from[ij % d]! + share * (to[ij % d]! - from[ij % d]!);
    });
    const scores = await at(model.score, ndarray(nodes, [2 * pieces, d]), 0.2, runtime);
    for (const [ij, value] of scores.entries()) sum += (value * (to[ij % d]! - from[ij % d]!)) / (2 * pieces);
  }
  return sum;
};

/** The training loss of an energy at theta + h v, and its derivative along v. */
const lossAlong = async (form: EnergyForm, h: number, runtime: Runtime): Promise<[loss: number, slope: number]> => {
  const denoise = denoiser({ process, network, preconditioning: energyPreconditioning({ form }) });
  const [theta, v] = [drawn([layout.size], 3, 0.3), drawn([layout.size], 4)];
  for (let i = 0; i < layout.size; i++) theta.data[i]! += h * v.data[i]!;
  const times = ndarray(Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n));
  const [loss, slope] = await evaluate(
    (vector, direction, x, t, noise) => {
      const of = (parameters: Tensor): Tensor =>
        denoising().loss((y, s) => denoise(layout.split(parameters), y, s), process, { x: x!, t: t!, noise: noise! });
      return [of(vector!), dot(grad(of)(vector!), direction!)];
    },
    [theta, v, points, times, drawn([n, d], 6)],
    runtime,
  );
  return [Number(loss!.data[0]), Number(slope!.data[0])];
};

const formChecks = (form: EnergyForm): Check[] => [
  {
    name: `${form} energy: a quadratic, and the sign of its score`,
    group,
    source: "E = |x|^2 / (2 v) has score -x / v",
    run: async ({ runtime }) => {
      const found = await at(energyOf(form, 0).score, points, 0.2, runtime);
      const v = deviation ** 2 + process.sigma(0.2) ** 2;
      return sameNumbers(
        points.data.map((x) => -x / v),
        found,
        1e-12,
      );
    },
  },
  {
    name: `${form} energy: the Jacobian of the score is symmetric`,
    group,
    source: "Schwarz: second derivatives of one function",
    run: async ({ runtime }) => {
      const model = energyOf(form, 0.3);
      const asymmetry = (x: Tensor, t: Tensor): Tensor => {
        const [v, w] = [x.flip([0]), x.square().subtract(0.5)];
        const product = (a: Tensor, b: Tensor) =>
          jvp((y: Tensor) => model.score(y, t), x, a)[1]
            .multiply(b)
            .sum(1);
        return product(v, w).subtract(product(w, v));
      };
      return sameNumbers(new Float64Array(n), await at(asymmetry, points, 0.2, runtime), 1e-10);
    },
  },
  {
    name: `${form} energy: line integral of the score, straight and by a detour`,
    group,
    source: "fundamental theorem of calculus: E(a) - E(b) by any path",
    run: async ({ runtime }) => {
      const model = energyOf(form, 0.3);
      const [a, b, detour] = [
        [0.5, -0.2, 0.1],
        [-0.4, 0.7, 0.3],
        [1.5, 1, -1],
      ] as const;
      const [start, end] = await at(model.energy, ndarray(Float64Array.of(...a, ...b), [2, d]), 0.2, runtime);
      return worst([
        absolute(start! - end!, await along(model, [[...a], [...b]], runtime), 1e-6, { detail: "straight" }),
        absolute(start! - end!, await along(model, [[...a], [...detour], [...b]], runtime), 1e-6, { detail: "detour" }),
      ]);
    },
  },
  {
    name: `${form} energy: gradient of the training loss, which differentiates twice`,
    group,
    source: "central differences of fourth order",
    run: async ({ runtime }) => {
      const h = 1e-3;
      const loss = async (factor: number): Promise<number> => (await lossAlong(form, factor * h, runtime))[0];
      const difference = (8 * ((await loss(1)) - (await loss(-1))) - ((await loss(2)) - (await loss(-2)))) / (12 * h);
      return relative(difference, (await lossAlong(form, 0, runtime))[1], 1e-6);
    },
  },
];

const spread = edm({ sigmaMin: 0.05 });
const [narrow, broad] = [
  exact(gaussian({ mean: [0.5], covariance: 0.5 }), spread),
  exact(gaussian({ mean: [-0.3] }), spread),
];

/** log of the integral of N(x; 0.5, 0.5 + sigma^2)^e N(x; -0.3, 1 + sigma^2)^f, by completing the square. */
const logZ = (e: number, f: number, sigma: number): number => {
  const [v, w] = [0.5 + sigma ** 2, 1 + sigma ** 2];
  const precision = e / v + f / w;
  const linear = (e * 0.5) / v - (f * 0.3) / w;
  const constant = (e * 0.25) / v + (f * 0.09) / w;
  const logs = e * Math.log(2 * Math.PI * v) + f * Math.log(2 * Math.PI * w);
  return 0.5 * (linear ** 2 / precision - constant - logs + Math.log((2 * Math.PI) / precision));
};

const shiftedMixture = (noising: Process): Check => ({
  name: `annealed importance sampling, ${noising.recipe.kind}: log Z of a mixture times exp(3 + 5 t), at every level; its chains`,
  group,
  about: "annealedImportance",
  source: "Neal 2001, equations 11 and 12",
  run: async (context) => {
    const truth = exact(planarMixture, noising);
    const model = {
      ...truth,
      logDensity: (x: Tensor, t: Tensor) => truth.logDensity(x, t).add(t.multiply(5)).add(3),
    };
    const found = await annealedImportance(model, { ...context, levels: 80 });
    const [size, error] = [found.effectiveSampleSize.at(-1)!, found.standardError.at(-1)!];
    // The weighted chains are draws of the mixture: of mean 0.35 and variance 1.0745 in the first column.
    const most = Math.max(...found.logWeights);
    const weights = found.logWeights.map((log) => Math.exp(log - most));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = weights.reduce((sum, weight, i) => sum + (weight / total) * found.x.data[2 * i]!, 0);
    return worst([
      absolute(noising.times.last, found.times[0]!, 0, { detail: "time of the first level" }),
      // Levels have chains in common. The level of the largest error is one of several that differ.
      ...found.times.map((t, k) =>
        estimate(3 + 5 * t, found.logNormaliser[k]!, found.standardError[k]! + 1e-5, { detail: `level ${k}` }),
      ),
      estimate(0.35, mean, Math.sqrt(1.0745 / size), { detail: "mean of the weighted chains" }),
      absolute(0, Math.max(0, error - 0.1), 0, { detail: "standard error beyond 0.1" }),
      absolute(0, Math.max(0, 300 - size), 0, { detail: "effective sample size below 300 of 1,000" }),
    ]);
  },
});

const importanceChecks: Check[] = [
  ...[edm({ sigmaMin: 0.02 }), vp()].map(shiftedMixture),
  {
    name: "annealed importance sampling: log Z of a product, a power and a ratio of Gaussians",
    group,
    about: "annealedImportance",
    source: "completing the square",
    run: async (context) => {
      const findings: Finding[] = [];
      for (const [name, model, e, f] of [
        ["product", productOf([narrow, broad]), 1, 1],
        ["power", temper(narrow, 2), 2, 0],
        ["ratio", negate(narrow, broad, { strength: 0.5 }), 1, -0.5],
      ] as const) {
        const found = await annealedImportance(model, { ...context, levels: 80 });
        for (const k of [0, 40, 79]) {
          const [z, error] = [found.logNormaliser[k]!, found.standardError[k]!];
          const expected = logZ(e, f, spread.sigma(found.times[k]!));
          findings.push(estimate(expected, z, error + 2e-4, { detail: `${name}, level ${k}` }));
        }
      }
      return worst(findings);
    },
  },
];

/** Energies against closed forms and finite differences. */
export const energyChecks: readonly Check[] = [...energyForms.flatMap(formChecks), ...importanceChecks];
