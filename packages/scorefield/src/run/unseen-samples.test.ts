import { arraySamples } from "@scorefield/domain";
import { fromNested, ndarray, zeros } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { unseenSamples } from "./unseen-samples.ts";

const rows = (values: readonly (readonly number[])[]) => arraySamples(fromNested(values, "float64"), { sha256: "" });

test("rows are the same if their values are; one that repeats is left out as often as training has it", async () => {
  const training = rows([
    [1, 2],
    [3, 0],
    [3, 0],
  ]);
  const given = rows([
    [3, -0],
    [2, 1],
    [3, 0],
    [3, 0],
    [1, 2.5],
    [1, 2],
  ]);
  expect(await unseenSamples(given, training)).toEqual([1, 3, 4]);
  expect(await unseenSamples(given, rows([[9, 9]]))).toEqual([0, 1, 2, 3, 4, 5]);
});

test("samples of any shape and type are compared, many of them in pieces", async () => {
  const images = zeros([600, 1, 2, 2]);
  for (const i of images.data.keys()) images.data[i] = i / 1024;
  const half = ndarray(Float64Array.from(images.data.subarray(4 * 250, 4 * 550)), [300, 1, 2, 2]);
  const unseen = await unseenSamples(arraySamples(images, { sha256: "" }), arraySamples(half, { sha256: "" }));
  expect(unseen).toEqual(Array.from({ length: 300 }, (_, i) => (i < 250 ? i : i + 300)));
  const all = arraySamples(images, { sha256: "" });
  await expect(unseenSamples(all, all, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
});
