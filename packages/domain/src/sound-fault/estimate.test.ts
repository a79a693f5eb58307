import { describe, expect, test } from "vitest";
import { errorScales, estimateClipped, estimateGap } from "./estimate.ts";
import { clipped, withGap } from "./faults.ts";
import { clippedSide } from "./known.ts";

const rate = 8000;
const length = 1024;
const sound = Float64Array.from(
  { length },
  (_, t) => 0.4 * Math.sin(0.131 * t) + 0.2 * Math.sin(0.36 * t + 1) + 0.01 * Math.sin(t * t),
);

const rms = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

describe("gaps", () => {
  const gap = [450, 570] as const;

  test("are filled near to the sound, and scales tell how far off that may be", () => {
    const window = estimateGap(withGap(sound, 450, 120), gap, [], rate);
    const error = window.estimate.map((value, t) => value - sound[t]!);
    expect(rms(error.subarray(...gap))).toBeLessThan(0.3 * rms(sound.subarray(...gap)));
    const scales = errorScales("gap", window, rate);
    expect(rms(error.subarray(...gap)) / rms(scales.subarray(...gap))).toBeGreaterThan(0.2);
    expect(rms(error.subarray(...gap)) / rms(scales.subarray(...gap))).toBeLessThan(5);
    expect(scales[449]).toBe(1);
    expect(window.unknown.reduce((sum, value) => sum + value, 0)).toBe(120);
  });

  test("beside the one that is meant are taken for known once they are filled", () => {
    const faulty = withGap(withGap(sound, 450, 120), 700, 60);
    const window = estimateGap(faulty, gap, [[700, 760]], rate);
    expect(window.unknown[720]).toBe(0);
    expect(window.faulty[720]).toBe(window.estimate[720]);
    expect(Math.abs(window.estimate[720]! - sound[720]!)).toBeLessThan(0.2);
  });
});

test("scales of clipping are alike in a window, and larger where more is clipped", () => {
  const scaleOf = (level: number): number => {
    const faulty = clipped(sound, level);
    const most = Math.max(...faulty);
    const side = Int8Array.from(faulty, (value) => clippedSide(value, { low: -most, high: most }));
    const window = estimateClipped(faulty, side, rate);
    const scales = errorScales("clip", window, rate);
    const own = new Set([...side.keys()].filter((t) => side[t] !== 0).map((t) => scales[t]));
    expect(own.size).toBe(1);
    return [...own][0]!;
  };
  expect(scaleOf(0.3)).toBeGreaterThan(scaleOf(0.7));
});

test("a window without a fault has scales of 1", () => {
  const known = { faulty: sound, estimate: sound, unknown: new Int8Array(length) };
  for (const fault of ["gap", "clip"] as const)
    expect(errorScales(fault, known, rate)).toEqual(new Float64Array(length).fill(1));
});
