/**
 * A distribution that is known exactly is a model too, without any training: its score draws samples, and they can be checked.
 * `npx tsx examples/exact-mixture.ts`, a few seconds.
 */
import { edm, exact, gaussianMixture, heun, logDensity, sample } from "scorefield";

const mixture = gaussianMixture({
  weights: [0.2, 0.8],
  // Mean 0 together, as the noise that samples start from.
  means: [
    [-1.6, 0],
    [0.4, 0],
  ],
  // One variance, variances of both columns, or a whole matrix.
  covariances: [0.04, [0.09, 0.04]],
});
const model = exact(mixture, edm());

// From noise to data along the probability-flow ODE; sample i depends on the seed and i alone.
const count = 4_000;
const x = await sample(model, { count, sampler: heun({ steps: 40 }), seed: 0 });

let left = 0;
for (let i = 0; i < count; i++) if (x.data[2 * i]! < -0.7) left++;
const share = left / count;
const error = Math.sqrt((0.2 * 0.8) / count);
console.log(`share of the left mode ${share.toFixed(3)}, expected 0.2 ± ${error.toFixed(3)}`);

// The density of the point (0.4, 0) by integrating the same ODE, and by the formula; the left mode adds nothing there.
const at = { dtype: "float64", shape: [1, 2], data: new Float64Array([0.4, 0]) } as const;
const [byFlow = Number.NaN] = (await logDensity(model, at)).data;
const byFormula = Math.log(0.8 / (2 * Math.PI * Math.sqrt(0.09 * 0.04)));
console.log(`log-density at (0.4, 0) by the flow ${byFlow.toFixed(4)}, by the formula ${byFormula.toFixed(4)} nats`);

if (Math.abs(share - 0.2) > 4 * error || Math.abs(byFlow - byFormula) > 0.005) throw new Error("the check failed");
console.log("check passed");
