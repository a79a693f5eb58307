/**
 * What each form of energy costs and how good it is, in docs/energies.md: `npm run bench docs/make/energies.ts`, about two
 * minutes.
 */
import {
  edm,
  edmPreconditioning,
  energyModel,
  energyPreconditioning,
  exact,
  gaussianMixture,
  mlp,
  type Preconditioning,
  type ScoreModel,
  score,
  train,
} from "@scorefield/core";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable, writeSection } from "./page-section.ts";

const runtime = native({ threads: 1 });
const diffusion = edm();
const density = gaussianMixture({
  means: [
    [-1, 0],
    [0.8, 0.5],
    [0.2, -1],
  ],
  covariances: [0.2, 0.1, [0.3, 0.05]],
});
const truth = exact(density, diffusion);
const data = density.sample(20_000, 1);
const heldOut = density.sample(2000, 2);

/** Seconds of processor time of this process. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** A function of points and a time, compiled and run `times` times; its last result, and processor time of a run. */
const run = async (f: (x: Tensor, t: Tensor) => Tensor, x: NdArray, sigma: number, times = 1) => {
  const n = x.shape[0]!;
  const compiled = await compile((at: Tensor, t: Tensor) => f(at, t), [x, { shape: [n] }], { runtime });
  const at = ndarray(new Float32Array(n).fill(sigma / 80));
  let result = await compiled(x, at);
  const start = processorTime();
  for (let i = 0; i < times; i++) result = await compiled(x, at);
  const seconds = (processorTime() - start) / times;
  await compiled.dispose();
  return { value: Number(result.data[0]), data: result.data, seconds };
};

const forms: { name: string; preconditioning: Preconditioning; costs: number[] }[] = [
  { name: "plain network", preconditioning: edmPreconditioning(), costs: [] },
  ...(["scalar", "inner-product", "residual"] as const).map((form) => ({
    name: `\`${form}\``,
    preconditioning: energyPreconditioning({ form }),
    costs: [],
  })),
];

/** Trains, and returns the processor time of a step, without what compiling takes. */
const trained = async (preconditioning: Preconditioning, steps: number) => {
  const training = train({ data, process: diffusion, network: mlp(), preconditioning, steps, runtime });
  let [first, from, done] = [0, 0, 0];
  for await (const { step } of training) {
    if (first === 0) [first, from] = [step, processorTime()];
    done = step;
  }
  return { model: await training.result, seconds: (processorTime() - from) / (done - first) };
};

// In turn, so that what else the machine does meets all alike.
for (let round = 0; round < 3; round++)
  for (const { preconditioning, costs } of forms) costs.push((await trained(preconditioning, 600)).seconds);

const rows: string[][] = [];
const [plainStep, plainScore] = [median(forms[0]!.costs), [] as number[]];
for (const { name, preconditioning, costs } of forms) {
  const { model: network } = await trained(preconditioning, 6000);
  const isEnergy = "energy" in preconditioning;
  const model: ScoreModel = isEnergy ? energyModel(network) : network;
  const errors: string[] = [];
  for (const sigma of [0.1, 1]) {
    const noisy = density.sample(2000, 3);
    const error = await run(
      (x, t) => score(model, x, t).subtract(truth.score(x, t)).square().mean().sqrt().multiply(sigma),
      noisy,
      sigma,
    );
    errors.push(error.value.toFixed(3));
  }
  const gap = (x: Tensor, t: Tensor): Tensor => {
    const difference = model.logDensity!(x, t).subtract(truth.logDensity(x, t));
    return difference.subtract(difference.mean()).square().mean().sqrt();
  };
  const energies = isEnergy ? (await run(gap, heldOut, 0.1)).value.toFixed(2) : "";
  const each: number[] = [];
  for (let i = 0; i < 5; i++) each.push((await run((x, t) => network.denoise(x, t), heldOut, 0.1, 200)).seconds);
  plainScore.push(median(each));
  const times = (value: number, base: number): string => (value / base).toFixed(2);
  rows.push([
    name,
    `${(median(costs) * 1e3).toFixed(2)} ms`,
    times(median(costs), plainStep),
    times(median(each), plainScore[0]!),
    ...errors,
    energies,
  ]);
}
writeSection(
  "energies.md",
  "forms",
  markdownTable(
    [
      "model",
      "training step, 256 points",
      "step, of the plain one",
      "evaluation, of the plain one",
      "score error at σ 0.1",
      "at σ 1",
      "energy error at σ 0.1, nats",
    ],
    rows,
  ),
);

await runtime.dispose();
