/** Conditions and parts of a run, beside what the suite of samplers asks of each: of networks, trajectories and graphs. */
import { type NdArray, ndarray, ShapeError, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { itoLogDensity } from "../likelihood/ito-density.ts";
import { superpose } from "../likelihood/superpose.ts";
import { conditional } from "../model/conditional.ts";
import { exact } from "../model/exact.ts";
import { exactClasses } from "../model/exact-classes.ts";
import { guided } from "../model/guidance/classifier-free.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { trainedModel } from "../model/trained.ts";
import { randomised } from "../network/evaluate.case.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import type { AnySampler } from "./adaptive-sampler.ts";
import { compileSampler, samplerNoise, samplerToOnnx } from "./compile-sampler.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { euler } from "./euler.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { heun } from "./heun.ts";
import { sample } from "./sample.ts";
import { sampleTrajectory } from "./trajectory.ts";
import { unipc } from "./unipc.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm({ sigmaMin: 0.02, sigmaMax: 20 });
const densities = [-2, 0, 2].map((centre, k) => gaussian({ mean: [centre, 0.5 * centre], covariance: 0.1 + 0.1 * k }));
const known = exactClasses(densities, process, { weights: [1, 2, 3] });
const made = mlp({ width: 12, depth: 2, noiseFeatures: 4, classes: 3 });
const network = trainedModel(
  { process, network: made, preconditioning: edmPreconditioning() },
  randomised(made.initialise([2], 1), 2),
  [2],
);

const count = 11;
/** Eleven samples in batches of four: no list of three repeats within a batch. */
const classes = Array.from({ length: count }, (_, i) => (i === 5 ? null : [2, 0, 1, 1][i % 4]!));

const rowsWhere = ({ data }: NdArray, passes: (i: number) => boolean): number[] =>
  Array.from(data as Float64Array).filter((_, j) => passes(j >> 1));

const expectClose = (found: readonly number[], expected: readonly number[], tolerance: number): void => {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(tolerance);
};

describe("a list of classes over several batches: each sample equals the sample of its class alone", () => {
  const check = async (model: ScoreModel, sampler: AnySampler): Promise<void> => {
    const options = { count, batch: 4, seed: 3, sampler, dtype: "float64", runtime } as const;
    const all = await sample(model, { ...options, given: { class: classes } });
    for (const label of [1, null]) {
      const alone = await sample(conditional(model, label), options);
      const of = (i: number): boolean => classes[i] === label;
      expectClose(rowsWhere(all, of), rowsWhere(alone, of), 1e-7);
    }
  };
  for (const [name, model] of [
    ["a network", network],
    ["guidance within an interval", guided(network, { weight: 2, interval: [0.1, 5] })],
  ] as const)
    for (const sampler of [unipc({ steps: 12 }), dormandPrince()])
      test(`${sampler.recipe.kind}, ${name}`, async () => {
        await check(model, sampler);
      });
  test("one class for all is a list of it", async () => {
    const options = { count, seed: 3, sampler: heun({ steps: 4 }), runtime };
    const list = await sample(network, { ...options, given: { class: new Array(count).fill(2) } });
    expect((await sample(network, { ...options, given: { class: 2 } })).data).toEqual(list.data);
  });
  test("superpose", async () => {
    const all = { count, batch: 4, seed: 3, steps: 20, dtype: "float64", runtime } as const;
    const plain = exact(gaussian({ mean: [0, 0] }), process);
    const found = await superpose([known, plain], { ...all, given: { class: classes } });
    for (const label of [1, null]) {
      const alone = await superpose([conditional(known, label), plain], all);
      const of = (i: number): boolean => classes[i] === label;
      expectClose(rowsWhere(found, of), rowsWhere(alone, of), 1e-9);
    }
  });
});

test("a trajectory and the densities along it take conditions", async () => {
  const options = { count, seed: 3, dtype: "float64", runtime, given: { class: classes } } as const;
  const sampler = euler({ steps: 20, denoiseLast: false });
  const { states, times } = await sampleTrajectory(known, { ...options, sampler });
  const last = await sample(known, { ...options, sampler });
  expect(states.data.slice(-2 * count)).toEqual(last.data);
  const trajectory = times.map((t, k) => ({
    t,
    x: ndarray(states.data.slice(2 * count * k, 2 * count * (k + 1)), [count, 2]),
  }));
  const found = await itoLogDensity(known, trajectory, { runtime, given: { class: classes } });
  const alone = await itoLogDensity(conditional(known, 1), trajectory, { runtime });
  for (const [i, label] of classes.entries())
    if (label === 1) expect(found.data.at(i - count)).toBeCloseTo(alone.data.at(i - count)!, 8);
    else expect(found.data.at(i - count)).not.toBeCloseTo(alone.data.at(i - count)!, 3);
});

describe("a sampler as one graph", () => {
  const sampler = unipc({ steps: 6 });
  test("compiled, it takes conditions besides the noise", async () => {
    for (const model of [known, guided(network, { weight: 2, interval: [0.1, 5] })]) {
      const compiled = await compileSampler(model, sampler, { count, dtype: "float64", runtime });
      const noise = samplerNoise(model, sampler, { count, dtype: "float64", seed: 3 });
      for (const given of [{ class: classes }, { class: 2 }, {}]) {
        const found = await compiled(noise, given);
        const expected = await sample(model, { count, seed: 3, sampler, dtype: "float64", runtime, given });
        expectClose(Array.from(found.data as Float64Array), Array.from(expected.data), 1e-9);
      }
      await expect(compiled(noise, { class: [1, 2] })).rejects.toThrow(/one for each of the 11 samples/);
      await compiled.dispose();
    }
  });

  test("in a file each condition is an input by name, and a fixed one is no input", async () => {
    const options = { count, seed: 3 } as const;
    const session = await InferenceSession.create(samplerToOnnx(network, sampler, { count }), { intraOpNumThreads: 1 });
    expect(session.inputNames).toEqual(["input.0.prior", "input.1.class"]);
    const { prior } = samplerNoise(network, sampler, options);
    const rows = zeros([count, 3]);
    for (const [i, label] of classes.entries()) if (label !== null) rows.data[3 * i + label] = 1;
    const { output } = await session.run({
      "input.0.prior": new OnnxTensor("float32", prior.data, prior.shape),
      "input.1.class": new OnnxTensor("float32", rows.data as Float32Array, rows.shape),
    });
    await session.release();
    const expected = await sample(network, { ...options, sampler, runtime, given: { class: classes } });
    expectClose(Array.from(output!.data as Float32Array), Array.from(expected.data), 1e-3);
    const fixed = await InferenceSession.create(samplerToOnnx(conditional(network, 1), sampler, { count }));
    expect(fixed.inputNames).toEqual(["input.0.prior"]);
    await fixed.release();
  });
});

describe("parts of a run", () => {
  const parts = [
    [0, 4],
    [4, 4],
    [8, 3],
  ] as const;
  test("a network, in float32: to its rounding", async () => {
    const whole = await sample(network, { count, seed: 3, runtime, given: { class: classes } });
    for (const [firstSample, size] of parts) {
      const given = { class: classes.slice(firstSample, firstSample + size) };
      const part = await sample(network, { firstSample, count: size, seed: 3, runtime, given });
      expectClose(Array.from(part.data), Array.from(whole.data.slice(2 * firstSample, 2 * (firstSample + size))), 1e-3);
    }
  });

  test("states to start from belong to the part, as do trajectories", async () => {
    const initial = normal([count, 2], { seed: 9 });
    for (let i = 0; i < 2 * count; i++) initial.data[i]! *= 20;
    const options = { seed: 3, sampler: eulerMaruyama({ steps: 5 }), batch: 4, runtime } as const;
    const whole = await sample(known, { ...options, count, initial });
    const part = { ...options, firstSample: 4, count: 5, initial: ndarray(initial.data.slice(8, 18), [5, 2]) };
    const drawn = await sample(known, part);
    expectClose(Array.from(drawn.data), Array.from(whole.data.slice(8, 18)), 1e-5);
    expect((await sampleTrajectory(known, part)).states.data.slice(-10)).toEqual(drawn.data);
  });

  test("events and errors name samples by their own numbers", async () => {
    const firsts: number[] = [];
    const broken: ScoreModel = { process, shape: [1], denoise: (x) => x.log() };
    const options = { firstSample: 100, count: 4, batch: 2, sampler: heun({ steps: 1 }), runtime };
    await sample(known, { ...options, onProgress: ({ firstSample }) => firsts.push(firstSample) });
    expect(new Set(firsts)).toEqual(new Set([100, 102]));
    await expect(sample(broken, options)).rejects.toThrow(/heun: sample 10[0-3] is not finite/);
  });

  test("a seed has 2^32 samples", async () => {
    const last = { firstSample: 2 ** 32 - 2, sampler: heun({ steps: 2 }), runtime };
    expect((await sample(known, { ...last, count: 2 })).shape).toEqual([2, 2]);
    await expect(sample(known, { ...last, count: 3 })).rejects.toThrow(
      /below 2\^32.*found 3 from sample 4294967294 on/,
    );
    for (const firstSample of [-1, 0.5, Number.NaN])
      await expect(sample(known, { ...last, firstSample, count: 1 })).rejects.toThrow(ArgumentError);
  });
});

test("what a caller without types gets wrong is refused with what would be right", async () => {
  const refused = (options: unknown, model: unknown = known) =>
    expect(sample(model as ScoreModel, options as { count: number }));
  await refused({ count: 2, given: { clas: 1 } }).rejects.toThrow(/conditions among class; found clas/);
  await refused({ count: 2, given: { class: [0, 1, 2] } }).rejects.toThrow(/each of the 2 samples; found a list of 3/);
  await refused({ count: 2, given: { class: zeros([3, 3]) } }).rejects.toThrow(/\[2, 3\]/);
  await refused({ count: 2, given: { class: 0 } }, exact(densities[0]!, process)).rejects.toThrow(/takes none/);
  await refused(undefined).rejects.toThrow(ArgumentError);
  await refused({ count: 2, steps: 50 }).rejects.toThrow(/steps/);
  await refused({ count: 2, sampler: "heun" }).rejects.toThrow(/sample sampler: expected a sampler such as heun\(\)/);
  await refused({ count: 2, initial: [[1, 2]] }).rejects.toThrow(/sample initial: expected an NdArray/);
  await refused({ count: 2, initial: zeros([3, 2]) }).rejects.toThrow(ShapeError);
  await refused({ count: 2 }, "model").rejects.toThrow(/sample model: expected a score model/);
  const trajectory = sampleTrajectory(known, { count: 2, evry: 3 } as never);
  await expect(trajectory).rejects.toThrow(/sampleTrajectory: .*evry/);
});
