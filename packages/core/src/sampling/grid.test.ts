import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edm } from "../process/edm.ts";
import { rectifiedFlow } from "../process/rectified-flow.ts";
import { subVp } from "../process/sub-vp.ts";
import { ve } from "../process/variance-exploding.ts";
import { vp } from "../process/variance-preserving.ts";
import { checkGrid, chooseGrid, cosineGrid, gridNames, karrasGrid, logSnrGrid, uniformGrid } from "./grid.ts";

const processes = [edm(), ve(), vp(), subVp(), rectifiedFlow(), vpCosine()];

for (const process of processes)
  for (const name of gridNames)
    test(`${name} on ${process.recipe.kind}: the ends are exact and times fall`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 1000 }), (count) => {
          const grid = chooseGrid(name).times(process, count);
          expect(grid).toHaveLength(count);
          expect(grid[0]).toBe(process.times.last);
          expect(grid.at(-1)).toBe(process.times.first);
          checkGrid(process, grid);
        }),
        { numRuns: 20, seed: 1 },
      );
      expect(chooseGrid(name).times(process, 1)).toEqual([process.times.last]);
    });

describe("values", () => {
  const [sigmaMin, sigmaMax] = [0.002, 80];

  test("karras: (max^(1/rho) + i / (n - 1) (min^(1/rho) - max^(1/rho)))^rho (Karras et al. 2022, equation 5)", () => {
    for (const process of [edm({ sigmaMin, sigmaMax }), ve({ sigmaMin, sigmaMax })])
      for (const rho of [7, 3])
        for (const [i, t] of karrasGrid(process, 18, rho).entries()) {
          const root = sigmaMax ** (1 / rho) + (i / 17) * (sigmaMin ** (1 / rho) - sigmaMax ** (1 / rho));
          expect(process.sigma(t) / root ** rho).toBeCloseTo(1, 10);
        }
  });

  test("karras with rho 7 and 5 points from 80 to 0.002, worked by hand", () => {
    // 80^(1/7) = 1.870115, 0.002^(1/7) = 0.411570; the middle root is 1.140842, to the 7th 2.51522.
    const sigmas = karrasGrid(edm(), 5).map((t) => edm().sigma(t));
    expect(sigmas[2]).toBeCloseTo(2.5152, 3);
  });

  test("in any process, karras spaces sigma / alpha, logSnr its logarithm and cosine its angle", () => {
    for (const process of processes) {
      const ratio = (t: number) => process.sigma(t) / process.alpha(t);
      const differences = (values: number[]) => values.slice(1).map((value, i) => value - values[i]!);
      const even = (values: number[]) => {
        const steps = differences(values);
        const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
        for (const step of steps) expect(step / mean, process.recipe.kind).toBeCloseTo(1, 6);
      };
      even(karrasGrid(process, 12).map((t) => ratio(t) ** (1 / 7)));
      even(cosineGrid(process, 12).map((t) => Math.atan(ratio(t))));
      even(logSnrGrid(process, 12).map((t) => Math.log(ratio(t))));
      even(uniformGrid(process, 12));
    }
  });
});

test("cosine with 3 points from 80 to 0.002, worked by hand: the middle is tan of about pi / 4", () => {
  // (atan 80 + atan 0.002) / 2 = (1.558297 + 0.002) / 2 = 0.780149, whose tangent is 0.98956.
  expect(edm().sigma(cosineGrid(edm(), 3)[1]!)).toBeCloseTo(0.98956, 4);
});

test("a function is a grid too", () => {
  const grid = () => [1, 0.5];
  expect(chooseGrid(grid)).toEqual({ name: "custom", times: grid });
});

test("bad arguments", () => {
  expect(() => uniformGrid(edm(), 0)).toThrow(ArgumentError);
  expect(() => logSnrGrid(edm(), 1.5)).toThrow(ArgumentError);
  expect(() => karrasGrid(edm(), 5, 0)).toThrow(/expected a positive rho, found 0/);
  expect(() => chooseGrid("toString" as never)).toThrow(/expected uniform, log-snr, karras, cosine or a function/);
});

test("checkGrid names what is wrong", () => {
  const process = vp();
  expect(() => checkGrid(process, [])).toThrow(/expected the first time to be 1, where the prior is; found undefined/);
  expect(() => checkGrid(process, [0.9, 0.5])).toThrow(/found 0.9/);
  expect(() => checkGrid(process, [1, 0.5, 0.5])).toThrow(/found 0.5 after 0.5/);
  expect(() => checkGrid(process, [1, 0])).toThrow(/end at 0.0001 or above, found 0 after 1/);
  expect(() => checkGrid(process, [1, Number.NaN])).toThrow(/found NaN/);
  checkGrid(process, [1, 0.2, 0.5, 0.1], { restarts: true });
  expect(() => checkGrid(process, [1, 0.2, 1.5], { restarts: true })).toThrow(/from 0.0001 to 1, found 1.5 after 0.2/);
  expect(() => checkGrid(process, [1, 0.2, 0.2], { restarts: true })).toThrow(/found 0.2 after 0.2/);
});
