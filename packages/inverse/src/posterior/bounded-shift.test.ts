/** Guidance by the Jacobian of a denoiser that is not that of a covariance, as of trained networks at large noise. */
import { edm, exact, gaussian, type ScoreModel } from "@scorefield/core";
import { constant, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { identity } from "../operator/identity.ts";
import { posterior } from "./posterior.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const d = 8;
const model = exact(gaussian({ mean: new Array(d).fill(0), covariance: 1 }), edm({ sigmaMin: 0.01, sigmaMax: 40 }));
// Denoised points that fall with x in half of the numbers: sigma^2 times this slope is no variance at large noise.
const slopes = ndarray(
  Float64Array.from({ length: d }, (_, i) => (i % 2 ? -0.004 : 0)),
  [1, d],
);
const trained: ScoreModel = {
  process: model.process,
  shape: model.shape,
  denoise: (x, t) => {
    const square = model.process.sigma(t).square().reshape([-1, 1]);
    return model.denoise(x, t).add(x.multiply(constant(slopes).cast(x.dtype)).multiply(square.divide(square.add(1))));
  },
};

test.each(["mmps", "tmpd"] as const)(
  "%s stays near the posterior where the Jacobian has negative eigenvalues",
  async (method) => {
    const y = ndarray(Float64Array.from({ length: d }, (_, i) => Math.cos(i)));
    const noise = gaussianNoise({ sigma: 0.05 });
    const { mean, misfit } = await posterior(trained, identity({ input: [d] }), noise, y, {
      method,
      draws: 64,
      dtype: "float64",
      runtime,
    });
    for (const [i, value] of Array.from(mean.data).entries()) expect(Math.abs(value - y.data[i]!)).toBeLessThan(0.5);
    expect(misfit.found).toBeLessThan(0.5);
  },
);
