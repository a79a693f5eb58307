/**
 * What posteriors cost: products with a network's Jacobian, conjugate gradients within the compiled function, and draws beside deepinv.
 *
 *     PYTHONPATH=folder-of-deepinv npm run bench bench/inverse-speed.ts -- [--only jacobian,gradients,draws] [--weights FILE]
 *       [--rounds 5] [--batch 1,16] [--first 3]
 *
 * `--first` takes the first rows of draws alone, since the last ones take minutes. All on one thread, theirs too. Rounds alternate, and medians are compared. `--weights` is ddpm-mnist-starter.safetensors; without it, or
 * without PyTorch or deepinv, what needs them is left out.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { edm, edmPreconditioning, normal, type ScoreModel, trainedModel } from "@scorefield/core";
import { gaussianNoise, mask, mmps, type PosteriorOptions, posterior } from "@scorefield/inverse";
import { compile, jvp, type NdArray, ndarray, type Tensor, vjp } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { ddpmDigits } from "./ddpm-digits.ts";
import { type Benchmark, compare, type Result, type Round, table } from "./harness.ts";
import { networks } from "./networks.ts";
import { findPython, machine, type Peer, startPeer } from "./peer.ts";

const parts = ["jacobian", "gradients", "draws"] as const;
const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: parts.join() },
    weights: { type: "string", default: "../shared/data/weights/ddpm-mnist-starter.safetensors" },
    rounds: { type: "string", default: "5" },
    batch: { type: "string", default: "1,16" },
    first: { type: "string" },
  },
});
const rounds = Number(flags.rounds);
const only = new Set(flags.only.split(","));

// Before a peer starts, which reads them.
process.env.OMP_NUM_THREADS = "1";
process.env.DEEPINV_WEIGHTS = flags.weights;
const python = await findPython();
const runtime = native({ threads: 1 });
console.log(`${machine()}, one thread`);

const peerOf = async (script: string): Promise<Peer | undefined> => {
  if (!python) return undefined;
  try {
    return await startPeer(python, script);
  } catch (error) {
    console.log(`${script} is left out: ${(error as Error).message}`);
    return undefined;
  }
};

/** The mean of at least two calls and half a second, in ms. */
const timed =
  (f: () => Promise<unknown>): Round =>
  async () => {
    const start = performance.now();
    for (let count = 1; ; count++) {
      await f();
      const elapsed = performance.now() - start;
      if (count >= 2 && elapsed >= 500) return elapsed / count;
    }
  };

const heading = (text: string): void => console.log(`\n### ${text}\n`);
const medians = (results: readonly Result[], contestant: string): number[] =>
  results.map(({ contestants }) => contestants.find(({ name }) => name === contestant)?.median ?? Number.NaN);

const denoiser = (): ScoreModel => {
  const shape = [1, 32, 32];
  const network = networks.unet.make();
  return trainedModel(
    { process: edm(), network, preconditioning: edmPreconditioning() },
    network.initialise(shape, 0),
    shape,
  );
};

const jacobian = async (): Promise<void> => {
  const model = denoiser();
  const peer = await peerOf("jacobian");
  heading("Products with the Jacobian of a U-Net of 1.69 M parameters, 32 x 32");
  for (const batch of flags.batch.split(",").map(Number)) {
    const spec = { shape: [batch, 1, 32, 32] };
    const t = ndarray(new Float32Array(batch).fill(1));
    const [x, v] = [normal(spec.shape, { seed: 1 }), normal(spec.shape, { seed: 2 })];
    const works = {
      forward: (at: Tensor, level: Tensor, _: Tensor) => ({ y: model.denoise(at, level) }),
      vjp: (at: Tensor, level: Tensor, along: Tensor) => {
        const [y, pull] = vjp((z: Tensor) => model.denoise(z, level), at);
        return { y, product: pull(along) };
      },
      jvp: (at: Tensor, level: Tensor, along: Tensor) => {
        const [y, product] = jvp((z: Tensor) => model.denoise(z, level), at, along);
        return { y, product };
      },
    };
    const results: Result[] = [];
    for (const [name, work] of Object.entries(works)) {
      const compiled = await compile(work, [spec, { shape: [batch] }, spec], { runtime, name });
      const benchmark: Benchmark = {
        name: `${name}, batch ${batch}`,
        unit: "ms",
        better: "lower",
        ours: timed(() => compiled(x, t, v)),
        peers: peer ? { torch: peer.round(`${name}/unet/32/${batch}`) } : {},
      };
      results.push(await compare(benchmark, { rounds }));
      await compiled.dispose();
    }
    console.log(table(results));
    for (const name of peer ? ["scorefield", "torch"] : ["scorefield"]) {
      const [forward, back, ahead] = medians(results, name) as [number, number, number];
      console.log(
        `${name}: with its forward pass, J* v costs ${(back / forward).toFixed(2)} and J v ${(ahead / forward).toFixed(2)} forward passes`,
      );
    }
  }
  await peer?.stop();
};

const measurement = (operator: ReturnType<typeof mask>): NdArray => {
  const image = new Float32Array(784).fill(-0.5);
  for (let row = 5; row < 23; row++) for (let column = 12; column < 16; column++) image[28 * row + column] = 0.5;
  const noise = normal([operator.output[0]!], { seed: 3 });
  const seen = Array.from({ length: 784 }, (_, i) => i).filter(
    (i) => !(i % 28 >= 8 && i % 28 < 20 && i >= 28 * 8 && i < 28 * 20),
  );
  return ndarray(Float32Array.from(seen, (i, k) => image[i]! + 0.025 * noise.data[k]!));
};

const gradients = async (model: ScoreModel): Promise<void> => {
  heading("Conjugate gradients within the compiled score of mmps, batch 4");
  const operator = mask({ input: [1, 28, 28], box: [8, 8, 12, 12] });
  const noise = gaussianNoise({ sigma: 0.025 });
  const x = normal([4, 1, 28, 28], { seed: 1 });
  const t = ndarray(new Float32Array(4).fill(0.5));
  const y = measurement(operator);
  const ys = ndarray(
    Float32Array.from({ length: 4 * y.data.length }, (_, i) => Number(y.data[i % y.data.length])),
    [4, ...operator.output],
  );
  console.log("| iterations | compiling, s | a score, ms | an iteration, ms |");
  console.log("| ---: | ---: | ---: | ---: |");
  let before: readonly [iterations: number, ms: number] | undefined;
  for (const iterations of [1, 5, 10, 20]) {
    const { model: guided } = await mmps({ iterations }).prepare({ model, operator, noise });
    const start = performance.now();
    const compiled = await compile(
      (at: Tensor, level: Tensor, given: Tensor) => guided.denoise(at, level, { measurement: given }),
      [{ shape: x.shape }, { shape: [4] }, { shape: ys.shape }],
      { runtime },
    );
    const compiling = (performance.now() - start) / 1000;
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const begin = performance.now();
      await compiled(x, t, ys);
      times.push(performance.now() - begin);
    }
    const ms = Math.min(...times);
    const each = before ? ((ms - before[1]) / (iterations - before[0])).toFixed(0) : "";
    console.log(`| ${iterations} | ${compiling.toFixed(1)} | ${ms.toFixed(0)} | ${each} |`);
    before = [iterations, ms];
    await compiled.dispose();
  }
};

const draws = async (model: ScoreModel): Promise<void> => {
  heading("16 draws of a digit of 28 x 28 with a hole of 12 x 12, the same weights");
  const peer = await peerOf("deepinv_posterior");
  const operator = mask({ input: [1, 28, 28], box: [8, 8, 12, 12] });
  const noise = gaussianNoise({ sigma: 0.025 });
  const y = measurement(operator);
  const spec = { shape: [16, 1, 28, 28] };
  const evaluate = await compile((x: Tensor, t: Tensor) => model.denoise(x, t), [spec, { shape: [16] }], { runtime });
  const pull = await compile(
    (x: Tensor, t: Tensor) => {
      const [value, back] = vjp((z: Tensor) => model.denoise(z, t), x);
      return back(value);
    },
    [spec, { shape: [16] }],
    { runtime },
  );
  const [x, t] = [normal(spec.shape, { seed: 1 }), ndarray(new Float32Array(16).fill(0.5))];
  const seconds =
    (f: () => Promise<unknown>): Round =>
    async () =>
      (await timed(f)()) / 1000;
  const once =
    (options: PosteriorOptions): Round =>
    async () => {
      const start = performance.now();
      await posterior(model, operator, noise, y, { draws: 16, runtime, ...options });
      return (performance.now() - start) / 1000;
    };
  const all: readonly (readonly [name: string, ours: Round, peer: string | undefined, rounds: number])[] = [
    ["an evaluation", seconds(() => evaluate(x, t)), "evaluation/1/16", rounds],
    ["an evaluation and its backward pass", seconds(() => pull(x, t)), "gradient/1/16", rounds],
    ["DDRM, 20 steps", once({ method: "ddrm", steps: 20 }), "ddrm/20/16", rounds],
    ["DiffPIR, 100 steps", once({ method: "diffpir", steps: 100 }), "diffpir/100/16", 1],
    ["DPS, 20 steps", once({ method: "dps", steps: 20 }), "dps/20/16", 1],
    ["DAPS, 200 levels of 5 steps (paper)", once({ method: "daps", steps: 200 }), undefined, 1],
    ["MMPS, 18 steps, 3 iterations", once({ method: "mmps", steps: 18, iterations: 3 }), undefined, 1],
  ];
  const results: Result[] = [];
  for (const [name, ours, other, times] of all.slice(0, flags.first === undefined ? undefined : Number(flags.first))) {
    const peers = peer && other ? { deepinv: peer.round(other) } : {};
    results.push(await compare({ name, unit: "s", better: "lower", ours, peers }, { rounds: times }));
    console.error(
      `${name}: ${results
        .at(-1)!
        .contestants.map((c) => `${c.name} ${c.median}`)
        .join(", ")}`,
    );
  }
  console.log(table(results));
  console.log("\ndeepinv has no DAPS and no MMPS: compare them by evaluations. Compilation is within ours.");
  await evaluate.dispose();
  await pull.dispose();
  await peer?.stop();
};

try {
  if (only.has("jacobian")) await jacobian();
  const there = existsSync(flags.weights);
  if (!there) console.log(`${flags.weights} is missing: what needs it is left out.`);
  if (there && only.has("gradients")) await gradients(ddpmDigits(flags.weights));
  if (there && only.has("draws")) await draws(ddpmDigits(flags.weights));
} finally {
  await runtime.dispose();
}
