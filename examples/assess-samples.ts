/**
 * How good samples are: samples of an exact model by many steps and by three, each beside real data. Every measure comes with
 * its interval, and with the same number for real data, which is what chance alone makes.
 * `npx tsx examples/assess-samples.ts`, some seconds; writes quality.json.
 */
import { writeFile } from "node:fs/promises";
import { edm, exact, gaussianMixture, heun, sample } from "scorefield";
import { assess } from "scorefield/assess";

const distribution = gaussianMixture({
  weights: [1, 2],
  means: [
    [-1, -0.5],
    [0.8, 0.5],
  ],
  covariances: [0.1, [0.3, 0.2]],
});
const model = exact(distribution, edm());
// Row i of a set depends on the seed and i alone: the reference holds other rows than the training data.
const training = distribution.sample(500, 0);
const reference = distribution.sample(500, 0, 500);

const qualityOf = async (steps: number) => {
  const samples = await sample(model, { count: 500, sampler: heun({ steps }), seed: 1 });
  return assess({ samples, reference, training }, { seed: 0 });
};
const [good, poor] = [await qualityOf(18), await qualityOf(3)];

const text = (value: number | null | undefined) => value?.toFixed(3) ?? "";
for (const [k, { name, meaning, samples, real, expected }] of good.measures.entries()) {
  const few = poor.measures[k]!.samples;
  console.log(
    `${name}: 18 steps ${text(samples.value)} (${text(samples.low)} to ${text(samples.high)}), 3 steps ${text(few.value)}, real ${text(real?.value ?? expected)}; ${meaning}`,
  );
}
await writeFile("quality.json", JSON.stringify(good, undefined, 2));
console.log("wrote quality.json");

const measured = ({ measures }: typeof good, name: string) =>
  measures.find((measure) => measure.name === name)!.samples;
if (measured(good, "two-sample test").low! > 0.5)
  throw new Error("the check failed: good samples can be distinguished from data");
if (measured(poor, "two-sample test").low! < 0.55)
  throw new Error("the check failed: poor samples cannot be distinguished from data");
console.log("check passed");
