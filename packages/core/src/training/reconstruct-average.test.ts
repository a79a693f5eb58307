import { ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import { powerDecayAt, powerExponent } from "./power-average.ts";
import { type AverageSnapshot, averageWeights, reconstructAverage } from "./reconstruct-average.ts";

const steps = 2000;
const parameters = 50;
const start = 100;

/** Random walks from 100, whose averages of these widths are followed; every `interval` steps `see` is shown them. */
const walk = (widths: readonly number[], interval: number, see: (step: number, averages: Float64Array[]) => void) => {
  const exponents = widths.map(powerExponent);
  const theta = new Float64Array(parameters).fill(start);
  const averages = widths.map(() => new Float64Array(parameters));
  for (let step = 0; step < steps; step++) {
    const moves = normal([parameters], { seed: 7, step }).data;
    for (let i = 0; i < parameters; i++) theta[i]! += moves[i]!;
    for (const [k, average] of averages.entries()) {
      const decay = powerDecayAt(step, exponents[k]!);
      for (let i = 0; i < parameters; i++) average[i] = decay * average[i]! + (1 - decay) * theta[i]!;
    }
    if ((step + 1) % interval === 0) see(step + 1, averages);
  }
};

const snapshotsOf = (widths: readonly number[], interval: number): AverageSnapshot[] => {
  const snapshots: AverageSnapshot[] = [];
  walk(widths, interval, (step, averages) => {
    for (const [k, width] of widths.entries()) {
      const kept = ndarray(averages[k]!.slice());
      snapshots.push({ step, width, read: () => kept });
    }
  });
  return snapshots;
};

const followed = (width: number): Float64Array => {
  let last = new Float64Array();
  walk([width], steps, (_, [average]) => {
    last = average!.slice();
  });
  return last;
};

const deviation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
};

describe("from snapshots of widths 0.05 and 0.1 at 16 times", () => {
  const snapshots = snapshotsOf([0.05, 0.1], steps / 16);

  test.each([0.05, 0.1])("a stored width, %d, comes back as it is", async (width) => {
    const found = (await reconstructAverage(snapshots, { step: steps, width })).data as Float32Array;
    const stored = await snapshots.find((s) => s.step === steps && s.width === width)!.read();
    expect(deviation(found, stored.data as Float64Array)).toBeLessThan(1e-4);
    expect(averageWeights(snapshots, { step: steps, width }).error).toBeLessThan(1e-6);
  });

  test("so does one of an earlier time", async () => {
    const found = await reconstructAverage(snapshots, { step: steps / 2, width: 0.1 });
    const stored = await snapshots.find((s) => s.step === steps / 2 && s.width === 0.1)!.read();
    expect(deviation(found.data as Float32Array, stored.data as Float64Array)).toBeLessThan(1e-4);
  });

  // A walk has moved by sqrt(2000) = 45; averages of 0.05 and 0.1 lie about 6 apart.
  test.each([
    [0.04, 0.3],
    [0.07, 0.1],
    [0.15, 0.2],
  ])("width %d is that followed along, within %d", async (width, tolerance) => {
    const found = (await reconstructAverage(snapshots, { step: steps, width })).data as Float32Array;
    expect(deviation(found, followed(width))).toBeLessThan(tolerance);
  });

  test("no single snapshot is as near", async () => {
    const truth = followed(0.07);
    const alone = await Promise.all(snapshots.map(async (s) => deviation((await s.read()).data as never, truth)));
    expect(Math.min(...alone)).toBeGreaterThan(2);
  });
});

describe("averageWeights", () => {
  const stored = [0.25, 0.5, 0.75, 1].flatMap((share) => [0.05, 0.1].map((width) => ({ step: share * 1000, width })));

  test("add up to 1, and say how far the profile is from the wanted one", () => {
    for (const width of [0.03, 0.07, 0.2]) {
      const { weights, error } = averageWeights(stored, { step: 1000, width });
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      // The distance of the profiles, by quadrature.
      const n = 100_000;
      let [apart, whole] = [0, 0];
      const powers = stored.map(({ step, width }) => ({ t: step / 1000, gamma: powerExponent(width) }));
      const gamma = powerExponent(width);
      for (let i = 0; i < n; i++) {
        const tau = (i + 0.5) / n;
        const wanted = (gamma + 1) * tau ** gamma;
        let sum = 0;
        for (const [k, { t, gamma: g }] of powers.entries())
          if (tau <= t) sum += (weights[k]! * (g + 1) * (tau / t) ** g) / t;
        apart += (sum - wanted) ** 2;
        whole += wanted ** 2;
      }
      expect(error / Math.sqrt(apart / whole)).toBeCloseTo(1, 3);
    }
  });

  test("refuses nothing stored, and steps and widths out of range", () => {
    expect(() => averageWeights([], { step: 1, width: 0.1 })).toThrow(ArgumentError);
    expect(() => averageWeights(stored, { step: 0, width: 0.1 })).toThrow(ArgumentError);
    expect(() => averageWeights(stored, { step: 1000, width: 0.3 })).toThrow(/relative width in \(0, 0.289\)/);
  });
});
