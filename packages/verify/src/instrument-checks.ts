/** Checks of the instruments that examine a field: each against what is known of a density in closed form. */

import {
  denoisingDimension,
  flipd,
  integrability,
  langevinChain,
  lineIntegrals,
  logDensitySurface,
  normalBundle,
  stationaryPoints,
} from "@scorefield/assess";
import { edm, exact, gaussian, normal, uniformSphere } from "@scorefield/core";
import { castArray, ndarray } from "@scorefield/tensor";
import { absolute, type Check, estimate, sameNumbers, worst } from "./check.ts";
import { planarMixture } from "./density-checks.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";

const process = edm();
const model = exact(planarMixture, process);
const timeOf = (sigma: number): number => process.timeOfLogSnr(-2 * Math.log(sigma));
const group = "instrument";

/** Of dimension 3 in 12. */
const variances = Array.from({ length: 12 }, (_, j) => (j < 3 ? 0.5 + j : 0));
const plane = exact(gaussian({ mean: new Array(12).fill(0), covariance: variances }), process);

/** The instruments. */
export const instrumentChecks: readonly Check[] = [
  {
    name: "line integrals of the score around two corners are log-density differences",
    group,
    source: "gradient theorem",
    run: async ({ runtime, signal }) => {
      const n = 30;
      const corners = normal([n, 3, 2], { seed: 1, dtype: "float64" });
      const end = (corner: number) =>
        ndarray(
          corners.data.filter((_, k) => Math.floor(k / 2) % 3 === corner),
          [n, 2],
        );
      const time = timeOf(0.2);
      const [first, last] = await evaluate(
        (a, b, t) => [model.logDensity(a!, t!), model.logDensity(b!, t!)],
        [end(0), end(2), filled(n, time)],
        runtime,
      );
      const { integral } = await lineIntegrals(model, corners, { time, tolerance: 1e-9, runtime, signal });
      const [from, to] = [numbers(first!), numbers(last!)];
      return sameNumbers(
        to.map((value, i) => value - from[i]!),
        integral.data,
        1e-9,
      );
    },
  },
  {
    name: "a log-density surface from scores alone is the log-density, and has no path dependence",
    group,
    source: "gradient theorem; decomposition of Helmholtz and Hodge on a grid (Jiang et al. 2011)",
    run: async ({ runtime, signal }) => {
      const axis = Array.from({ length: 61 }, (_, i) => (i - 30) / 6);
      const time = timeOf(0.2);
      const points = axis.flatMap((y) => axis.flatMap((x) => [x, y]));
      const grid = ndarray(Float64Array.from(points), [61 * 61, 2]);
      const [truth] = await evaluate((x, t) => [model.logDensity(x!, t!)], [grid, filled(61 * 61, time)], runtime);
      const found = await logDensitySurface(model, { x: axis, y: axis, time, nodes: 10, runtime, signal });
      return worst([
        sameNumbers(numbers(truth!), found.logDensity.data, 1e-5, { detail: "log-density" }),
        absolute(0, found.pathDependence.share, 1e-5, { detail: "path dependence" }),
      ]);
    },
  },
  {
    name: "the Jacobian of an exact score is symmetric, exactly and by probes",
    group,
    source: "definition: it is a Hessian",
    run: async ({ runtime, signal }) => {
      const x = castArray(planarMixture.sample(50, 1), "float64");
      const options = { time: timeOf(0.05), runtime, signal };
      const [whole, probed] = [
        await integrability(model, x, options),
        await integrability(model, x, { ...options, probes: 2 }),
      ];
      return worst([whole, probed].map(({ overall }) => absolute(0, overall.asymmetry, 1e-12)));
    },
  },
  {
    name: "modes of three separate Gaussians are their means",
    group,
    source: "definition",
    run: async ({ runtime, signal }) => {
      // With so little noise no component reaches another's mean.
      const found = await stationaryPoints(model, castArray(planarMixture.sample(60, 2), "float64"), {
        time: timeOf(0.02),
        tolerance: 1e-8,
        merge: 2,
        runtime,
        signal,
      });
      const modes = found.points.filter(({ kind }) => kind === "mode").map(({ point }) => point);
      const apart = planarMixture.components.map(({ mean }) =>
        Math.min(...modes.map((point) => Math.hypot(point[0]! - mean[0]!, point[1]! - mean[1]!))),
      );
      return worst([
        absolute(3, modes.length, 0.5, { detail: "modes" }),
        absolute(0, Math.max(...apart), 1e-3, { detail: "distance" }),
      ]);
    },
  },
  {
    name: "the dimension of an affine Gaussian, 3 in 12, by spectra, FLIPD and the denoising loss",
    group,
    source: "Stanczuk et al. 2022; Kamkari et al. 2024; loss sum of v / (v + sigma^2)",
    run: async ({ runtime, signal }) => {
      const x = castArray(plane.density.sample(200, 1), "float64");
      const sigma = 0.01;
      const options = { time: timeOf(sigma), runtime, signal };
      const spectra = await normalBundle(plane, x, { ...options, draws: 200 });
      const slopes = await flipd(plane, x, options);
      const losses = (await denoisingDimension(plane, x, { ...options, draws: 16 })).dimension.data;
      const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
      const squares = losses.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const loss = variances.reduce((sum, v) => sum + v / (v + sigma ** 2), 0);
      return worst([
        sameNumbers(new Array(200).fill(3), spectra.dimension.data, 0.5, { detail: "normal-bundle spectra" }),
        sameNumbers(new Array(200).fill(3), slopes.data, 0.01, { detail: "FLIPD" }),
        estimate(loss, mean, Math.sqrt(squares / 199 / 200), { detail: "denoising loss" }),
      ]);
    },
  },
  {
    name: "FLIPD of a sphere of dimension 4 in 16",
    group,
    source: "Kamkari et al. 2024; score by Bessel functions (Mardia & Jupp 2000, section 9.3.2)",
    run: async ({ runtime, signal }) => {
      const sphere = exact(uniformSphere({ dimension: 4, ambient: 16 }), process);
      const x = castArray(sphere.density.sample(20, 1), "float64");
      const { data } = await flipd(sphere, x, { time: timeOf(0.005), runtime, signal });
      return sameNumbers(new Array(20).fill(4), data, 0.01);
    },
  },
  {
    name: "a Langevin chain on N(0, 1): integrated time (2 - eta) / eta and variance ratio 2 / (2 - eta)",
    group,
    source: "autoregression with coefficient 1 - eta; Sokal 1997, equation 3.19, for the error",
    run: async ({ runtime, signal }) => {
      const normalModel = exact(gaussian({ mean: [0] }), process);
      const [eta, steps, chains] = [0.2, 1000, 64];
      const initial = castArray(normalModel.density.sample(chains, 3), "float64");
      const settings = { stepSize: eta, steps, burnIn: 50, chains, initial, dtype: "float64" } as const;
      const { slowest, varianceRatio } = await langevinChain(normalModel, { ...settings, runtime, signal });
      const lags = slowest.autocorrelation.length;
      const time = (2 - eta) / eta;
      return worst([
        estimate(time, slowest.integratedTime, time * Math.sqrt((2 * (2 * lags + 1)) / (steps * chains)), {
          detail: "integrated time",
        }),
        estimate(2 / (2 - eta), varianceRatio.value, varianceRatio.standardError, { detail: "variance ratio" }),
      ]);
    },
  },
];
