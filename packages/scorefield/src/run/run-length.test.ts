import type { TrainEvent } from "@scorefield/core";
import { zeros } from "@scorefield/tensor";
import { expect, test } from "vitest";
import type { Recipe } from "../recipe/resolve.ts";
import { runLength, shareDone } from "./run-length.ts";

const training = (length: object): Recipe["training"] => ({ batch: 64, ...length }) as Recipe["training"];
const event = (changes: Partial<TrainEvent>): TrainEvent =>
  ({ step: 10, share: 0.5, stepsPerSecond: 100 / 64, ...changes }) as TrainEvent;
const vector = zeros([1]);
const state = { parameters: vector, firstMoment: vector, secondMoment: vector, average: vector };
const checkpoint = {
  step: 30,
  state,
  pace: [
    [20, 0.2],
    [40, 0.4],
  ] as const,
};

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("the share that is done is the share of the steps, or of the pace", () => {
  expect(shareDone({ steps: 60 }, undefined)).toBe(0);
  expect(shareDone({ steps: 60 }, checkpoint)).toBe(0.5);
  expect(shareDone({}, checkpoint)).toBeCloseTo(0.3, 12);
});

test("by steps and by a pace nothing depends on the clock", () => {
  const steps = runLength(training({ steps: 60 }), { begun: 0, checkpoint, picture: 100, bytes: 0 });
  expect(steps).toMatchObject({ length: { steps: 60 }, from: 30, total: 60 });
  expect(steps.position(event({ step: 45 }))).toBe(45);
  expect(steps.mayDraw(event({}))).toBe(true);
  const pace = [[50, 1]] as [number, number][];
  expect(runLength(training({ pace }), { begun: 0, picture: 0, bytes: 0 })).toMatchObject({
    length: { pace },
    from: 0,
    total: 1,
  });
});

test("a resumed run has the share of its minutes that is left", () => {
  const { length, from, position } = runLength(training({ minutes: 10 }), {
    begun: 5000,
    checkpoint,
    picture: 0,
    bytes: 0,
  });
  expect(length.deadline!.at).toBeCloseTo(5000 + 0.7 * 600_000, 6);
  expect(from).toBeCloseTo(0.3, 12);
  expect(position(event({ share: 0.7 }))).toBe(0.7);
});

test("the time of a picture and of saving is kept back; pictures that take long are left out, except the last", async () => {
  const run = runLength(training({ minutes: 0.2 }), { begun: 0, picture: 600, bytes: 2e7 });
  const reserve = (): number => run.length.deadline!.reserve!(640);
  // 600 evaluations take as long as 200 samples in training: 2 s of 12. Bytes are written at 100 MB/s at first.
  expect(run.mayDraw(event({}))).toBe(false);
  expect(reserve()).toBeCloseTo(500 + 2000 + 200, 6);
  expect(run.mayDraw(event({ share: 1 }))).toBe(true);
  // One that was not due says nothing of the time.
  await run.timed("picture", async () => undefined);
  expect(reserve()).toBeCloseTo(2700, 6);
  await run.timed("picture", async () => {
    await wait(20);
    return "picture.png";
  });
  await run.timed("saving", () => wait(30));
  const kept = reserve() - 500;
  expect(kept).toBeGreaterThan(45);
  expect(kept).toBeLessThan(1500);
  expect(run.mayDraw(event({ stepsPerSecond: 0.01 }))).toBe(true);
});

test("the last picture is left out, and no time kept for it, where it would take more than a quarter of the time", () => {
  const run = runLength(training({ minutes: 0.1 }), { begun: 0, picture: 600, bytes: 0 });
  expect(run.length.deadline!.reserve!(640)).toBeCloseTo(500, 6);
  expect(run.mayDraw(event({ share: 1 }))).toBe(false);
});
