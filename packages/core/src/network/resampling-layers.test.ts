import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { computed } from "./evaluate.case.ts";
import { doubleResolution, halveResolution } from "./resampling-layers.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("halves are means of pairs, the last of an odd size with itself", async () => {
  const x = ndarray(
    Float32Array.from({ length: 15 }, (_, i) => i),
    [1, 1, 3, 5],
  );
  const { data, shape } = await computed(runtime, (h) => halveResolution(undefined, h!), x);
  expect(shape).toEqual([1, 1, 2, 3]);
  expect(Array.from(data)).toEqual([3, 5, 6.5, 10.5, 12.5, 14]);
});

test("doubles repeat what is there, cut to the size, before their convolution", async () => {
  const x = ndarray(Float32Array.of(1, 2, 3), [1, 1, 3]);
  const centre = ndarray(Float32Array.of(0, 1, 0), [1, 1, 3]);
  const bias = ndarray(Float32Array.of(0.5));
  for (const [size, expected] of [
    [6, [1.5, 1.5, 2.5, 2.5, 3.5, 3.5]],
    [5, [1.5, 1.5, 2.5, 2.5, 3.5]],
  ] as const) {
    const { data } = await computed(
      runtime,
      (h, w, b) => doubleResolution({ weight: w!, bias: b! }, h!, [size]),
      x,
      centre,
      bias,
    );
    expect(Array.from(data)).toEqual(expected);
  }
});

test("both work along three axes", async () => {
  const x = normal([2, 2, 2, 3, 4], { seed: 1 });
  expect((await computed(runtime, (h) => halveResolution(undefined, h!), x)).shape).toEqual([2, 2, 1, 2, 2]);
  const weight = normal([2, 2, 3, 3, 3], { seed: 2 });
  const bias = normal([2], { seed: 3 });
  const run = () =>
    computed(runtime, (h, w, b) => doubleResolution({ weight: w!, bias: b! }, h!, [3, 6, 8]), x, weight, bias);
  expect((await run()).shape).toEqual([2, 2, 3, 6, 8]);
});
