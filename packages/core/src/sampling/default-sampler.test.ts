import { fromNested, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { exact } from "../model/exact.ts";
import { classifierFreeGuidance } from "../model/guidance/classifier-free.ts";
import { processFromRecipe, processKinds } from "../process/processes.ts";
import { heun } from "./heun.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { sampleTrajectory } from "./trajectory.ts";
import { unipc } from "./unipc.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const deviations = [1, 0.3];
const data = gaussian({ mean: [0, 0], covariance: deviations.map((s) => s ** 2) });

test("samples and trajectories are by unipc where no sampler is given", async () => {
  const model = exact(data, processFromRecipe({ kind: "edm" }));
  const options = { count: 3, seed: 2, runtime };
  const expected = await sample(model, { ...options, sampler: unipc() });
  expect(await sample(model, options)).toEqual(expected);
  const { states, evaluations: spent } = await sampleTrajectory(model, { ...options, every: 100 });
  expect(states.data.slice(6)).toEqual(expected.data);
  expect(spent).toBe(18);
});

const started = (start: number) => ndarray(Float64Array.of(start, start), [1, 2]);

describe.each(processKinds)("%s", (kind) => {
  const process = processFromRecipe({ kind });
  const { last } = process.times;
  // The deviation of noisy data at the start, which the ODE takes to that of data. A bridge keeps a share of the data there.
  const start = deviations.map((s) => Math.hypot(process.alpha(last) * s, process.sigma(last)));
  /** Deviations reached over the true ones. On Gaussian data a solver of the ODE multiplies the start by a number. */
  const reached = async (sampler = unipc()) => {
    const initial = ndarray(Float64Array.from(start), [1, 2]);
    const { data: x } = await sample(exact(data, process), { count: 1, initial, dtype: "float64", sampler, runtime });
    return deviations.map((s, j) => Math.abs(x[j]! / s - 1));
  };

  test("the default is nearer to the deviations 1 and 0.3 than Heun's method with twice its evaluations", async () => {
    const [usual, reference] = [unipc(), heun({ steps: 18 })];
    expect([evaluations(usual, process), evaluations(reference, process)]).toEqual([18, 35]);
    const [ours, theirs] = [await reached(usual), await reached(reference)];
    for (const j of [0, 1]) {
      expect(ours[j]).toBeLessThan(0.02);
      expect(ours[j]).toBeLessThan(theirs[j]! / 2);
    }
  });
});

test.each(["edm", "rectified-flow"])(
  "%s: guidance, in an interval too, ends where the exact flow does",
  async (kind) => {
    const process = processFromRecipe({ kind });
    const [c, u] = [2, -1].map((centre) => exact(gaussian({ mean: [centre, centre], covariance: 0.25 }), process));
    for (const interval of [undefined, [0.05, 1e4] as [number, number]]) {
      const model = classifierFreeGuidance(c!, u!, { weight: 3, ...(interval && { interval }) });
      const options = { count: 1, initial: started(0), dtype: "float64", runtime } as const;
      const usual = await sample(model, options);
      const fine = await sample(model, { ...options, sampler: unipc({ steps: 150 }) });
      for (const [i, value] of usual.data.entries()) expect(value).toBeCloseTo(fine.data[i]!, 1);
    }
  },
);

test("data of one point are reached from any start", async () => {
  const model = exact(gaussian({ mean: [3, 3], covariance: 0 }), processFromRecipe({ kind: "vp" }));
  const { data: x } = await sample(model, {
    count: 1,
    initial: fromNested([[1, -1]], "float64"),
    dtype: "float64",
    runtime,
  });
  for (const value of x) expect(value).toBeCloseTo(3, 9);
});
