import { ArgumentError, conditional, edm, exact, gaussian, normal } from "@scorefield/core";
import { exactClasses } from "@scorefield/core/internal";
import { ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { densityDetector, typicality, typicalityDetector } from "./density.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const matrix = (rows: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]);

describe("log-density", () => {
  const process = edm({ sigmaMax: 1e4 });
  const model = exact(gaussian({ mean: [0, 0, 0] }), process);

  test("the score is -log p", async () => {
    const { data } = await densityDetector(model, { runtime }).score(
      matrix([
        [0, 0, 0],
        [1, 2, -2],
      ]),
    );
    expect(data[0]).toBeCloseTo(1.5 * Math.log(2 * Math.PI), 4);
    expect(data[1]! - data[0]!).toBeCloseTo(4.5, 3);
  });

  test("typicality by hand: both the mode and the far point are strange", async () => {
    expect(typicality(ndarray(Float64Array.of(2, 3, 0)), ndarray(Float64Array.of(1, 2, 3))).data).toEqual(
      Float64Array.of(0, 1, 2),
    );
    const detector = await typicalityDetector(model, normal([500, 3], { seed: 1 }), { runtime });
    const radius = Math.sqrt(3);
    const { data } = await detector.score(
      matrix([
        [0, 0, 0],
        [radius, 0, 0],
        [0, 4, 0],
      ]),
    );
    // log p falls by |x|^2 / 2, of mean 3/2 and deviation sqrt(3/2) over data.
    expect(data[0]).toBeCloseTo(1.5 / Math.sqrt(1.5), 0);
    expect(data[1]).toBeLessThan(0.2);
    expect(data[2]).toBeGreaterThan(4);
    expect(() => typicality(ndarray(Float64Array.of(1)), ndarray(Float64Array.of(2, 2)))).toThrow(ArgumentError);
    expect(() => typicality(ndarray(Float64Array.of(1)), ndarray(Float64Array.of(2)))).toThrow(ShapeError);
  });
});

describe("of a model with classes", () => {
  const means = [
    [3, 0],
    [-3, 1],
  ];
  const model = exactClasses(
    means.map((mean) => gaussian({ mean })),
    edm({ sigmaMax: 1e3 }),
  );
  const rows = normal([300, 2], { seed: 4, dtype: "float64" });
  const labels = Array.from({ length: 300 }, (_, i) => (i * i) % 2);
  for (let i = 0; i < 600; i++) rows.data[i]! += means[labels[i >> 1]!]![i % 2]!;
  const options = { batch: 128, runtime };

  test("a row is scored under its own class", async () => {
    const detector = densityDetector(model, options);
    const { data } = await detector.score(rows, { class: labels });
    for (const label of [0, 1]) {
      const alone = await densityDetector(conditional(model, label), options).score(rows);
      const other = await densityDetector(model, { ...options, given: { class: label } }).score(rows);
      for (const [i, own] of labels.entries()) {
        expect(other.data[i]).toBeCloseTo(alone.data[i]!, 8);
        const squares = means.map(([a, b]) => (rows.data[2 * i]! - a!) ** 2 + (rows.data[2 * i + 1]! - b!) ** 2);
        expect(alone.data[i]! - data[i]!).toBeCloseTo((squares[label]! - squares[own]!) / 2, 1);
        if (own === label) expect(data[i]).toBeCloseTo(alone.data[i]!, 8);
      }
    }
  });

  test("typicality: the reference and the rows, each under their classes", async () => {
    const detector = await typicalityDetector(model, rows, { ...options, given: { class: labels } });
    const points = matrix([
      [4, 0],
      [4, 0],
    ]);
    const { data } = await detector.score(points, { class: [0, 1] });
    // One deviation from the mean of its class, or seven from the mean of the other.
    expect(data[0]).toBeLessThan(1);
    expect(data[1]).toBeGreaterThan(10);
    await expect(detector.score(points)).rejects.toThrow(/list of one for each of the 2 samples; found a list of 300/);
  });
});
