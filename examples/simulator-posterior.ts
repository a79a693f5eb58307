/**
 * Parameters of a simulator from what was observed: how fast an infection spreads and how fast people recover, from weekly counts.
 * `npx tsx examples/simulator-posterior.ts`, half a minute; writes infection.svg.
 */
import { writeFile } from "node:fs/promises";
import { ndarray } from "scorefield";
import { localTwoSampleTest } from "scorefield/assess";
import { tableFigure } from "scorefield/figure";
import { calibratePosterior, type Simulator, simulate, trainPosterior, uniformPrior } from "scorefield/inverse";

const names = ["spread", "recovery"];
const prior = uniformPrior({ low: [0.1, 0.05], high: [1, 0.5] });

/** A small generator, so that a call gives the same numbers for the same seed (Steele, Lea & Flood 2014, SplitMix). */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
};

/**
 * Susceptible, infected and recovered people by the day (Kermack & McKendrick 1927), ten of a thousand infected at first. What is seen is
 * the share infected at the end of each of ten weeks, of about 200 people that are tested.
 */
const epidemic: Simulator = ({ data, shape: [n = 0] }, { seed }) => {
  const random = randomFrom(seed);
  const seen = new Float64Array(10 * n);
  for (let i = 0; i < n; i++) {
    const [spread, recovery] = [data[2 * i]!, data[2 * i + 1]!];
    let [susceptible, infected] = [0.99, 0.01];
    for (let day = 1; day <= 70; day++) {
      const fresh = Math.min(susceptible, spread * susceptible * infected);
      susceptible -= fresh;
      infected += fresh - recovery * infected;
      if (day % 7 > 0) continue;
      let positive = 0;
      for (let test = 0; test < 200; test++) if (random() < infected) positive++;
      seen[10 * i + day / 7 - 1] = positive / 200;
    }
  }
  return ndarray(seen, [n, 10]);
};

const { parameters, data } = await simulate({ prior, simulator: epidemic, count: 2_000, seed: 1 });
const training = trainPosterior({ prior, parameters, data, members: 2, steps: 1_500 });
let next = 0;
for await (const { share, heldOutLoss } of training) {
  if (share < next || heldOutLoss === undefined) continue;
  console.log(`${Math.round(100 * share)} % trained, loss on simulations set apart ${heldOutLoss.toFixed(3)}`);
  next += 0.25;
}
const estimator = await training.result;

// What was observed, of parameters that the estimator does not know.
const truth = ndarray(Float64Array.of(0.5, 0.15), [1, 2]);
const observed = await epidemic(truth, { seed: 77 });
const observation = { ...observed, shape: [10] };
const draws = await estimator.draw(observation, { draws: 1_000 });
const found = names.map((name, j) => {
  const column = Array.from({ length: 1_000 }, (_, i) => draws.data[2 * i + j]!).sort((a, b) => a - b);
  const [low, high] = [column[25]!, column[974]!];
  console.log(`${name}: ${truth.data[j]} in truth, ${low.toFixed(3)} to ${high.toFixed(3)} with a probability of 95 %`);
  return truth.data[j]! > low && truth.data[j]! < high;
});
await writeFile("infection.svg", tableFigure(draws, { columns: names, title: "1,000 draws of the posterior" }));
console.log("wrote infection.svg");

// Whether such intervals hold what they say, over other simulations; and whether the posterior of this observation can be told apart.
const others = await simulate({ prior, simulator: epidemic, count: 200, seed: 100_003 });
const calibration = await calibratePosterior(estimator, {
  parameters: others.parameters,
  data: others.data,
  draws: 39,
  names,
});
const { coverage } = calibration;
console.log(
  `intervals of ${100 * coverage.expected} % hold ${(100 * coverage.found).toFixed(1)} % of the truths, standard error ${(100 * coverage.standardError).toFixed(1)} %`,
);
const drawn = await estimator.drawEach(others.data, { draws: 1, seed: 5 });
const local = localTwoSampleTest({
  parameters: others.parameters,
  data: others.data,
  drawn: ndarray(drawn.data, others.parameters.shape),
  observation,
  draws,
  permutations: 20,
});
console.log(`at this observation: p = ${local.pValue.toFixed(2)} of the local two-sample test`);
if (!found.every(Boolean) || Math.abs(coverage.found - coverage.expected) > 5 * coverage.standardError)
  throw new Error("the check failed: the intervals do not hold what they should");
console.log("check passed");
