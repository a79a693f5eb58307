/** Training on samples that lack numbers: what lacks is not learnt. */
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { partialPreconditioning } from "../model/partial/preconditioning.ts";
import { dit } from "../network/dit.ts";
import { unet } from "../network/unet.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { dataset } from "./dataset.ts";
import { train } from "./train.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const z = normal([32, 1, 8], { seed: 1 });
const holes = (every: number, value: number) =>
  ndarray(
    Float32Array.from(z.data, (x, i) => (i % every === 0 ? value : x)),
    z.shape,
  );
const network = unet({ width: 8, multipliers: [1, 2], blocks: 1, attention: 0, observed: 8 });
const options = {
  process: edm(),
  network,
  preconditioning: partialPreconditioning({ shape: [1, 8] }),
  steps: 6,
  batch: 8,
  runtime,
};

const lossesOf = async (data: ReturnType<typeof dataset>, more: object = {}) => {
  const losses: number[] = [];
  for await (const { loss, heldOutLoss } of train({ ...options, data, ...more })) losses.push(loss, heldOutLoss ?? 0);
  return losses;
};

test("the loss is finite, on held-out samples too, and does not depend on what is filled in", async () => {
  const data = dataset(holes(3, Number.NaN), undefined, { absent: true });
  const losses = await lossesOf(data, { heldOut: data });
  for (const loss of losses) expect(loss).toBeGreaterThan(0);
  // With nothing absent, the loss of the same samples with zeros in the holes is another one.
  expect(await lossesOf(dataset(holes(3, 0)), { heldOut: dataset(holes(3, 0)) })).not.toEqual(losses);
});

test("samples that lack numbers are refused unless the model takes them", async () => {
  expect(() => dataset(holes(3, Number.NaN))).toThrow(ArgumentError);
  const data = dataset(holes(3, Number.NaN), undefined, { absent: true });
  const plain = unet({ width: 8, multipliers: [1, 2], blocks: 1, attention: 0 });
  await expect(train({ ...options, network: plain, data }).result).rejects.toThrow(/take samples with absent numbers/);
});

test("a network whose number of what is known is not of all places is refused", () => {
  for (const make of [unet, dit]) {
    expect(() => make({ observed: 12, ...(make === dit && { patch: 1 }) }).initialise([1, 8], 0)).toThrow(
      /observed: expected a multiple of the 8 places of a sample, found 12/,
    );
  }
});
