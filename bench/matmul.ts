/**
 * Matrix multiplication beside PyTorch: `npm run bench bench/matmul.ts`.
 * Runs inside one call of the runtime, as it does in a training step, so that copies to JavaScript are not counted.
 */
import { compileScan, matmul, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { matmulAgainstTorch, type Ours } from "./against-torch.ts";
import { rate } from "./harness.ts";
import { wave } from "./wave.ts";

const ours = async (m: number, k: number, n: number): Promise<Ours> => {
  if (k !== n)
    throw new Error(`expected a square right side, whose product can be multiplied again; found ${k} x ${n}`);
  const steps = Math.max(4, Math.round(4e9 / (2 * m * k * n)));
  const run = await compileScan(({ a, b }, { count }) => [{ a: matmul(a, b), b }, { count }], {
    state: { a: { shape: [m, k] }, b: { shape: [k, n] } },
    inputs: { count: { shape: [] } },
    steps,
  });
  const state = { a: wave([m, k], 1), b: wave([k, n], Math.sqrt(2 / k)) };
  const inputs = { count: ndarray(new Float32Array(steps)) };
  return {
    round: async () => ((await rate(() => run(state, inputs), { calls: steps })) * 2 * m * k * n) / 1e9,
    dispose: run.dispose,
  };
};

const runtime = native();
setDefaultRuntime(runtime);
await matmulAgainstTorch(ours);
await runtime.dispose();
