import { ArgumentError, edm, exact, gaussian, normal } from "@scorefield/core";
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
