import { dataset, denoising, edm, edmPreconditioning, heun, type Network, trainableLayout } from "@scorefield/core";
import { constant, defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldOutLoss } from "./held-out-loss.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const secondClass = constant(ndarray(new Float32Array([0, 1]), [2, 1]));

/** Says a parameter times the class, whatever the data. */
const classTeller: Network = {
  recipe: { kind: "teller" },
  learningRate: 1,
  classes: 2,
  initialise: () => ({ w: ndarray(new Float32Array([1]), [1]) }),
  apply: ({ w }: never, x, _level, { class: rows } = {}) =>
    rows ? rows.matmul(secondClass).multiply(w).add(x.multiply(0)) : x.multiply(0),
};

test("a network that knows classes is told those of the held-out samples", async () => {
  const parts = {
    process: edm(),
    network: classTeller,
    preconditioning: edmPreconditioning(),
    objective: denoising(),
    sampler: heun(),
  };
  const layout = trainableLayout({ network: classTeller.initialise([2], 0) });
  const points = ndarray(new Float32Array(8), [4, 2]);
  const at = async (labels?: number[]) => {
    const lossOf = await heldOutLoss(parts, dataset(points, labels), layout, 0);
    const losses = [await lossOf(ndarray(new Float32Array([0]))), await lossOf(ndarray(new Float32Array([1])))];
    await lossOf.dispose();
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
