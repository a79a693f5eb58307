import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import {
  type Adam,
  adamSettings,
  adamStep,
  type OptimiserState,
  restVector,
  stepNumberCount,
  stepVector,
} from "./optimiser.ts";
import { averageDecayAt } from "./schedule.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const size = 7;
const learningRate = (step: number): number => 0.01 * (1 + 0.3 * step);
const averageDecay = (step: number): number => averageDecayAt(step, 0.6);
/** Gradients that grow from far below to far above the clipping norm. */
const gradientAt = (step: number): Float32Array =>
  normal([size], { seed: 1, step }).data.map((value) => value * 10 ** (step / 5 - 2));

/** Adam as Kingma & Ba 2015 write algorithm 1, with AdamW's decay, in plain numbers. */
const reference = (steps: number, { beta1, beta2, epsilon, weightDecay, clipNorm }: Required<Adam>) => {
  const parameters = Array.from(normal([size], { seed: 2 }).data);
  const average = [...parameters];
  const m = new Array<number>(size).fill(0);
  const v = new Array<number>(size).fill(0);
  const norms = [];
  for (let step = 0; step < steps; step++) {
    const gradient = gradientAt(step);
    const norm = Math.hypot(...gradient);
    norms.push(norm);
    for (let i = 0; i < size; i++) {
      const g = gradient[i]! * Math.min(1, clipNorm / norm);
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const mHat = m[i]! / (1 - beta1 ** (step + 1));
      const vHat = v[i]! / (1 - beta2 ** (step + 1));
      const rate = learningRate(step);
      parameters[i] = parameters[i]! * (1 - rate * weightDecay) - (rate * mHat) / (Math.sqrt(vHat) + epsilon);
      average[i] = averageDecay(step) * average[i]! + (1 - averageDecay(step)) * parameters[i]!;
    }
  }
  return { parameters, average, firstMoment: m, secondMoment: v, norms };
};

const run = async (steps: number, adam: Required<Adam>) => {
  const vector = { shape: [size] };
  const compiled = await compile(
    (state: OptimiserState<Tensor>, gradient: Tensor, numbers: Tensor) => adamStep(state, gradient, numbers, adam),
    [
      { parameters: vector, firstMoment: vector, secondMoment: vector, average: vector },
      vector,
      { shape: [stepNumberCount()] },
    ],
    { runtime },
  );
  const zero = ndarray(new Float32Array(size));
  const parameters = normal([size], { seed: 2 });
  let state = { parameters, average: parameters, firstMoment: zero, secondMoment: zero } as OptimiserState<
    ReturnType<typeof ndarray>
  >;
  const norms = [];
  for (let step = 0; step < steps; step++) {
    const numbers = stepVector(step, { learningRate: learningRate(step), averageDecays: [averageDecay(step)] }, adam);
    const [next, norm] = await compiled(state as never, ndarray(gradientAt(step)), ndarray(Float32Array.from(numbers)));
    state = next as never;
    norms.push(Number(norm.data[0]));
  }
  await compiled.dispose();
  return { ...state, norms };
};

describe("adamStep over 20 steps is Adam in plain numbers", () => {
  const cases: [string, Adam][] = [
    ["the defaults, which clip", {}],
    ["without clipping", { clipNorm: Number.POSITIVE_INFINITY }],
    ["with weight decay", { weightDecay: 0.3 }],
    ["with other numbers", { beta1: 0.5, beta2: 0.9, epsilon: 0.1, clipNorm: 0.05, weightDecay: 0.01 }],
    ["without memory", { beta1: 0, beta2: 0 }],
  ];
  for (const [name, options] of cases)
    test(name, async () => {
      const adam = adamSettings(options);
      const found = await run(20, adam);
      const expected = reference(20, adam);
      for (const [i, norm] of expected.norms.entries()) expect(found.norms[i]! / norm).toBeCloseTo(1, 5);
      for (const key of ["parameters", "average", "firstMoment", "secondMoment"] as const)
        for (const [i, value] of expected[key].entries())
          expect(Math.abs(Number(found[key].data[i]) - value), key).toBeLessThan(2e-6 * (1 + Math.abs(value)));
    });
});

test("a gradient of zero moves nothing", async () => {
  const adam = adamSettings();
  const vector = { shape: [2] };
  const compiled = await compile(
    (state: OptimiserState<Tensor>, gradient: Tensor, numbers: Tensor) => adamStep(state, gradient, numbers, adam),
    [
      { parameters: vector, firstMoment: vector, secondMoment: vector, average: vector },
      vector,
      { shape: [stepNumberCount()] },
    ],
    { runtime },
  );
  const zero = ndarray(new Float32Array(2));
  const parameters = ndarray(Float32Array.of(3, -1));
  const numbers = ndarray(Float32Array.from(stepVector(0, { learningRate: 1, averageDecays: [0.5] }, adam)));
  const state = { parameters, average: parameters, firstMoment: zero, secondMoment: zero };
  const [next, norm] = await compiled(state, zero, numbers);
  await compiled.dispose();
  expect(Number(norm.data[0])).toBe(0);
  expect(next.parameters.data).toEqual(parameters.data);
  expect(next.average.data).toEqual(parameters.data);
});

test("settings out of range are refused", () => {
  for (const bad of [
    { beta1: 1 },
    { beta1: -0.1 },
    { beta2: 1 },
    { epsilon: 0 },
    { weightDecay: -1 },
    { clipNorm: 0 },
    { clipNorm: Number.NaN },
  ])
    expect(() => adamSettings(bad)).toThrow(ArgumentError);
  expect(adamSettings({ beta1: 0.8 })).toEqual({
    beta1: 0.8,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 1,
  });
});

test("micro-batches add up to the step of their sum, and change nothing before the last", async () => {
  const adam = adamSettings({ weightDecay: 0.3 });
  const vector = { shape: [size] };
  const spec = { parameters: vector, firstMoment: vector, secondMoment: vector, average: vector };
  const numbersSpec = { shape: [stepNumberCount(2)] };
  const stepOf = (state: OptimiserState<Tensor>, gradient: Tensor, numbers: Tensor) =>
    adamStep(state, gradient, numbers, adam);
  const whole = await compile(stepOf, [{ ...spec, otherAverages: [vector] }, vector, numbersSpec], { runtime });
  const cut = await compile(stepOf, [{ ...spec, otherAverages: [vector], gradient: vector }, vector, numbersSpec], {
    runtime,
  });
  const [parameters, firstMoment, average, other] = [2, 3, 4, 5].map((seed) => normal([size], { seed })) as [
    ReturnType<typeof ndarray>,
    ReturnType<typeof ndarray>,
    ReturnType<typeof ndarray>,
    ReturnType<typeof ndarray>,
  ];
  const secondMoment = ndarray(normal([size], { seed: 6 }).data.map((value) => value * value));
  const state = { parameters, firstMoment, secondMoment, average, otherAverages: [other] };
  const gradients = [7, 8, 9].map((seed) => normal([size], { seed }));
  const sum = ndarray(gradients[0]!.data.map((value, i) => value + gradients[1]!.data[i]! + gradients[2]!.data[i]!));
  const numbers = ndarray(Float32Array.from(stepVector(4, { learningRate: 0.1, averageDecays: [0.9, 0.5] }, adam)));
  const rest = ndarray(Float32Array.from(restVector(2)));
  const [expected, norm] = await whole(state as never, sum, numbers);
  let micro: object = { ...state, gradient: ndarray(new Float32Array(size)) };
  for (const [i, gradient] of gradients.entries()) {
    const [next, found] = await cut(micro as never, gradient, i < 2 ? rest : numbers);
    const { gradient: left, ...others } = next as never as OptimiserState<ReturnType<typeof ndarray>>;
    if (i < 2) expect(others).toEqual(state);
    else {
      expect(others).toEqual(expected);
      expect(found).toEqual(norm);
      expect(left!.data.every((value) => Number(value) === 0)).toBe(true);
    }
    micro = next;
  }
  await Promise.all([whole.dispose(), cut.dispose()]);
});
