import { conditional, edm, exact, gaussian } from "@scorefield/core";
import { exactClasses } from "@scorefield/core/internal";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { energyLandscape } from "./energy-landscape.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("minus the log-density, by time, row and column", async () => {
  const process = edm();
  const model = exact(gaussian({ mean: [1, -0.5], covariance: [0.5, 2] }), process);
  const [x, y, times] = [
    [-1, 0, 2.5],
    [0.5, 1],
    [0.01, 0.1],
  ];
  const { shape, data } = await energyLandscape(model, { x, y, times, runtime });
  expect(shape).toEqual([2, 2, 3]);
  for (const [k, t] of times.entries())
    for (const [i, b] of y.entries())
      for (const [j, a] of x.entries()) {
        const [v, w] = [0.5 + process.sigma(t) ** 2, 2 + process.sigma(t) ** 2];
        const expected = (a - 1) ** 2 / (2 * v) + (b + 0.5) ** 2 / (2 * w) + Math.log(2 * Math.PI * Math.sqrt(v * w));
        expect(data[(k * 2 + i) * 3 + j]).toBeCloseTo(expected, 10);
      }
  const { logDensity: _, ...silent } = model;
  await expect(energyLandscape(silent, { x, y, times, runtime })).rejects.toThrow(/with logDensity/);
  const line = exact(gaussian({ mean: [1] }), process);
  await expect(energyLandscape(line, { x, y, times, runtime })).rejects.toThrow(/two numbers, found \[1\]/);
});

test("of one class, the same for the whole grid", async () => {
  const model = exactClasses([gaussian({ mean: [1, 0] }), gaussian({ mean: [-1, 2] })], edm());
  const options = { x: [-1, 0, 2], y: [0.5, 1], times: [0.1], runtime };
  const found = await energyLandscape(model, { ...options, given: { class: 1 } });
  expect(found).toEqual(await energyLandscape(conditional(model, 1), options));
  expect(found).not.toEqual(await energyLandscape(model, options));
  const list = energyLandscape(model, { ...options, given: { class: [0, 1, 0, 1, 0, 1] } });
  await expect(list).rejects.toThrow(/energyLandscape given class: expected one value for all/);
});
