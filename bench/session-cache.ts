/**
 * Time to make the session of a training step, with and without the cache of optimised models: `npm run bench
 * bench/session-cache.ts`. Reads and writes a temporary folder only.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edm, mlp, type Network, normal, train } from "@scorefield/core";
import { conv, groupNorm, matmul, type NdArray, type Runtime, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { median } from "./harness.ts";

const rounds = 5;

/** Residual blocks of two 3x3 convolutions each, conditioned on the noise level: the nodes of a U-Net with this many blocks. */
const residualBlocks = (width: number, depth: number): Network => {
  const kernel = (out: number, into: number, seed: number): NdArray => normal([out, into, 3, 3], { seed });
  return {
    recipe: { kind: "residual-blocks", width, depth },
    learningRate: 1e-3,
    initialise: ([channels]) => ({
      input: kernel(width, channels!, 0),
      blocks: Array.from({ length: depth }, (_, i) => ({
        level: normal([1, width], { seed: i }),
        first: kernel(width, width, i),
        second: kernel(width, width, i + depth),
      })),
      output: kernel(channels!, width, 1),
    }),
    apply: (parameters, x, noiseLevel) => {
      const { input, blocks, output } = parameters as {
        input: Tensor;
        blocks: Record<"level" | "first" | "second", Tensor>[];
        output: Tensor;
      };
      let h = conv(x, input, { padding: 1 });
      for (const { level, first, second } of blocks) {
        const embedded = matmul(noiseLevel.reshape([-1, 1]), level!).reshape([-1, width, 1, 1]);
        const inner = conv(groupNorm(h, 8).silu(), first!, { padding: 1 }).add(embedded);
        h = h.add(conv(groupNorm(inner, 8).silu(), second!, { padding: 1 }));
      }
      return conv(groupNorm(h, 8).silu(), output, { padding: 1 });
    },
  };
};

/** The model of a training step, caught on its way to the runtime. */
const stepModel = async (runtime: Runtime, network: Network, shape: number[], batch: number): Promise<Uint8Array> => {
  let model: Uint8Array | undefined;
  const caught = new Error("caught");
  const catching: Runtime = {
    ...runtime,
    load: async (bytes) => {
      model = bytes;
      throw caught;
    },
  };
  const data = normal([batch, ...shape], { seed: 0 });
  await train({ data, process: edm(), network, steps: 1, batch, runtime: catching }).result.catch((error) => {
    if (error !== caught) throw error;
  });
  return model!;
};

const cases: [name: string, network: Network, shape: number[], batch: number][] = [
  ["MLP, 3 hidden layers", mlp(), [2], 512],
  ["6 residual blocks", residualBlocks(64, 6), [1, 32, 32], 16],
  ["18 residual blocks", residualBlocks(64, 18), [1, 32, 32], 16],
];

const folder = mkdtempSync(join(tmpdir(), "scorefield-bench-"));
const [plain, cached] = [native({ cache: false }), native({ cache: folder })];
const seconds = async (runtime: Runtime, model: Uint8Array): Promise<number> => {
  const start = performance.now();
  const session = await runtime.load(model);
  const elapsed = (performance.now() - start) / 1000;
  await session.dispose();
  return elapsed;
};

try {
  console.log("| training step | model, KB | without, ms | kept the first time, ms | found, ms |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const [name, network, shape, batch] of cases) {
    const model = await stepModel(plain, network, shape, batch);
    // Starts the threads; a model that small is never kept.
    if (name === cases[0]![0]) await Promise.all([seconds(plain, model), seconds(cached, model)]);
    const first = await seconds(cached, model);
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      times[0].push(await seconds(plain, model));
      times[1].push(await seconds(cached, model));
    }
    const ms = (value: number): string => (value * 1000).toFixed(0);
    const [without, found] = times.map(median) as [number, number];
    console.log(`| ${name} | ${ms(model.length / 1e6)} | ${ms(without)} | ${ms(first)} | ${ms(found)} |`);
  }
} finally {
  await Promise.all([plain.dispose(), cached.dispose()]);
  rmSync(folder, { recursive: true, force: true });
}
