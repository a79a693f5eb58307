/**
 * Objectives of flow maps on sets of the plane, each trained for the same time of the processor: how far one, two and four steps are from
 * the exact flow and from the data, and how quiet training was. `npx tsx --conditions=source bench/flow-maps.ts`, some minutes; `--seconds`
 * or `--steps` say how long each is trained; `--sets` and `--objectives` (names with commas between them) choose a part, and `--embedding`
 * another embedding of noise levels.
 */
import { parseArgs } from "node:util";
import { energyDistance } from "@scorefield/assess";
import {
  consistency,
  continuousConsistency,
  edm,
  exact,
  type FlowMapObjective,
  gaussianMixture,
  heun,
  lagrangian,
  meanFlow,
  mlp,
  normal,
  odeFlowMap,
  type ScoreModel,
  sample,
  sampleFlowMap,
  shortcut,
  trainFlowMap,
} from "@scorefield/core";
import { checkerboard, moons } from "@scorefield/domain/planar";
import type { NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { spent } from "./harness.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    steps: { type: "string" },
    sets: { type: "string" },
    objectives: { type: "string" },
    rate: { type: "string", default: "0.002" },
    batch: { type: "string", default: "256" },
    embedding: { type: "string" },
  },
});
const runtime = native({ threads: 1 });
const noising = edm();
const sigmaData = 1;

const mixture = exact(
  gaussianMixture({
    means: [
      [-1.2, -0.6],
      [1.2, -0.6],
      [0, 1.2],
    ],
    covariances: [0.04, 0.1, 0.2],
  }),
  noising,
);

interface PlaneSet {
  readonly draw: (count: number, seed: number) => Promise<NdArray<"float32">>;
  /** Its exact score, where it is known. */
  readonly truth?: ScoreModel;
}

const sets: Record<string, PlaneSet> = {
  mixture: {
    draw: (count, seed) => sample(mixture, { count, seed, sampler: heun({ steps: 40 }), runtime }),
    truth: mixture,
  },
  moons: { draw: async (count, seed) => moons({ noise: 0.1 })(count, seed) },
  checkerboard: { draw: async (count, seed) => checkerboard()(count, seed) },
};

const objectives: Record<string, () => FlowMapObjective> = {
  consistency: () => consistency(),
  continuousConsistency: () => continuousConsistency({ sigmaData }),
  meanFlow: () => meanFlow(),
  "meanFlow, first form": () => meanFlow({ improved: false }),
  lagrangian: () => lagrangian(),
  shortcut: () => shortcut(),
};

const count = 2_000;
const [steps, seconds] = [values.steps && Number(values.steps), Number(values.seconds)];
const noise = normal([count, 2], { seed: 11 });
noise.data.forEach((value, i) => {
  noise.data[i] = value * 80;
});

const rootMeanSquare = (a: NdArray, b: NdArray): number => {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (Number(a.data[i]) - Number(b.data[i])) ** 2;
  return Math.sqrt(sum / a.data.length);
};

/** Largest loss in units of the median of the 200 steps before it. */
const largestSpike = (losses: readonly number[]): number => {
  let largest = 0;
  for (let i = 200; i < losses.length; i += 50) {
    const before = losses.slice(i - 200, i).sort((a, b) => a - b)[100]!;
    largest = Math.max(largest, Math.max(...losses.slice(i, i + 50)) / Math.max(before, 1e-12));
  }
  return largest;
};

const chosen = <T>(all: Record<string, T>, names: string | undefined): [string, T][] =>
  Object.entries(all).filter(([name]) => names === undefined || names.split(",").includes(name));

const run = async (set: PlaneSet, objective: FlowMapObjective) => {
  const data = await set.draw(20_000, 0);
  const embedding = values.embedding as "log" | "share" | undefined;
  const network = mlp({ width: 64, depth: 3, target: true, ...(embedding && { noiseEmbedding: embedding }) });
  const training = trainFlowMap({
    data,
    process: noising,
    network,
    objective,
    sigmaData,
    ...(steps ? { steps } : { deadline: { at: spent() + 1e3 * seconds, now: spent } }),
    batch: Number(values.batch),
    learningRate: Number(values.rate),
    seed: 1,
    averageDecay: 0.995,
    runtime,
  });
  const losses: number[] = [];
  const norms: number[] = [];
  for await (const { losses: block, gradientNorm } of training) {
    losses.push(...block);
    norms.push(gradientNorm);
  }
  const map = await training.result;
  const fresh = await set.draw(count, 5);
  const right =
    set.truth && (await sampleFlowMap(odeFlowMap(set.truth, { steps: 64 }), { count, initial: noise, runtime }));
  const found = await Promise.all(
    [1, 2, 4].map(async (steps) => {
      const samples = await sampleFlowMap(map, { count, steps, initial: noise, seed: 3, runtime });
      // Steps with fresh noise leave the path.
      const onPath = right && (steps === 1 || map.target === "any");
      return { error: onPath ? rootMeanSquare(samples, right) : undefined, distance: energyDistance(samples, fresh) };
    }),
  );
  norms.sort((a, b) => a - b);
  return {
    steps: losses.length,
    found,
    spike: largestSpike(losses),
    norm: norms[norms.length >> 1]!,
    largest: norms.at(-1)!,
  };
};

console.log(
  `${values.batch} rows a step, ${steps ? `${steps} steps` : `${seconds} s of one core`} each, learning rate ${values.rate}\n`,
);
console.log(
  "| set | objective | steps | error, 1 step | 2 steps | 4 steps | energy distance, 1 step | 2 steps | 4 steps | largest loss in medians | gradient norm, median | largest |",
);
console.log(`| --- | --- ${"| ---: ".repeat(10)}|`);
for (const [name, set] of chosen(sets, values.sets)) {
  for (const [kind, make] of chosen(objectives, values.objectives)) {
    const { steps, found, spike, norm, largest } = await run(set, make());
    const cells = [
      ...found.map(({ error }) => error?.toFixed(3) ?? ""),
      ...found.map(({ distance }) => distance.toFixed(4)),
      spike.toFixed(1),
      norm.toPrecision(2),
      largest.toPrecision(2),
    ];
    console.log(`| ${name} | ${kind} | ${steps} | ${cells.join(" | ")} |`);
  }
}
await runtime.dispose();
