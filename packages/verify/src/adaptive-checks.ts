/** Checks of samplers that choose the length of their steps: their error follows the tolerance. */
import type { AdaptiveSampler, Process } from "@scorefield/core";
import { dormandPrince, exact, gaussian, sample } from "@scorefield/core";
import { ndarray, type Runtime } from "@scorefield/tensor";
import { absolute, type Check, type Finding, slope, worst } from "./check.ts";
import { marginalVariance, orderOf } from "./probe/affine-probe.ts";
import { knownProcesses } from "./schedules.ts";

const tolerances = [1e-3, 1e-5, 1e-7, 1e-9];
/** Of the data, and tolerances with it. */
const deviations = [1, 0.03];

/**
 * The root mean square over deviations s of x_0 / (x_T sqrt(m_0 / m_T)) - 1, m the marginal variances of N(0, s^2),
 * from states one deviation from the mean. Also the evaluations of the state that took most.
 */
const flowError = async (process: Process, tolerance: number, runtime: Runtime) => {
  let [square, evaluations] = [0, 0];
  const { first, last } = process.times;
  for (const s of deviations) {
    const model = exact(gaussian({ mean: [0], covariance: s * s }), process);
    const sampler: AdaptiveSampler = {
      ...dormandPrince({ rtol: tolerance, atol: tolerance * s }),
      denoiseLast: false,
    };
    const { data } = await sample(model, {
      count: 1,
      sampler,
      dtype: "float64",
      initial: ndarray(Float64Array.of(Math.sqrt(marginalVariance(process, last, s))), [1, 1]),
      runtime,
      onProgress: (event) => {
        evaluations = Math.max(evaluations, event.evaluations);
      },
    });
    square += (data[0]! / Math.sqrt(marginalVariance(process, first, s)) - 1) ** 2 / deviations.length;
  }
  return { error: Math.sqrt(square), evaluations };
};

const proportional = (process: Process, slow: boolean): Check => ({
  name: `dormand-prince, ${process.recipe.kind}: the error on N(0, s^2) is in proportion to the tolerance`,
  group: "order",
  source: "Hairer, Norsett & Wanner 1993, section II.4, with local extrapolation",
  sampler: "dormand-prince",
  slow,
  run: async ({ runtime, signal }) => {
    const found: Awaited<ReturnType<typeof flowError>>[] = [];
    for (const tolerance of tolerances) {
      signal.throwIfAborted();
      found.push(await flowError(process, tolerance, runtime));
    }
    const errors = found.map(({ error }) => error);
    // Against 1 / tolerance.
    const rate = orderOf(
      tolerances.map((tolerance) => 1 / tolerance),
      errors,
    );
    const last = `error ${errors.at(-1)!.toExponential(1)} at tolerance ${tolerances.at(-1)}`;
    // Steps in proportion to tolerance^(-1/5), once there are many: 100^(1/5) = 2.5 times more.
    const more = found[3]!.evaluations / found[2]!.evaluations;
    return worst([
      slope(1, rate, [0.2, 0.25], { detail: last }),
      ...errors.map(
        (error, i): Finding =>
          absolute(0, error / tolerances[i]!, 2, { detail: `error over tolerance ${tolerances[i]}` }),
      ),
      absolute(2.5, more, 0.7, { detail: "evaluations at 1e-9 over those at 1e-7" }),
    ]);
  },
});

/** Adaptive samplers of the flow; samplers of the reverse-time SDE are checked against the modes of a mixture. */
export const adaptiveChecks: readonly Check[] = knownProcesses.map(({ process }, i) =>
  proportional(process, i !== 0 && i !== 2),
);
