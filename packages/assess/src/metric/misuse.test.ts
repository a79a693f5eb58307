/** Callers without types: what metrics, extractors and classifiers do not take is refused with an error of ours. */
import { normal, perceptron } from "@scorefield/core";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as all from "../index.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const x = normal([20, 2], { seed: 1 });
const spoilt = ndarray(
  x.data.map((value, i) => (i === 5 ? Number.NaN : value)),
  [20, 2],
);
const parts = { network: perceptron({ widths: [4] }), classes: 2, shape: [2] };
const made = all.classifier(parts, all.initialClassifier(parts, 0));

type Call = (...args: readonly unknown[]) => unknown;
const { bootstrap, classifierExtractor, onnxExtractor } = all;
const named = (names: readonly string[]) =>
  names.map((name) => [name, (all as unknown as Record<string, Call>)[name]!] as const);
const error = async (call: () => unknown): Promise<Error> => {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error");
};

test.each(
  named([
    "energyDistance",
    "slicedWasserstein",
    "mmd",
    "kernelDistance",
    "precisionRecall",
    "densityCoverage",
    "classifierTwoSample",
    "nearestTraining",
  ]),
)("%s", async (name, call) => {
  expect((await error(() => call(x, x, { stray: 1 }))).message).toMatch(new RegExp(`^${name}: unknown option stray`));
  for (const args of [
    [],
    [null, x],
    [[[1, 2]], x],
    [x, null],
    [x, [[1, 2]]],
    [spoilt, x],
    [x, x, null],
    [x, x, "fast"],
  ])
    expect((await error(() => call(...args))).name, JSON.stringify(args).slice(0, 40)).toMatch(
      /^(Argument|Shape)Error$/,
    );
});

test.each(
  named([
    "frechetDistance",
    "marginals",
    "correlationError",
    "sampleMean",
    "auroc",
    "averagePrecision",
    "closerThanHeldOut",
  ]),
)("%s", async (_, call) => {
  for (const args of [[], [null, x], [[[1, 2]], x], [spoilt, spoilt]])
    expect((await error(() => call(...args))).name).toMatch(/^(Argument|Shape)Error$/);
});

test.each(named(["predictClasses", "accuracy"]))("%s", async (_, call) => {
  const labels = new Int32Array(20);
  const wrong = [[], [null, x, labels], [{}, x, labels], [made, [[1, 2]], labels], [made, spoilt, labels]];
  for (const args of wrong) expect((await error(() => call(...args))).name).toBe("ArgumentError");
});

test("options of extractors, the bootstrap and classifiers", async () => {
  const wrong = async (call: () => unknown, text: RegExp) => expect((await error(call)).message).toMatch(text);
  await wrong(
    () => (classifierExtractor as Call)("mine", made, { batch: 3 }),
    /classifierExtractor: unknown option batch/,
  );
  await wrong(
    () => (classifierExtractor as Call)("mine", parts),
    /classifierExtractor classifier: expected a classifier/,
  );
  await wrong(
    () => (onnxExtractor as Call)(new Uint8Array(3), { nmae: "a" }),
    /onnxExtractor: unknown option nmae; .*name/,
  );
  await wrong(() => (onnxExtractor as Call)("a.onnx", { name: "a" }), /expected the bytes of a file/);
  await wrong(() => (bootstrap as Call)(x), /bootstrap: expected a statistic/);
  await wrong(() => (bootstrap as Call)(all.meanStatistic([1, 2]), { replicate: 3 }), /unknown option replicate/);
  await wrong(() => (all.classifier as Call)(parts, null), /classifier parameters: expected parameters/);
  await wrong(
    () => (all.initialClassifier as Call)({ network: "convolutional", classes: 2, shape: [2] }, 0),
    /network such as/,
  );
  await wrong(() => (all.accuracy as Call)(made, x), /accuracy labels: expected one label for each sample/);
});
