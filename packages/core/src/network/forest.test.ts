import { constant, grad, type NdArray, ndarray, type Tensor, TraceError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { edmPreconditioning } from "../model/preconditioning.ts";
import { constants, trainedModel } from "../model/trained.ts";
import { edm } from "../process/edm.ts";
import { computed } from "./evaluate.case.ts";
import { type ForestParameters, forest, forestLogRatio } from "./forest.ts";
import type { Parameters } from "./network.ts";
import { summary } from "./summary.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const settings = { levels: 3, lowest: 0.1, highest: 10, trees: 2, depth: 2 };

/** A forest of two numbers whose trees are written by hand: at level 1 the second output looks at both numbers. */
const byHand = () => {
  const network = forest(settings);
  const parameters = network.initialise([2], 0) as unknown as ForestParameters<NdArray<"float32">>;
  parameters.start.data.set([5, 6, 7, 8, 9, 10]);
  // Level 1, output 1, tree 0: column 1 at 0.5, then column 0 at -1 on the left and 2 on the right.
  const tree = (1 * 2 + 1) * 2;
  parameters.column.data.set([1, 0, 0], tree * 3);
  parameters.threshold.data.set([0.5, -1, 2], tree * 3);
  parameters.leaf.data.set([0.1, 0.2, 0.3, 0.4], tree * 4);
  // Its tree 1 adds 1 to all rows.
  parameters.leaf.data.fill(1, (tree + 1) * 4, (tree + 2) * 4);
  return { network, parameters };
};

test("a row goes down the trees of the nearest level, right where its number is above the threshold", async () => {
  const { network, parameters } = byHand();
  const x = ndarray(Float32Array.of(-1, 0.5, 0, 0.5, 2, 0.6, 2.1, 0.6, 0, 0, 0, 0), [6, 2]);
  const noise = (ratio: number): number => Math.log(ratio) / 4;
  const levels = ndarray(Float32Array.of(noise(1), noise(0.4), noise(1), noise(3), noise(1e-3), noise(80)));
  const { data } = await computed(
    runtime,
    (x, level) => network.apply(constants(parameters as unknown as Parameters, x!.dtype), x!, level!),
    x,
    levels,
  );
  const expected = [7, 9.1, 7, 9.2, 7, 9.3, 7, 9.4, 5, 6, 9, 10];
  for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 5);
});

test("levels are in equal steps of the logarithm", () => {
  for (const [level, ratio] of [0.1, 1, 10].entries())
    expect(Math.exp(forestLogRatio(settings, level))).toBeCloseTo(ratio, 12);
});

test("it is not differentiated, and settings that do not fit are refused", async () => {
  const { network, parameters } = byHand();
  const model = trainedModel(
    { process: edm(), network, preconditioning: edmPreconditioning() },
    parameters as unknown as Parameters,
    [2],
  );
  const x = ndarray(new Float32Array(4), [2, 2]);
  const slope = computed(
    runtime,
    (x) => grad((x: Tensor) => model.denoise(x, constant(ndarray(Float32Array.of(0.1, 0.1)))).sum())(x!),
    x,
  );
  await expect(slope).rejects.toThrow(TraceError);
  await expect(slope).rejects.toThrow(/constant between the thresholds/);
  expect(() => forest({ lowest: 2, highest: 1 })).toThrow(ArgumentError);
  expect(() => forest({ trees: 100_000, depth: 12 }).initialise([9], 0)).toThrow(/fewer trees or a smaller depth/);
  const other = forest({ ...settings, columns: [1, 2] });
  expect(() => summary(other, [2])).toThrow(/expected columns of 2 coordinates in all, found 3/);
  expect(summary(network, [2]).parameters).toBe(3 * 2 * 2 * (3 + 3 + 4) + 3 * 2);
});
