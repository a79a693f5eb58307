/**
 * Numbers of trainings by the loop that stood before `fit`, which had their own step, batch source and trainer. On
 * the machine that made them they are equal to the bit; other processors round the kernels' sums otherwise.
 */
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { mlp } from "../network/mlp.ts";
import { denoising } from "../objective/denoising.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { dataset } from "./dataset.ts";
import type { TrainEvent, TrainOptions } from "./options.ts";
import { train } from "./train.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const options: TrainOptions = {
  data: normal([50, 2], { seed: 1 }),
  process: edm(),
  network: mlp({ width: 8, depth: 2, noiseFeatures: 4 }),
  steps: 30,
  batch: 12,
  seed: 3,
  runtime,
};
const labels = Array.from({ length: 50 }, (_, i) => i % 3);

const cases: readonly (readonly [name: string, changes: Partial<TrainOptions>, golden: readonly number[]])[] = [
  [
    "by default",
    {},
    [0.904414296, 1.3599695, 1.23648787, 0.00000338082113, 21.2012924, 0.0193720391, 0.0000313786814, 21.2010648],
  ],
  [
    "of micro-batches, with weight decay",
    { accumulate: 3, adam: { weightDecay: 0.01 } },
    [0.904414356, 1.35996997, 1.23627746, 0.00000338082113, 21.1945142, 0.0193716521, 0.0000313701172, 21.1943697],
  ],
  [
    "with averages of two widths and learnt uncertainty",
    {
      average: { kind: "power", widths: [0.1, 0.2] },
      objective: denoising({ uncertainty: true }),
      decay: "constant",
      warmUp: 5,
    },
    [0.904414296, 1.36422765, 1.66663802, 0.001, 21.228747, 0.0517926722, 0.0000205210868, 21.2285203, 21.2198621],
  ],
  [
    "of classes",
    {
      data: dataset(normal([50, 2], { seed: 1 }), labels),
      network: mlp({ width: 8, depth: 2, noiseFeatures: 4, classes: 3 }),
    },
    [0.904414296, 1.35083938, 1.3817997, 0.00000338082113, 23.1700885, 0.0154446435, 0.0000401989847, 23.1702083],
  ],
];

/** First and last loss, the last gradient's norm and rate, and of each vector of the state the sum of squares. */
const numbersOf = (events: readonly TrainEvent[]): number[] => {
  const losses = events.flatMap((event) => [...event.losses]);
  const { gradientNorm, learningRate, checkpoint } = events.at(-1)!;
  const { parameters, firstMoment, secondMoment, average, otherAverages = [] } = checkpoint.state;
  const vectors = [parameters, firstMoment, secondMoment, average, ...otherAverages];
  const squares = vectors.map(({ data }) => (data as Float32Array).reduce((sum, value) => sum + value * value, 0));
  return [losses[0]!, losses.at(-1)!, gradientNorm, learningRate, ...squares];
};

test.each(cases)("training %s is what it was", async (_, changes, golden) => {
  const events: TrainEvent[] = [];
  for await (const event of train({ ...options, ...changes })) events.push(event);
  const found = numbersOf(events);
  expect(found).toHaveLength(golden.length);
  for (const [i, value] of found.entries()) expect(Math.abs(value / golden[i]! - 1), `number ${i}`).toBeLessThan(1e-5);
});
