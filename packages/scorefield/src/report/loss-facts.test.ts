import { expect, test } from "vitest";
import type { Metrics } from "../run/metrics.ts";
import { heldOutLosses, lossFacts, smoothLosses } from "./loss-facts.ts";

const block = (step: number, loss: number, heldOutLoss?: number): Metrics => ({
  step,
  loss,
  ...(heldOutLoss !== undefined && { heldOutLoss }),
  gradientNorm: 1,
  learningRate: 1e-3,
  samplesPerSecond: 640,
});

test("the loss is the mean of the last 300 steps by their number, the time of all steps", () => {
  const metrics = [block(100, 9, 5), block(200, 4, 1), block(500, 2, 3)];
  expect(lossFacts(metrics, 64)).toEqual({
    seconds: 50,
    samplesPerSecond: 640,
    loss: 2,
    heldOut: { step: 500, loss: 3 },
    leastHeldOut: { step: 200, loss: 1 },
  });
  // Blocks of 100 and 200 steps.
  expect(lossFacts([block(100, 9), block(300, 3)], 64).loss).toBe((9 * 100 + 3 * 200) / 300);
  expect(lossFacts([], 64)).toEqual({ seconds: 0 });
});

test("a held-out loss that was not finite, null in JSON, is left out, and a speed of nothing costs no time", () => {
  const broken = { ...block(10, 1), heldOutLoss: null, samplesPerSecond: 0 } as unknown as Metrics;
  expect(heldOutLosses([broken, block(20, 1, 0.5)])).toEqual([{ step: 20, loss: 0.5 }]);
  expect(lossFacts([broken], 64).seconds).toBe(0);
});

test("smoothing keeps a straight course and its ends", () => {
  const straight = Array.from({ length: 101 }, (_, i) => block(i + 1, i));
  for (const [i, { step, loss }] of smoothLosses(straight).entries()) {
    expect(step).toBe(i + 1);
    expect(loss).toBeCloseTo(i, 9);
  }
});
