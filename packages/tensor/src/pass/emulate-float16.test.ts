import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/tensor.ts";
import { ndarray } from "../ndarray.ts";
import { halfBits } from "../onnx/float16.ts";
import { add, multiply } from "../operation/arithmetic.ts";
import { cast, constant } from "../operation/source.ts";
import { evaluate } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";

const half = (x: Tensor): Tensor => cast(x, "float16");
const full = (x: Tensor): Tensor => cast(x, "float32");

describe("emulateFloat16", () => {
  it("rounds as float16 does, from the smallest to beyond the largest", async () => {
    const exponents = randomArray(1, [4000], { low: -26, high: 17 });
    const factors = randomArray(2, [4000], { low: -2, high: 2 });
    const special = [0, 65504, 65519, 65520, -65520, 1e30, -1e38, 2 ** -24, 2 ** -25.5, Infinity, -Infinity, NaN];
    const x = ndarray(
      Float32Array.from([...exponents.data, ...special], (e, i) =>
        factors.data[i] === undefined ? e : factors.data[i]! * 2 ** e,
      ),
    );
    const rounded = await evaluate((t) => full(half(t)), x);
    const bits = [...x.data].map((value) => halfBits(value) % 0x8000);
    const found = [...(rounded.data as Float32Array)].map((value) => halfBits(value) % 0x8000);
    expect(found).toEqual(bits);
    // Rounding again changes nothing: these are numbers of float16.
    const again = await evaluate((t) => full(half(t)), rounded);
    expect(again).toEqual(rounded);
    expect([...(rounded.data as Float32Array)].slice(-12)).toEqual([
      0,
      65504,
      65504,
      Infinity,
      -Infinity,
      Infinity,
      -Infinity,
      2 ** -24,
      0,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });

  it("rounds after every operation, and constants", async () => {
    const x = ndarray(Float32Array.of(1.25));
    // 2048 and 2050 are neighbours.
    expect((await evaluate((t) => full(add(half(t), 2048)), x)).data[0]).toBe(2050);
    expect((await evaluate((t) => full(multiply(half(t), 60000)), x)).data[0]).toBe(Infinity);
    expect((await evaluate((t) => full(add(half(t), 0.1)), x)).data[0]).toBe(1.349609375);
    const large = ndarray(new Float32Array(100).fill(0.1));
    expect((await evaluate((_) => full(half(constant(large))), x)).data[99]).toBe(0.0999755859375);
  });
});
