/**
 * A convolution and its gradients beside PyTorch: `npm run bench bench/conv.ts`.
 * Runs inside one call of the runtime, as it does in a training step, so that copies to JavaScript are not counted.
 */
import { compileScan, conv, multiply, ndarray, setDefaultRuntime, specOf, type Tensor, vjp } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { convAgainstTorch, convGigaflop, type Ours } from "./against-torch.ts";
import { rate } from "./harness.ts";
import { wave } from "./wave.ts";

const steps = 10;
const image = [16, 64, 32, 32];
const kernel = [64, 64, 3, 3];

// Results become the next step's operands, so that nothing is computed in vain or copied only to keep it alive.
const forward = ({ x, w }: { x: Tensor; w: Tensor }) => ({ x: conv(x, w, { padding: 1 }), w });
const training = ({ x, w, dy }: { x: Tensor; w: Tensor; dy: Tensor }) => {
  const [y, pull] = vjp(([a, b]: [Tensor, Tensor]) => conv(a, b, { padding: 1 }), [x, w]);
  const [dx, dw] = pull(dy);
  return { x: dx, w: multiply(dw, 1e-3), dy: y };
};

const count = { shape: [] };
const counts = { count: ndarray(new Float32Array(steps)) };
const flops = (work: "forward" | "training"): number => convGigaflop * (work === "training" ? 3 : 1);

const ours = async (work: "forward" | "training"): Promise<Ours> => {
  const [x, w] = [wave(image, 1), wave(kernel, 0.05)];
  const specs = { x: specOf(x), w: specOf(w) };
  const scanned = { inputs: { count }, steps };
  if (work === "forward") {
    const run = await compileScan((s, { count }) => [forward(s), { count }], { state: specs, ...scanned });
    return {
      round: async () => (await rate(() => run({ x, w }, counts), { calls: steps })) * flops(work),
      dispose: run.dispose,
    };
  }
  const run = await compileScan((s, { count }) => [training(s), { count }], {
    state: { ...specs, dy: specOf(x) },
    ...scanned,
  });
  return {
    round: async () => (await rate(() => run({ x, w, dy: x }, counts), { calls: steps })) * flops(work),
    dispose: run.dispose,
  };
};

const runtime = native();
setDefaultRuntime(runtime);
await convAgainstTorch(ours);
await runtime.dispose();
