import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { geometricNoise, logNormalNoise, uniformTimes } from "./noise-distribution.ts";

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];
const ratioAt = (process: Process, t: number): number => process.sigma(t) / process.alpha(t);

describe("logNormalNoise", () => {
  // Quantiles of the standard normal distribution, from tables.
  const quantiles = [
    [0.5, 0],
    [0.8413447460685429, 1],
    [0.15865525393145707, -1],
    [0.9772498680518208, 2],
    [0.975, 1.959963984540054],
  ] as const;

  test("log(sigma / alpha) has the quantiles of N(mean, deviation^2), in every process", () => {
    for (const process of processes) {
      for (const [u, z] of quantiles)
        expect(Math.log(ratioAt(process, logNormalNoise().time(process, u))), process.recipe.kind).toBeCloseTo(
          -1.2 + 1.2 * z,
          7,
        );
      const own = logNormalNoise({ mean: 0.3, deviation: 0.5 });
      for (const [u, z] of quantiles)
        expect(Math.log(ratioAt(process, own.time(process, u)))).toBeCloseTo(0.3 + 0.5 * z, 7);
    }
  });

  test("stays within the process, at the smallest draw and the largest", () => {
    for (const process of processes) {
      const wide = logNormalNoise({ deviation: 100 });
      expect(wide.time(process, 2 ** -54)).toBe(process.times.first);
      expect(wide.time(process, 1 - 2 ** -53)).toBe(process.times.last);
    }
  });

  test("bad options", () => {
    expect(() => logNormalNoise({ deviation: 0 })).toThrow(ArgumentError);
    expect(() => logNormalNoise({ mean: Number.NaN })).toThrow(ArgumentError);
  });
});

describe("geometricNoise", () => {
  // Song & Ermon 2019: ten levels from 1.0 to 0.01, a factor of 100^(1/9) = 1.668101 apart.
  const ncsn = [1, 0.599484, 0.359381, 0.215443, 0.129155, 0.0774264, 0.0464159, 0.0278256, 0.016681, 0.01];

  test("the ladder of NCSN, each rung equally often", () => {
    for (const process of processes.filter((p) => ratioAt(p, p.times.first) < 0.01)) {
      const counts = new Map<number, number>();
      for (let i = 0; i < 1000; i++) {
        const t = geometricNoise().time(process, (i + 0.5) / 1000);
        counts.set(t, (counts.get(t) ?? 0) + 1);
      }
      const ratios = [...counts.keys()].map((t) => ratioAt(process, t)).sort((a, b) => b - a);
      expect(ratios).toHaveLength(10);
      for (const [i, ratio] of ratios.entries()) expect(ratio / ncsn[i]!).toBeCloseTo(1, 5);
      expect([...counts.values()]).toEqual(new Array(10).fill(100));
    }
  });

  test("the largest draw below 1 is the last rung", () => {
    const noise = geometricNoise({ highest: 50, lowest: 0.5, count: 3 });
    expect(edm().sigma(noise.time(edm(), 1 - 2 ** -53))).toBeCloseTo(0.5, 10);
    expect(edm().sigma(noise.time(edm(), 0.5))).toBeCloseTo(5, 10);
    expect(edm().sigma(noise.time(edm(), 2 ** -54))).toBeCloseTo(50, 10);
  });

  test("rungs beyond the process's ends are moved there", () => {
    expect(geometricNoise({ highest: 1000 }).time(edm(), 0.01)).toBe(1);
  });

  test("bad options", () => {
    for (const bad of [
      { lowest: 0 },
      { lowest: 2 },
      { highest: Number.POSITIVE_INFINITY },
      { count: 1 },
      { count: 2.5 },
    ])
      expect(() => geometricNoise(bad)).toThrow(ArgumentError);
  });
});

test("uniformTimes runs from the first time to the last", () => {
  for (const process of processes) {
    const { first, last } = process.times;
    expect(uniformTimes().time(process, 0)).toBe(first);
    expect(uniformTimes().time(process, 0.25)).toBeCloseTo(first + (last - first) / 4, 12);
    expect(uniformTimes().time(process, 1 - 2 ** -53)).toBeLessThanOrEqual(last);
  }
});

test("recipes are plain JSON", () => {
  expect(uniformTimes().recipe).toEqual({ kind: "uniform" });
  expect(logNormalNoise().recipe).toEqual({ kind: "log-normal", mean: -1.2, deviation: 1.2 });
  expect(geometricNoise().recipe).toEqual({ kind: "geometric", highest: 1, lowest: 0.01, count: 10 });
});
