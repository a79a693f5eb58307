import { describe, expect, it } from "vitest";
import { samplingPattern } from "./sampling-pattern.ts";

const total = (mask: { data: Float32Array }): number => mask.data.reduce((sum, value) => sum + value, 0);

describe("samplingPattern", () => {
  it.each(["random", "dense"] as const)("measures as many %s points and lines as the acceleration says", (order) => {
    for (const acceleration of [2, 4, 7]) {
      const points = samplingPattern({ size: [60, 50], acceleration, order, along: "points", calibration: 10 });
      expect(total(points)).toBe(Math.round(3000 / acceleration));
      const lines = samplingPattern({ size: [60, 50], acceleration, order, calibration: 6 });
      expect(total(lines)).toBe(50 * Math.round(60 / acceleration));
    }
  });

  it("measures the centre in full, and lines whole", () => {
    const { data } = samplingPattern({ size: [20, 12], acceleration: 5, calibration: 4, seed: 3 });
    for (let i = 0; i < 20; i++) {
      const line = Array.from(data.subarray(i * 12, (i + 1) * 12));
      expect(new Set(line).size).toBe(1);
      if (i >= 8 && i < 12) expect(line[0]).toBe(1);
    }
  });

  it("takes every so many lines, from the centre on", () => {
    const { data } = samplingPattern({ size: [12, 1], acceleration: 3, order: "regular", calibration: 0 });
    expect(Array.from(data)).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
    const points = samplingPattern({
      size: [4, 4],
      acceleration: 4,
      order: "regular",
      along: "points",
      calibration: 0,
    });
    expect(Array.from(points.data)).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });

  it("is dense in the middle", () => {
    const { data } = samplingPattern({
      size: [100, 100],
      acceleration: 4,
      order: "dense",
      along: "points",
      calibration: 0,
    });
    let [inner, outer] = [0, 0];
    for (let at = 0; at < 10_000; at++) {
      const r = Math.hypot(Math.floor(at / 100) - 50, (at % 100) - 50);
      if (r < 20) inner += data[at]! / (Math.PI * 400);
      else if (r > 50) outer += data[at]! / (10_000 - Math.PI * 2500);
    }
    expect(inner).toBeGreaterThan(0.45);
    expect(outer).toBeLessThan(0.15);
  });

  it("depends on the seed alone", () => {
    const drawn = (seed: number) => samplingPattern({ size: [30, 4], acceleration: 3, calibration: 2, seed }).data;
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it("names what does not fit", () => {
    expect(() => samplingPattern({ size: [30, 4], acceleration: 4 })).toThrow(
      /expected a centre of at most 1 \/ 4 of k-space, found one of 0.800/,
    );
    expect(() => samplingPattern({ size: [30, 4], acceleration: 0.5 })).toThrow(/acceleration: expected at least 1/);
    expect(() => samplingPattern({ size: [30, 4], acceleration: 2, order: "spiral" as never })).toThrow(
      /order: expected regular or random or dense, found "spiral"/,
    );
  });
});
