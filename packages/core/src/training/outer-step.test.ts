import { ndarray, ShapeError } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { outerSettings, outerStep, roundAverage, weighedMean } from "./outer-step.ts";

const vector = (...values: number[]) => ndarray(Float32Array.from(values));

describe("the outer optimiser", () => {
  test("with rate 1 and no momentum goes to the mean", () => {
    const { parameters } = outerStep({ parameters: vector(1, -2) }, vector(-0.75, 5), { learningRate: 1, momentum: 0 });
    expect(parameters.data).toEqual(Float32Array.of(0.25, 3));
  });

  test("is Nesterov's momentum, as PyTorch's SGD has it", () => {
    // Two steps by hand: rate 0.5, momentum 0.8, places that always end at 0.
    const settings = { learningRate: 0.5, momentum: 0.8 };
    const first = outerStep({ parameters: vector(1) }, vector(-1), settings);
    // b = 1, theta = 1 - 0.5 (1 + 0.8) = 0.1.
    expect(first.momentum.data[0]).toBeCloseTo(1, 6);
    expect(first.parameters.data[0]).toBeCloseTo(0.1, 6);
    const second = outerStep(first, vector(-0.1), settings);
    // b = 0.8 + 0.1 = 0.9, theta = 0.1 - 0.5 (0.1 + 0.72) = -0.31.
    expect(second.momentum.data[0]).toBeCloseTo(0.9, 6);
    expect(second.parameters.data[0]).toBeCloseTo(-0.31, 6);
  });

  test("refuses settings out of range", () => {
    expect(outerSettings()).toEqual({ learningRate: 1, momentum: 0.8 });
    for (const outer of [{ learningRate: 0 }, { momentum: 1 }, { momentum: -1 }, { rate: 1 }])
      expect(() => outerSettings(outer as never)).toThrow(ArgumentError);
  });
});

describe("the mean of places", () => {
  test("weighs by samples", () => {
    const mean = weighedMean([
      { vector: vector(1, 0), samples: 30 },
      { vector: vector(5, 4), samples: 10 },
    ]);
    expect(mean.data).toEqual(Float32Array.of(2, 1));
  });

  test("refuses none, and vectors of other networks", () => {
    expect(() => weighedMean([])).toThrow(ArgumentError);
    expect(() =>
      weighedMean([
        { vector: vector(1), samples: 1 },
        { vector: vector(1, 2), samples: 1 },
      ]),
    ).toThrow(ShapeError);
  });
});

test("an average after a round is that of one machine on the places' mean way", () => {
  // Two steps of decay 0.5 from an average of 1: the parameters, which begin at 4, go to 3 and 6 on average.
  const afterOne = 0.5 * (0.5 * 1 + 0.5 * 3) + 0.5 * 6;
  const ofPlaces = 0.5 * (0.5 * 4 + 0.5 * 3) + 0.5 * 6 - 4;
  const found = roundAverage(vector(1), { places: vector(ofPlaces), began: vector(4), kept: 0.25 });
  expect(found.data[0]).toBeCloseTo(afterOne, 6);
});
