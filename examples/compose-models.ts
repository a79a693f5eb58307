/**
 * Two models trained apart, put together afterwards: data of one or the other with chosen weights, and data that both make.
 * `npx tsx examples/compose-models.ts`, about ten seconds.
 */
import { annealedLangevin, edm, gaussianMixture, mlp, productOf, sample, superpose, train } from "scorefield";

const process = edm({ sigmaMax: 20 });
// Two distributions in the plane: an upright ellipse on the left, a level one on the right. They cross at (0, 0).
const left = gaussianMixture({ means: [[-0.5, 0]], covariances: [[0.25, 0.04]] });
const right = gaussianMixture({ means: [[0.5, 0]], covariances: [[0.25, 0.16]] });

const learn = (density: typeof left) =>
  train({
    data: density.sample(10_000, 0),
    process,
    network: mlp({ width: 64, depth: 2 }),
    steps: 1_500,
    learningRate: 3e-3,
  }).result;
const [one, other] = [await learn(left), await learn(right)];

const meanOf = (data: ArrayLike<number>, column: number): number => {
  let sum = 0;
  for (let i = column; i < data.length; i += 2) sum += data[i]!;
  return sum / (data.length / 2);
};

// One or the other: the mean of the first column is 1/4 of -0.5 and 3/4 of 0.5.
const count = 2_000;
const union = await superpose([one, other], { weights: [1, 3], count, steps: 300, seed: 1 });
const unionMean = meanOf(union.data, 0);
console.log(`one or the other: mean ${unionMean.toFixed(3)}, expected 0.25`);

// Both at once: precisions 1 / 0.25 add up, so that the first column has mean 0 and variance 0.125. Summed scores
// belong to no process, so the sampler must settle at each level.
const both = await sample(productOf([one, other]), { count, sampler: annealedLangevin({ levels: 60 }), seed: 2 });
const bothMean = meanOf(both.data, 0);
const variance = meanOf(
  both.data.map((value) => (value - bothMean) ** 2),
  0,
);
console.log(`both at once: mean ${bothMean.toFixed(3)}, expected 0; variance ${variance.toFixed(3)}, expected 0.125`);

if (Math.abs(unionMean - 0.25) > 0.1 || Math.abs(bothMean) > 0.1 || Math.abs(variance - 0.125) > 0.03)
  throw new Error("the check failed");
console.log("check passed");
