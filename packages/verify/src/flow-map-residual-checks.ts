/** Checks that the objectives of flow maps have no loss at the exact map of Gaussian data. */
import {
  type AverageVelocity,
  consistency,
  continuousConsistency,
  type FlowMapObjective,
  lagrangian,
  meanFlow,
  normal,
  progressive,
  shortcut,
  uniform,
} from "@scorefield/core";
import { ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { absolute, type Check, worst } from "./check.ts";
import { evaluate, filled } from "./evaluate.ts";
import { deviations } from "./probe/flow-map-probe.ts";
import { gaussianAverageVelocity, gaussianVelocity } from "./probe/gaussian-flow.ts";

const group = "flow-map";
const count = 16;

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

/** Every objective at the map that it is to lead to. */
export const residualChecks: readonly Check[] = [
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
