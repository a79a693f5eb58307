import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { eulerMaruyama } from "../sampling/euler-maruyama.ts";
import { sample } from "../sampling/sample.ts";
import type { Sampler } from "../sampling/sampler.ts";
import { functionTruths } from "../sampling/truths.case.ts";
import { evaluate } from "./evaluate.case.ts";
import { itoLogDensity, type TrajectoryState } from "./ito-density.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

functionTruths("itoLogDensity", runtime);

const mixture = gaussianMixture({
  means: [
    [-1.4, -0.35],
    [0.6, 0.15],
  ],
  covariances: [0.15, 0.3],
  weights: [0.3, 0.7],
});
const count = 400;

const trajectoryOf = async (model: ReturnType<typeof exact>, sampler: Sampler): Promise<TrajectoryState[]> => {
  const { process } = model;
  const initial = normal([count, 2], { seed: 1, dtype: "float64" });
  for (let i = 0; i < initial.data.length; i++) initial.data[i]! *= process.priorDeviation;
  const states: TrajectoryState[] = [{ t: process.times.last, x: initial }];
  await sample(model, {
    count,
    sampler: { ...sampler, denoiseLast: false },
    dtype: "float64",
    initial,
    onProgress: ({ t, x }) => states.push({ t, x: x as NdArray<"float64"> }),
    runtime,
  });
  return states;
};

/** Root mean square error of the last state's log-density. */
const errorOf = async (model: ReturnType<typeof exact>, sampler: Sampler, dynamics: "sde" | "ode"): Promise<number> => {
  const states = await trajectoryOf(model, sampler);
  const found = await itoLogDensity(model, states, { dynamics, runtime });
  expect(found.shape).toEqual([states.length, count]);
  const { t, x } = states.at(-1)!;
  const truth = await evaluate(model.logDensity, x, t, runtime);
  const last = found.data.subarray(-count);
  return Math.sqrt(last.reduce((sum, value, i) => sum + (value - Number(truth.data[i])) ** 2, 0) / count);
};

test("data of unit variance are followed exactly, by long steps", async () => {
  const model = exact(gaussian({ mean: [0, 0] }), edm({ sigmaMax: 1e6 }));
  expect(await errorOf(model, eulerMaruyama({ steps: 40 }), "sde")).toBeLessThan(1e-9);
});

test("a start of one's own", async () => {
  const process = vp();
  const model = exact(mixture, process);
  const states = (await trajectoryOf(model, eulerMaruyama({ steps: 20 }))).slice(5, 8);
  const start = await evaluate(model.logDensity, states[0]!.x, states[0]!.t, runtime);
  const found = await itoLogDensity(model, states, { start, runtime });
  expect(found.data.slice(0, count)).toEqual(start.data);
  await expect(itoLogDensity(model, states, { runtime })).rejects.toThrow(/give the log-densities there as start/);
});

test("what is refused", async () => {
  const model = exact(mixture, vp());
  const at = (t: number, shape: number[] = [2, 2]) => ({ t, x: ndarray(new Float64Array(4), shape) });
  await expect(itoLogDensity(model, [], { runtime })).rejects.toThrow(ArgumentError);
  await expect(itoLogDensity(model, [at(1), at(1)], { runtime })).rejects.toThrow(/times that fall/);
  await expect(itoLogDensity(model, [at(1), at(0)], { runtime })).rejects.toThrow(/found 0 at state 1/);
  await expect(itoLogDensity(model, [at(1), at(0.5, [1, 4])], { runtime })).rejects.toThrow(ShapeError);
  await expect(itoLogDensity(model, [at(1)], { start: ndarray(new Float64Array(3)) })).rejects.toThrow(ShapeError);
});
