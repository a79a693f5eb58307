import { expect, test } from "vitest";
import { type Controller, nextStep, roundedStep, type StepControl } from "./step-control.ts";

const controller: Controller = { firstStep: 0.1, safety: 0.9, proportional: 0.2, integral: 0, shrink: 0.2, grow: 5 };
const before: StepControl = { step: 1, lastError: 1, failed: false };

test("the next step is the longest whose error is expected within the tolerance, with some safety", () => {
  // Error of a step h is (h / 1)^5 times 0.5: after it, 0.9 (1 / 0.5)^(1/5).
  expect(nextStep(controller, before, 0.5)).toEqual({ step: 0.9 * 2 ** 0.2, lastError: 0.5, failed: false });
  expect(nextStep(controller, before, 32)).toEqual({ step: 0.45, lastError: 1, failed: true });
});

test("factors are bounded, and after a failure the step does not grow at once", () => {
  expect(nextStep({ ...controller, grow: 2 }, before, 0).step).toBe(2);
  expect(nextStep(controller, before, 1e9).step).toBe(0.2);
  expect(nextStep(controller, before, 1.0001).step).toBeLessThanOrEqual(0.9);
  expect(nextStep(controller, { ...before, failed: true }, 1e-3)).toMatchObject({ step: 1, failed: false });
});

test("of an error far below the tolerance, which may be rounding, the next step does not depend", () => {
  const memory = { ...controller, proportional: 0.14, integral: 0.08 };
  const after = nextStep(memory, before, 1e-3);
  for (const error of [0, 1e-9, 9e-3]) expect(nextStep(memory, before, error)).toEqual(after);
  expect(after.step).toBeGreaterThan(1.5);
  expect(nextStep(memory, after, 0.5)).toEqual(nextStep(memory, { ...before, step: after.step }, 0.5));
});

test("an error that is no number is a failure of unknown size", () => {
  for (const error of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(nextStep(controller, before, error)).toEqual({ step: 0.2, lastError: 1, failed: true });
});

test("memory of the error before: a rising error shortens the step more", () => {
  const memory = { ...controller, proportional: 0.14, integral: 0.08 };
  const rising = nextStep(memory, { ...before, lastError: 0.1 }, 0.5).step;
  const falling = nextStep(memory, { ...before, lastError: 1 }, 0.5).step;
  expect(rising / falling).toBeCloseTo(0.1 ** 0.08, 12);
});

test("where the error is c h^5 the steps tend to a fixed length that succeeds", () => {
  let state = before;
  for (let k = 0; k < 100; k++)
    state = nextStep({ ...controller, proportional: 0.14, integral: 0.08 }, state, 3 * state.step ** 5);
  const next = nextStep({ ...controller, proportional: 0.14, integral: 0.08 }, state, 3 * state.step ** 5);
  expect(next.step / state.step).toBeCloseTo(1, 9);
  expect(3 * state.step ** 5).toBeLessThan(1);
});

test("rounded steps are powers of 2^(1/8), no longer but by rounding, and at most a twelfth shorter", () => {
  for (const step of [1e-9, 0.0123, 0.7, 1, 5]) {
    const rounded = roundedStep(step);
    expect(8 * Math.log2(rounded)).toBeCloseTo(Math.round(8 * Math.log2(rounded)), 9);
    expect(rounded).toBeLessThanOrEqual(step * 1.001);
    expect(rounded).toBeGreaterThan((step * 11) / 12);
    // A step of one of these lengths keeps it, rounded though the times between are.
    for (const shift of [-1e-6, 1e-6]) expect(roundedStep(rounded * (1 + shift))).toBe(rounded);
    // Rounding of float32 does not move a step, except one on the border.
    expect(roundedStep(step * 0.99)).toBe(roundedStep(step * 0.99 * (1 + 1e-6)));
  }
});
