/** Callers without types: what they hand over wrongly is refused, by name, with an error of the project. */
import { compile, ndarray, setDefaultRuntime, zeros } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import * as core from "./index.ts";

const runtime = native();
setDefaultRuntime(runtime);
afterAll(() => runtime.dispose());

const model = core.exact(core.gaussian({ mean: [0, 0] }), core.edm());
const sampler = core.heun({ steps: 2 });
const x = zeros([2, 2]);
const whole = ndarray(new Int32Array(4), [2, 2]);
const process = core.edm();
const network = core.mlp({ width: 8, depth: 1 });
const training = { data: core.normal([8, 2], { seed: 0 }), process, network, steps: 1, batch: 4 };
const fitting = {
  parameters: { w: zeros([2]) },
  loss: () => {
    throw new Error("traced");
  },
  batches: { specs: {}, inputs: () => ({}) },
  steps: 1,
};
const states = [{ t: 1, x }];

/** Every function with options, called with one option more than it needs. */
const calls: Readonly<Record<string, (options: object) => unknown>> = {
  annealedImportance: (o) => core.annealedImportance(model, o),
  bitsPerDimension: (o) => core.bitsPerDimension(model, whole, o),
  compileSampler: (o) => core.compileSampler(model, sampler, { count: 1, ...o }),
  decode: (o) => core.decode(model, x, o),
  dequantise: (o) => core.dequantise(whole, o),
  encode: (o) => core.encode(model, x, o),
  fit: (o) => core.fit({ ...fitting, ...o } as never).result,
  interpolate: (o) => core.interpolate(model, x, x, o),
  itoLogDensity: (o) => core.itoLogDensity(model, states, o),
  logDensity: (o) => core.logDensity(model, x, o),
  sample: (o) => core.sample(model, { count: 1, ...o }),
  samplerNoise: (o) => core.samplerNoise(model, sampler, { count: 1, ...o }),
  samplerToOnnx: (o) => core.samplerToOnnx(model, sampler, { count: 1, ...o }),
  sampleTrajectory: (o) => core.sampleTrajectory(model, { count: 1, ...o }),
  superpose: (o) => core.superpose([model, model], { count: 1, ...o }),
  train: (o) => core.train({ ...training, ...o } as never).result,
};

test.each(Object.keys(calls))(
  "%s refuses a signal, runtime, dtype or onProgress of another kind, by name",
  async (name) => {
    for (const option of ["signal", "runtime", "dtype", "onProgress"])
      for (const value of [5, null, {}, "x", []]) {
        const call = async () => calls[name]!({ [option]: value });
        await expect(call(), `${option}: ${JSON.stringify(value)}`).rejects.toThrow(core.ArgumentError);
        await expect(call()).rejects.toThrow(new RegExp(`${option}.*(found|known are)`));
      }
  },
);

test("undefined is an option left out", async () => {
  const { parameters } = await core.train({ ...training, precision: undefined, seed: undefined } as never).result;
  expect(parameters).toEqual((await core.train(training).result).parameters);
});

/** Arguments that are nothing of the kind, and what the error says. */
const wrong: readonly (readonly [call: () => unknown, message: RegExp])[] = [
  [() => core.evaluations("heun" as never, process), /evaluations sampler: expected a sampler.*found "heun"/],
  [() => core.evaluations(sampler, {} as never), /evaluations process: expected a process such as edm\(\), found \{\}/],
  [() => core.karrasGrid({} as never, 3), /grid process: expected a process/],
  [() => core.logSnrGrid(null as never, 3), /grid process: expected a process/],
  [() => core.timeOfLogRatio(5 as never, 0), /timeOfLogRatio process: expected a process/],
  [() => core.summary(core.mlp as never, [2]), /summary network: .*found the function that makes one; call it/],
  [() => core.summary(network, 2 as never), /expected a shape such as \[2, 3\], found 2/],
  [() => core.trainedModel({} as never, {}, [2]), /trainedModel parts: expected \{ process, network/],
  [
    () => core.sample(model, { count: 1, sampler: process as never }),
    /sample sampler: expected a sampler such as heun/,
  ],
  [() => core.sample(model, { count: 1, initial: [[1, 2]] as never }), /sample initial: .*make it one with fromNested/],
  [() => core.mixtureOf([model], { weights: 1 as never }), /mixtureOf: expected a list of weights, found 1/],
  [() => core.productOf([model], { exponents: 1 as never }), /productOf: expected 1 finite exponents, found 1/],
  [() => core.uniformSphere(null as never), /uniformSphere: expected options as an object/],
  [() => core.dequantise(null as never), /dequantise values: expected an NdArray, found null/],
  [() => core.dequantise(whole, { range: 5 as never }), /expected a range \[low, high\] of low < high, found 5/],
  [() => core.itoLogDensity(model, 5 as never), /itoLogDensity: expected a list of states \{ t, x \}, found 5/],
  [() => core.itoLogDensity(model, [5] as never), /itoLogDensity state: expected an NdArray/],
  [() => core.itoLogDensity(model, states, { dynamics: "sdf" as never }), /expected dynamics sde or ode, found "sdf"/],
  [() => core.normalised(model, {} as never), /normalised estimate: expected what annealedImportance returns/],
  [() => core.averageWeights(5 as never, { step: 1, width: 0.1 }), /expected a list of stored averages, found 5/],
  [
    () => core.averageWeights([null] as never, { step: 1, width: 0.1 }),
    /average: expected \{ step, width \}, found null/,
  ],
  [() => core.augment(x, null as never, { seed: 0, step: 0 }), /augmentation: expected options as an object/],
  [() => core.integers([2], undefined as never), /integers: expected int32 low < high/],
  [() => core.normal([2], { seed: 0, dtype: "float" as never }), /expected an element type among float32/],
  [() => core.fit({ ...fitting, nameOf: 5 } as never).result, /fit nameOf: expected a function, found 5/],
  [
    () => core.fit({ ...fitting, resume: 5 } as never).result,
    /fit resume: expected a checkpoint, as events have it, found 5/,
  ],
];

test("arguments that are nothing of the kind are refused", async () => {
  for (const [call, message] of wrong) {
    const error = await (async () => call())().catch((error: unknown) => error);
    expect((error as Error)?.message).toMatch(message);
    expect((error as Error).name).toMatch(/^(Argument|Shape|DataType)Error$/);
  }
});

test("a signal of another realm is one", async () => {
  const signal = { aborted: false, throwIfAborted: () => {}, addEventListener: () => {} };
  const drawn = await core.sample(model, { count: 1, sampler, signal: signal as never });
  expect(drawn.shape).toEqual([1, 2]);
  await expect(compile((a) => a, [{ shape: [1] }], { runtime: {} as never })).rejects.toThrow("runtime");
});

test("score, noise and velocity of arrays say that they take tensors", () => {
  for (const of of [core.score, core.noise, core.velocity])
    expect(() => of(model, x as never, zeros([2]) as never)).toThrow(/expected x and t to be tensors.*compile/);
});
