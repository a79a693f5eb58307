/** Checks of log-densities that are accumulated along a trajectory of a sampler: the order in which they converge. */
import type { Sampler } from "@scorefield/core";
import {
  edm,
  eulerMaruyama,
  exact,
  heun,
  itoLogDensity,
  normal,
  type Process,
  sample,
  type TrajectoryState,
  vp,
} from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import type { Check, CheckContext } from "./check.ts";
import { planarMixture } from "./density-checks.ts";
import { exactLogDensity, slopeOf } from "./log-density-errors.ts";

const group = "likelihood";

/** Root mean square error of the log-density that is accumulated along a trajectory, at its end. */
const itoError = async (
  process: Process,
  sampler: Sampler,
  dynamics: "sde" | "ode",
  context: CheckContext,
): Promise<number> => {
  const count = 400;
  const model = exact(planarMixture, process);
  const initial = normal([count, 2], { seed: 1, dtype: "float64" });
  for (let i = 0; i < initial.data.length; i++) initial.data[i]! *= process.priorDeviation;
  const states: TrajectoryState[] = [{ t: process.times.last, x: initial }];
  await sample(model, {
    count,
    sampler: { ...sampler, denoiseLast: false },
    dtype: "float64",
    initial,
    onProgress: ({ t, x }) => states.push({ t, x: x as NdArray<"float64"> }),
    ...context,
  });
  const found = (await itoLogDensity(model, states, { dynamics, ...context })).data.subarray(-count);
  const { t, x } = states.at(-1)!;
  const truth = await exactLogDensity(model, x, t, context);
  return Math.sqrt(found.reduce((sum, value, i) => sum + (value - truth[i]!) ** 2, 0) / count);
};

const checksOf = (process: Process): Check[] => [
  {
    name: `log-density along a reverse-time SDE by Ito's lemma, ${process.recipe.kind}: order 1/2`,
    group,
    about: "itoLogDensity",
    source: "Skreta et al. 2024, theorem 1",
    run: (context) =>
      slopeOf([50, 100, 200, 400], 0.5, [0.08, 0.2], 0.25, (steps) =>
        itoError(process, eulerMaruyama({ steps }), "sde", context),
      ),
  },
  {
    name: `log-density along a trajectory of the flow, ${process.recipe.kind}: order 2`,
    group,
    about: "itoLogDensity",
    source: "Chen et al. 2018, theorem 1",
    slow: true,
    run: (context) =>
      slopeOf([40, 60, 90, 135], 2, [0.2, 0.3], 0.02, (steps) =>
        itoError(process, heun({ steps, grid: "log-snr" }), "ode", context),
      ),
  },
];

/** Densities along trajectories against those of the exact model. */
export const trajectoryDensityChecks: readonly Check[] = [edm({ sigmaMin: 0.02, sigmaMax: 200 }), vp()].flatMap(
  checksOf,
);
