/** Posteriors of latents through a decoder, against the exact one of Gaussian data with a linear codec. */
import { edm, exact, gaussian, principalCodec } from "@scorefield/core";
import { compile, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { posterior } from "../posterior/posterior.ts";
import { decoded } from "./decoded.ts";
import { identity } from "./identity.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Data with deviations 2 and 0.5 along two axes of three, around (1, 0, -1). */
const data = ndarray(
  Float64Array.from([2, 0, 0, -2, 0, 0, 0, 0.5, 0, 0, -0.5, 0].map((v, i) => v * Math.SQRT2 + [1, 0, -1][i % 3]!)),
  [4, 3],
);
const codec = principalCodec(data, { rank: 2 });
const prior = exact(gaussian({ mean: [0, 0] }), edm({ sigmaMax: 20 }));
const sigma = 0.5;

test("the operator sees decoded latents", async () => {
  const seen = decoded(identity({ input: [3] }), codec);
  expect([seen.input, seen.output]).toEqual([[2], [3]]);
  const compiled = await compile((z) => seen.apply(z), [{ shape: [1, 2], dtype: "float64" }], { runtime });
  const { data: y } = await compiled(ndarray(Float64Array.of(1, 0), [1, 2]));
  await compiled.dispose();
  expect(Math.abs(Number(y[0]) - 1)).toBeCloseTo(2, 6);
  expect(y[2]).toBeCloseTo(-1, 6);
});

test("draws of latents have the posterior of linear Gaussian data", async () => {
  const y = [2, 0.4, -1];
  const seen = decoded(identity({ input: [3] }), codec);
  const found = await posterior(prior, seen, gaussianNoise({ sigma }), ndarray(Float64Array.from(y)), {
    method: "daps",
    steps: 30,
    curvature: 5 / sigma ** 2,
    draws: 400,
    batch: 400,
    runtime,
  });
  // Along a component of deviation s: variance 1 / (1 + s^2 / sigma^2), mean s (y - m) / sigma^2 times that.
  for (const [k, s] of [2, 0.5].entries()) {
    const variance = 1 / (1 + s ** 2 / sigma ** 2);
    const mean = (variance * s * (y[k]! - [1, 0][k]!)) / sigma ** 2;
    // The sign of a component is not determined.
    expect(Math.abs(Math.abs(found.mean.data[k]!) - Math.abs(mean)) / Math.sqrt(variance)).toBeLessThan(0.4);
    // Too wide at the most by as much as daps is on such data.
    const ratio = found.deviation!.data[k]! ** 2 / variance;
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(2.6);
  }
});

test("what does not meet is refused", () => {
  expect(() => decoded(identity({ input: [4] }), codec)).toThrow(ShapeError);
  expect(() => decoded(identity({ input: [3] }), {} as never)).toThrow(/codec/);
});
