/** Checks of posteriors of simulators against the closed form for a linear simulator with normal noise. */
import { normal } from "@scorefield/core";
import { gaussianPrior, type Simulator, simulate, trainPosterior } from "@scorefield/inverse";
import { ndarray } from "@scorefield/tensor";
import { type Check, estimate, worst } from "./check.ts";

/** x = 2 theta + z: given x, theta ~ N(2 x / 5, 1 / 5) under the prior N(0, 1). */
const simulator: Simulator = ({ data, shape }, { seed }) => {
  const noise = normal(shape, { seed, purpose: "measurement", dtype: "float64" });
  return ndarray(
    noise.data.map((z, i) => 2 * data[i]! + z),
    shape,
  );
};

const [simulations, draws, x] = [2000, 2000, 1.5];

export const simulatorChecks: readonly Check[] = [
  {
    name: "posterior of a simulator: mean, variance and log-density of a linear one",
    group: "inverse",
    source: "Bishop 2006, equation 2.116; Sharrock et al. 2022, section 3",
    slow: true,
    run: async ({ runtime, signal }) => {
      const prior = gaussianPrior({ mean: [0] });
      const { parameters, data } = await simulate({ prior, simulator, count: simulations, seed: 3 });
      const training = trainPosterior({ prior, parameters, data, members: 2, steps: 200, runtime, signal });
      const estimator = await training.result;
      const observation = ndarray(Float64Array.of(x), [1]);
      const { data: found } = await estimator.draw(observation, { draws, signal });
      const mean = found.reduce((sum, value) => sum + value / draws, 0);
      const variance = found.reduce((sum, value) => sum + (value - mean) ** 2 / draws, 0);
      const centre = ndarray(Float64Array.of((2 * x) / 5), [1, 1]);
      const [density = Number.NaN] = await estimator.logDensity(centre, observation, { signal });
      // Of draws, and of a slope, an intercept and a variance that are learnt from simulations.
      const error = Math.sqrt(1 / draws + 3 / simulations);
      return worst([
        estimate((2 * x) / 5, mean, error * Math.sqrt(1 / 5), { detail: "mean" }),
        estimate(1 / 5, variance, (error * Math.SQRT2) / 5, { detail: "variance" }),
        estimate(0.5 * Math.log(5 / (2 * Math.PI)), density, error * Math.SQRT1_2 + 0.01, { detail: "log-density" }),
      ]);
    },
  },
];
