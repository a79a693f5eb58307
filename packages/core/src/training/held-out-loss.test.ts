import { constant, isNdArray, mapTree, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { edmPreconditioning } from "../model/preconditioning.ts";
import type { Network } from "../network/network.ts";
import { denoising } from "../objective/denoising.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import type { DenoisingInputs } from "./batches.ts";
import { compileTrees } from "./compile-trees.ts";
import { dataset } from "./dataset.ts";
import { denoisingLoss } from "./denoising-loss.ts";
import { heldOutInputs } from "./held-out-loss.ts";
import { train } from "./train.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const secondClass = constant(ndarray(new Float32Array([0, 1]), [2, 1]));

/** Returns a parameter times the class, for any data. */
const classTeller: Network = {
  recipe: { kind: "teller" },
  learningRate: 1,
  classes: 2,
  initialise: () => ({ w: ndarray(new Float32Array([1]), [1]) }),
  apply: ({ w }: never, x, _level, { class: rows } = {}) =>
    rows ? rows.matmul(secondClass).multiply(w).add(x.multiply(0)) : x.multiply(0),
};

test("a network that knows classes is given the classes of the held-out samples", async () => {
  const parts = {
    process: edm(),
    network: classTeller,
    preconditioning: edmPreconditioning(),
    objective: denoising(),
  };
  const points = ndarray(new Float32Array(8), [4, 2]);
  const at = async (labels?: number[]) => {
    const inputs = await heldOutInputs(parts, dataset(points, labels), [2], 0);
    const specs = mapTree(inputs, ({ shape }: NdArray) => ({ shape }), isNdArray) as object;
    const loss = await compileTrees(
      (w: Tensor, batch: DenoisingInputs<Tensor>) => denoisingLoss(parts)({ network: { w } }, batch),
      [{ shape: [1] }, specs],
      { runtime },
    );
    const lossOf = async (w: number) => Number((await loss(ndarray(Float32Array.of(w)), inputs)).data[0]);
    const losses = [await lossOf(0), await lossOf(1)];
    await loss.dispose();
    return losses as [number, number];
  };
  const none = await at();
  const first = await at([0, 0, 0, 0]);
  const second = await at([1, 1, 1, 1]);
  expect(none[0]).toBe(none[1]);
  expect(first[1]).toBe(first[0]);
  // Its output, 1 instead of 0, is 1 from the target in the mean: the loss of unit weight grows by about 1.
  expect(second[1] - second[0]).toBeGreaterThan(0.5);
});

test("training takes it on the averaged parameters, with the same draws whenever it begins", async () => {
  const options = {
    data: normal([50, 2], { seed: 1 }),
    heldOut: normal([20, 2], { seed: 2 }),
    process: edm(),
    network: classTeller,
    steps: 40,
    batch: 8,
    runtime,
  };
  // A network with classes cannot be trained without labels.
  await expect(train(options).result).rejects.toThrow(/expected labels/);
  const network = { ...classTeller, classes: 0, apply: ({ w }: never, x: Tensor) => x.multiply(w) };
  const lossesOf = async (changes: object) => {
    const found = new Map<number, number | undefined>();
    let middle: unknown;
    for await (const { step, heldOutLoss, checkpoint } of train({ ...options, network, ...changes })) {
      found.set(step, heldOutLoss);
      middle ??= checkpoint;
    }
    return { found, middle };
  };
  const whole = await lossesOf({ network: { ...network, initialise: () => ({ w: ndarray(new Float32Array([1])) }) } });
  expect(whole.found.get(40)).toBeGreaterThan(0);
  const first = await lossesOf({ steps: 20, decay: "constant", warmUp: 1 });
  const straight = await lossesOf({ decay: "constant", warmUp: 1 });
  const resumed = await lossesOf({ decay: "constant", warmUp: 1, resume: first.middle });
  expect(resumed.found.get(40)).toBe(straight.found.get(40));
});
