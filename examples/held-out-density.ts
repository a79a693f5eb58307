/**
 * The log-density of points that training has not seen, under a learnt model: the flow is integrated from each of them
 * back to noise. The data are of a distribution whose density is known, so that the answer can be checked.
 * `npx tsx examples/held-out-density.ts`, some seconds.
 */
import { edm, exact, gaussianMixture, logDensity, logDensityDetails, mlp, train } from "scorefield";

const density = gaussianMixture({
  weights: [1, 2],
  means: [
    [-1, -0.5],
    [0.8, 0.5],
  ],
  covariances: [0.1, [0.3, 0.2]],
});
const process = edm();
// Row i of a set depends only on the seed and i: rows from 20,000 on are not among the training rows.
const data = density.sample(20_000, 0);
const heldOut = density.sample(300, 0, 20_000);

const network = mlp({ width: 64, depth: 3 });
const model = await train({ data, process, network, steps: 3_000, learningRate: 3e-3, seed: 0 }).result;

// Noise of 0.05 blurs the distribution a little. At less noise a network never learns the score well.
const time = process.timeOfLogSnr(-2 * Math.log(0.05));
const found = await logDensityDetails(model, heldOut, { time });
const truth = await logDensity(exact(density, process), heldOut, { time });

const n = heldOut.shape[0]!;
let [mean, expected, squares] = [0, 0, 0];
for (let i = 0; i < n; i++) {
  mean += found.logDensity.data[i]! / n;
  expected += truth.data[i]! / n;
  squares += (found.logDensity.data[i]! - truth.data[i]!) ** 2 / n;
}
const [solver, prior] = [found.solverError, found.priorMismatch].map(({ data }) => Math.max(...data.map(Math.abs)));
console.log(`mean log-density of ${n} unseen points: ${mean.toFixed(3)} nats, truly ${expected.toFixed(3)}`);
console.log(
  `root mean square difference ${Math.sqrt(squares).toFixed(3)}, of which the ODE's error ${solver!.toFixed(4)} and the prior's ${prior!.toFixed(4)}`,
);
if (Math.abs(mean - expected) > 0.1) throw new Error("the check failed: the model is not the distribution");
console.log("check passed");
