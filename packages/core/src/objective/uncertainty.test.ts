import { compile, constant, type NdArray, ndarray, type Tensor, type Tensors } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { edmPreconditioning, predict } from "../model/preconditioning.ts";
import { mlp } from "../network/mlp.ts";
import type { Network } from "../network/network.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import type { TrainEvent, TrainOptions } from "../training/options.ts";
import { train } from "../training/train.ts";
import { initialTrainable, trainableLayout } from "../training/trainable.ts";
import { denoising } from "./denoising.ts";
import { uncertainty } from "./uncertainty.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm();
/** Deviation of the data, far from the 1 that the weighting takes it for. */
const s = 0.3;
/** E[x_0 | x] = s^2 / (s^2 + sigma^2) x, with nothing to learn that matters. */
const exactNetwork: Network = {
  recipe: { kind: "exact" },
  learningRate: 0.01,
  initialise: () => ({ unused: ndarray(new Float32Array(1)) }),
  // `predict("data")` hands over x / sqrt(sigma^2 + 1) and log(sigma) / 4.
  apply: (_: Tensors, x: Tensor, noiseLevel: Tensor) => {
    const variance = noiseLevel.multiply(8).exp().reshape([-1, 1]);
    return x.multiply(variance.add(1).sqrt()).multiply(constant(s * s).divide(variance.add(s * s)));
  },
};
const objective = denoising({ uncertainty: true });

const options: TrainOptions = {
  data: ((draws: NdArray<"float32">) => ({ ...draws, data: draws.data.map((value) => s * value) }))(
    normal([20_000, 2], { seed: 1 }),
  ),
  process,
  network: exactNetwork,
  preconditioning: predict("data"),
  objective,
  steps: 1500,
  batch: 256,
  runtime,
};

const lastOf = async (changes: Partial<TrainOptions>): Promise<TrainEvent> => {
  let last: TrainEvent | undefined;
  for await (const event of train({ ...options, ...changes })) last = event;
  return last!;
};

/** e^u at noise levels, from the state of training. */
const learnt = async ({ checkpoint }: TrainEvent, network: Network, sigmas: readonly number[]): Promise<number[]> => {
  const layout = trainableLayout(initialTrainable(network, objective, [2], 0));
  const own = layout.unflatten(checkpoint.state.average).objective as never as Record<string, NdArray>;
  const spec = { weight: { shape: [32, 1] }, bias: { shape: [1] } };
  const at = await compile(
    (parameters: Tensors, t: Tensor) => uncertainty(parameters, process, t),
    [spec, { shape: [sigmas.length] }],
    { runtime },
  );
  // logSnr is -2 log sigma where alpha is 1.
  const times = Float32Array.from(sigmas, (sigma) => process.timeOfLogSnr(-2 * Math.log(sigma)));
  const u = await at(own as never, ndarray(times));
  await at.dispose();
  return Array.from(u.data as Float32Array, Math.exp);
};

describe("the learnt uncertainty", () => {
  test("tends to the loss of every level: for Gaussian data and the exact model, s^2 (sigma^2 + 1) / (s^2 + sigma^2)", async () => {
    // Noise levels with 9 in 10 of the draws: log sigma = -1.2 +- 2 deviations.
    const sigmas = [0.03, 0.08, 0.2, 0.3, 0.5, 1, 2];
    const found = await learnt(await lastOf({}), exactNetwork, sigmas);
    for (const [i, sigma] of sigmas.entries()) {
      const expected = (s * s * (sigma * sigma + 1)) / (s * s + sigma * sigma);
      // About 20 batches of 512 squares in the average near a level, each of relative variance 2: 5 standard errors.
      expect(Math.abs(Math.log(found[i]! / expected)), `sigma ${sigma}`).toBeLessThan(
        5 * Math.sqrt(2 / (20 * 512 * 0.2)),
      );
    }
  });

  test("starts at 1, where the loss is the plain one", async () => {
    const network = mlp({ width: 8, depth: 2 });
    const [plain, own] = [
      await lastOf({ network, steps: 1, objective: denoising() }),
      await lastOf({ network, steps: 1 }),
    ];
    expect(own.loss / plain.loss).toBeCloseTo(1, 5);
    expect((await learnt(own, network, [0.1, 1])).every((value) => Math.abs(value - 1) < 0.5)).toBe(true);
  });

  test("is learnt along with a network and is no part of the model", async () => {
    const network = mlp({ width: 16, depth: 2 });
    const { loss } = await lastOf({ network, steps: 300, preconditioning: edmPreconditioning() });
    // Of the fresh network about 1. At the optimum the mean of 1 + log loss, which is least where noise is large.
    expect(loss).toBeLessThan(0.6);
    const model = await train({ ...options, network, steps: 3 }).result;
    expect(Object.keys(model.parameters)).toEqual(Object.keys(network.initialise([2], 0)));
  });

  test("a loss without its parameters is refused", () => {
    const point = constant(ndarray(new Float32Array(2), [1, 2]));
    const inputs = { x: point, t: constant(ndarray(Float32Array.of(0.5))), noise: point };
    expect(() => objective.loss((x) => x, process, inputs)).toThrow(/expected the parameters of its uncertainty/);
  });
});
