import type { NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { mlp } from "../network/mlp.ts";
import { denoising } from "../objective/denoising.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { dividedTraining } from "./divided-training.ts";
import type { TrainEvent, TrainOptions } from "./options.ts";
import { weighedMean } from "./outer-step.ts";
import { train } from "./train.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const options: TrainOptions = {
  data: normal([50, 2], { seed: 1 }),
  heldOut: normal([20, 2], { seed: 2 }),
  process: edm(),
  network: mlp({ width: 8, depth: 2, noiseFeatures: 4 }),
  objective: denoising({ uncertainty: true }),
  average: { kind: "power", widths: [0.1, 0.2] },
  steps: 12,
  batch: 12,
  seed: 3,
  warmUp: 3,
  adam: { weightDecay: 0.01 },
  runtime,
};

const lastOf = async (changes: Partial<TrainOptions> = {}): Promise<TrainEvent> => {
  let last: TrainEvent | undefined;
  for await (const event of train({ ...options, ...changes })) last = event;
  return last!;
};

const farthest = (a: NdArray, b: NdArray): number =>
  Math.max(...(a.data as Float32Array).map((value, i) => Math.abs(value - Number(b.data[i]))));

describe("gradients of places, averaged at every step", () => {
  test.each([
    [1, 1],
    [3, 1],
    [2, 3],
  ])("of %d places in %d micro-batches are the training of one machine up to rounding", async (places, accumulate) => {
    const divided = await dividedTraining({ ...options, accumulate });
    let state = divided.initial;
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const parts = [];
      for (let place = 0; place < places; place++)
        parts.push(await divided.gradientOf(state.parameters, { step, place, places }));
      losses.push(parts.reduce((sum, { loss }) => sum + loss / places, 0));
      const mean = weighedMean(parts.map(({ gradient }) => ({ vector: gradient, samples: 12 / places })));
      state = await divided.update(state, mean, step);
    }
    const whole = await lastOf();
    for (const [k, loss] of whole.losses.entries()) expect(losses[k]! / loss).toBeCloseTo(1, 4);
    const expected = whole.checkpoint.state;
    // As of accumulated micro-batches: Adam's first steps are of the size of the rate for every gradient.
    expect(farthest(state.parameters, expected.parameters)).toBeLessThan(2e-4);
    expect(farthest(state.average, expected.average)).toBeLessThan(2e-4);
    expect(farthest(state.otherAverages![0]!, expected.otherAverages![0]!)).toBeLessThan(2e-4);
    expect(await divided.heldOutLoss(state.average)).toBeCloseTo(whole.heldOutLoss!, 4);
    await divided.dispose();
  });
});

describe("steps of a place", () => {
  test("of one place alone, in one round, are the training of one machine to the bit", async () => {
    const divided = await dividedTraining(options);
    const { parameters } = divided.initial;
    const { state, losses } = await divided.stepsOf({ parameters }, { place: 0, places: 1, from: 0, to: 12 });
    const whole = await lastOf();
    expect(farthest(state.parameters, whole.checkpoint.state.parameters)).toBe(0);
    expect(losses).toEqual(Array.from(whole.losses));
    await divided.dispose();
  });

  test("go on with a second moment, and gather the first anew", async () => {
    // Without a first moment, nor clipping, every step of Adam is g / sqrt(mean of g^2): rounds change nothing.
    const plain = { ...options, adam: { beta1: 0, clipNorm: Number.POSITIVE_INFINITY } };
    const divided = await dividedTraining(plain);
    let parameters = divided.initial.parameters;
    let secondMoment: NdArray | undefined;
    for (const [from, to] of [
      [0, 4],
      [4, 8],
      [8, 12],
    ] as const) {
      const { state } = await divided.stepsOf({ parameters, secondMoment }, { place: 0, places: 1, from, to });
      ({ parameters, secondMoment } = state);
    }
    const whole = await lastOf(plain);
    expect(farthest(parameters, whole.checkpoint.state.parameters)).toBeLessThan(1e-6);
    await divided.dispose();
  });

  test("are the same whoever does them, and others at another place", async () => {
    const [one, other] = [await dividedTraining(options), await dividedTraining(options)];
    const { parameters } = one.initial;
    const first = await one.stepsOf({ parameters }, { place: 1, places: 2, from: 4, to: 8 });
    const again = await other.stepsOf({ parameters }, { place: 1, places: 2, from: 4, to: 8 });
    const elsewhere = await other.stepsOf({ parameters }, { place: 0, places: 2, from: 4, to: 8 });
    expect(again).toEqual(first);
    expect(farthest(elsewhere.state.parameters, first.state.parameters)).toBeGreaterThan(0);
    await one.dispose();
    await other.dispose();
  });

  test("without moments begin with Adam's first step: it is of the size of the learning rate", async () => {
    const divided = await dividedTraining({ ...options, adam: {} });
    const { parameters } = divided.initial;
    const { state } = await divided.stepsOf({ parameters }, { place: 0, places: 1, from: 6, to: 7 });
    expect(farthest(state.parameters, parameters) / divided.learningRate(6)).toBeCloseTo(1, 2);
    await divided.dispose();
  });

  test("need places that divide the batch, a number of steps, and float32", async () => {
    const divided = await dividedTraining(options);
    const { parameters } = divided.initial;
    for (const places of [5, 0, 24, 1.5])
      await expect(divided.stepsOf({ parameters }, { place: 0, places, from: 0, to: 1 })).rejects.toThrow(
        /places that divide the batch of 12/,
      );
    await expect(divided.gradientOf(parameters, { place: 2, places: 2, step: 0 })).rejects.toThrow(ArgumentError);
    await divided.dispose();
    const { steps: _, ...others } = options;
    await expect(dividedTraining({ ...others, minutes: 1 })).rejects.toThrow(/expected steps/);
    await expect(dividedTraining({ ...options, precision: "mixed" })).rejects.toThrow(/float32/);
  });
});
