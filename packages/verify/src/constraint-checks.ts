/** Checks of constraints: projections on them, and the penalty that training adds. */
import {
  constrained,
  denoising,
  edm,
  linearConstraint,
  nonlinearConstraint,
  normal,
  projectSamples,
  quadraticConstraint,
} from "@scorefield/core";
import { constant, grad, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, estimate, relative, sameNumbers, worst } from "./check.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";

const group = "constraint";
const projection = "Nocedal & Wright 2006, section 18.1; Golub & Van Loan 2013, section 5.5 (projection on A x = b)";
const penalty = "Bastek, Sun & Kochmann 2025 (Physics-Informed Diffusion Models)";

const matrix = [
  [1, 1, 1, 0],
  [0, 1, -1, 2],
];
const plane = linearConstraint({ matrix, values: [3, 0.5] });
/** Directions in which both rows of the matrix are 0. */
const along = [
  [2, -1, -1, 0],
  [-4, 3, 1, -1],
];

/** The mass 0.5 of two particles (E, p), and a total momentum of 0: two quadratic and three linear equations of eight numbers. */
const particles = (() => {
  const zeros = () => Array.from({ length: 8 }, () => new Array<number>(8).fill(0));
  const shell = (of: 0 | 1) =>
    zeros().map((row, i) => row.map((_, j) => (i === j && i >> 2 === of ? (i % 4 ? -1 : 1) : 0)));
  const momentum = (axis: number) => Array.from({ length: 8 }, (_, k) => (k % 4 === axis ? 1 : 0));
  const none = new Array<number>(8).fill(0);
  return quadraticConstraint({
    forms: [shell(0), shell(1), zeros(), zeros(), zeros()],
    matrix: [none, none, momentum(1), momentum(2), momentum(3)],
    values: [0.25, 0.25, 0, 0, 0],
  });
})();

/** Points that nearly obey it. */
const nearParticles = (count: number): NdArray<"float64"> => {
  const x = normal([count, 8], { seed: 4, dtype: "float64" });
  for (let i = 0; i < count; i++)
    for (const of of [0, 1]) {
      const p = [1, 2, 3].map(
        (axis) => (of === 0 ? 1 : -1) * x.data[8 * i + axis]! + 0.02 * x.data[8 * i + 4 + axis]! * of,
      );
      x.data[8 * i + 4 * of] = Math.hypot(0.5, ...p) * (1 + 0.02 * x.data[8 * i + 4 * of]!);
      if (of === 1) for (const [k, value] of p.entries()) x.data[8 * i + 5 + k] = value;
    }
  return x;
};

/** The loss that a penalty adds for the denoiser k x, and its slope in k. */
const added = async (
  k: number,
  t: number,
  { x, noise }: { readonly x: NdArray; readonly noise: NdArray },
  options: Parameters<typeof constrained>[2],
  runtime: Runtime,
): Promise<readonly [loss: number, slope: number]> => {
  // The residual x^2 - 1 of one number: what it is on average is a polynomial in k.
  const bent = nonlinearConstraint((at) => at.square().subtract(1));
  const both = [constrained(denoising(), bent, options), denoising()];
  const process = edm();
  const [loss, slope] = await evaluate(
    (clean, z, time, factor) => {
      const penalised = (f: Tensor) =>
        both
          .map((one) => one.loss((noisy) => noisy.multiply(f), process, { x: clean!, t: time!, noise: z! }))
          .reduce((whole, plain) => whole.subtract(plain));
      return [penalised(factor!), grad(penalised)(factor!)];
    },
    [x, noise, filled(x.shape[0]!, t), ndarray(Float64Array.of(k), [])],
    runtime,
  );
  return [Number(loss!.data[0]), Number(slope!.data[0])];
};

/** Projections on a constraint, and the penalty. */
export const constraintChecks: readonly Check[] = [
  {
    name: "linear equations: the projection obeys them, moves at right angles to them, and moves no further",
    group,
    source: projection,
    run: async ({ runtime }) => {
      const x = normal([20, 4], { seed: 1, dtype: "float64" });
      const [y, again, left] = await evaluate(
        (at) => {
          const once = plane.project!(at!);
          return [once, plane.project!(once), plane.residual(once)];
        },
        [x],
        runtime,
      );
      const sideways = along.flatMap((direction) =>
        Array.from({ length: 20 }, (_, i) =>
          direction.reduce((sum, value, j) => sum + value * (numbers(y!)[4 * i + j]! - x.data[4 * i + j]!), 0),
        ),
      );
      return worst([
        absolute(0, Math.max(...numbers(left!).map(Math.abs)), 1e-13, { detail: "residual" }),
        sameNumbers(numbers(y!), numbers(again!), 1e-13, { detail: "projected twice" }),
        absolute(0, Math.max(...sideways.map(Math.abs)), 1e-12, { detail: "movement along the plane" }),
      ]);
    },
  },
  {
    name: "linear equations: samples projected step by step are where the closed form says",
    group,
    source: projection,
    run: async ({ runtime }) => {
      const x = normal([20, 4], { seed: 2, dtype: "float64" });
      const [expected] = await evaluate((at) => [plane.project!(at!)], [x], runtime);
      const { samples } = await projectSamples(plane, x, { batch: 8, runtime });
      return sameNumbers(numbers(expected!), samples.data, 1e-11);
    },
  },
  {
    name: "a projected Gaussian is the Gaussian given the equations where its covariance is a multiple of I",
    group,
    source: "Bishop 2006, equations 2.81 and 2.82: mean and covariance given A x = b",
    run: async ({ runtime }) => {
      // x ~ N(0, I) given x_1 + x_2 + x_3 = 1: mean 1/3 each, covariance I - 1/3.
      const sum = linearConstraint({ matrix: [[1, 1, 1]], values: [1] });
      const n = 20_000;
      const { samples } = await projectSamples(sum, normal([n, 3], { seed: 3 }), { batch: 4000, runtime });
      const at = (i: number, j: number) => samples.data[3 * i + j]!;
      const average = (f: (i: number) => number) =>
        Array.from({ length: n }, (_, i) => f(i)).reduce((a, b) => a + b) / n;
      return worst([
        estimate(
          1 / 3,
          average((i) => at(i, 0)),
          Math.sqrt(2 / 3 / n),
          { detail: "mean" },
        ),
        estimate(
          2 / 3,
          average((i) => (at(i, 0) - 1 / 3) ** 2),
          (2 / 3) * Math.sqrt(2 / n),
          { detail: "variance" },
        ),
        estimate(
          -1 / 3,
          average((i) => (at(i, 0) - 1 / 3) * (at(i, 1) - 1 / 3)),
          Math.sqrt(5 / 9 / n),
          {
            detail: "covariance",
          },
        ),
      ]);
    },
  },
  {
    name: "masses and momenta of two particles: residual, and moving at right angles to the surface",
    group,
    source: projection,
    run: async ({ runtime }) => {
      const x = nearParticles(20);
      const { samples, residual } = await projectSamples(particles, x, { tolerance: 1e-11, runtime });
      // What is moved is a combination of the five gradients: it loses all with its projection on them taken off.
      const moved = ndarray(
        samples.data.map((value, k) => x.data[k]! - value),
        [20, 8],
      );
      const [once] = await evaluate(
        (y, by) => {
          // The plane that touches the surface in y, as equations of a move from y: quadratic terms cancel.
          const touching = (at: Tensor) => particles.residual(y!.add(at)).subtract(particles.residual(y!.subtract(at)));
          return [nonlinearConstraint(touching, { iterations: 5 }).project!(by!)];
        },
        [samples, moved],
        runtime,
      );
      const size = Math.max(...moved.data.map(Math.abs));
      return worst([
        absolute(0, residual.after, 1e-11, { detail: "residual" }),
        absolute(0, Math.max(...numbers(once!).map(Math.abs)) / size, 1e-7, {
          detail: "share moved along the surface",
        }),
      ]);
    },
  },
  {
    name: "the penalty at the exact denoiser of N(0, 1), residual x^2 - 1: its value in closed form",
    group,
    source: `${penalty}; moments of a Gaussian`,
    run: async ({ runtime }) => {
      const n = 40_000;
      const [x, noise] = [1, 2].map((seed) => normal([n, 1], { seed, dtype: "float64" })) as [NdArray, NdArray];
      const process = edm();
      const findings = [0.3, 1, 3].map(async (sigma) => {
        // D = x_t / (1 + sigma^2) ~ N(0, v) with v = 1 / (1 + sigma^2): E(D^2 - 1)^2 = 3 v^2 - 2 v + 1. Of clean data it is 2.
        const v = 1 / (1 + sigma ** 2);
        const [found] = await added(
          v,
          process.timeOfLogSnr(-2 * Math.log(sigma)),
          { x, noise },
          { weight: 4, schedule: "constant" },
          runtime,
        );
        const variance = 105 * v ** 4 - 60 * v ** 3 + 18 * v ** 2 - 4 * v + 1 - (3 * v ** 2 - 2 * v + 1) ** 2;
        return estimate(4 * (3 * v ** 2 - 2 * v + 1), found, 4 * Math.sqrt(variance / n), { detail: `sigma ${sigma}` });
      });
      return worst(await Promise.all(findings));
    },
  },
  {
    name: "the penalty's gradient is its difference, for every schedule and estimate",
    group,
    source: penalty,
    run: async ({ runtime }) => {
      const [x, noise] = [3, 4].map((seed) => normal([6, 1], { seed, dtype: "float64" })) as [NdArray, NdArray];
      const t = edm().timeOfLogSnr(0.4);
      const findings = [];
      for (const schedule of ["constant", "posterior", "likelihood"] as const)
        for (const estimate of ["mean", "sample"] as const) {
          const of = (k: number) => added(k, t, { x, noise }, { weight: 2, schedule, estimate }, runtime);
          const h = 2e-5;
          const [[, slope], [above], [below]] = [await of(0.7), await of(0.7 + h), await of(0.7 - h)];
          findings.push(relative((above - below) / (2 * h), slope, 1e-6, { detail: `${schedule}, ${estimate}` }));
        }
      return worst(findings);
    },
  },
  {
    name: "the residual of a sample's estimate: steps of DDIM with the exact denoiser of N(0, 1) end where the ODE does",
    group,
    source: "Song, Meng & Ermon 2021, equation 12; x_0 = x_t / sqrt(1 + sigma^2) on the probability-flow ODE",
    run: async ({ runtime }) => {
      // First order: half of the error with twice the steps, up to what one denoising at the first time leaves.
      const process = edm();
      const identity = nonlinearConstraint((at) => at);
      const x = ndarray(Float64Array.of(1), [1, 1]);
      const exactly = 1 / 2;
      const errors: number[] = [];
      for (const estimateSteps of [16, 32]) {
        const options = { schedule: "constant", estimate: "sample", estimateSteps } as const;
        const both = [constrained(denoising(), identity, options), denoising()];
        const [loss] = await evaluate(
          (clean, time) => [
            both
              .map((one) =>
                one.loss((noisy, when) => noisy.divide(process.sigma(when).square().add(1).expandDims(1)), process, {
                  x: clean!,
                  t: time!,
                  noise: constant(0, "float64").broadcastTo([1, 1]),
                }),
              )
              .reduce((whole, plain) => whole.subtract(plain)),
          ],
          [x, filled(1, process.timeOfLogSnr(0))],
          runtime,
        );
        // The mean squared end of the path from x_t = 1 at sigma 1.
        errors.push(Math.abs(Math.sqrt(Number(loss!.data[0])) - Math.sqrt(exactly)));
      }
      return worst([
        absolute(2, errors[0]! / errors[1]!, 0.3, { detail: "errors of 16 and of 32 steps" }),
        absolute(0, errors[1]!, 0.03),
      ]);
    },
  },
];
