import { describe, expect, it } from "vitest";
import { grad, jvp } from "../differentiate/differentiate.ts";
import { TraceError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { ndarray } from "../ndarray.ts";
import { evaluate } from "../testing/evaluate.ts";
import { multiply } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { floor } from "./comparison.ts";
import { withoutDerivative } from "./without-derivative.ts";

const x = ndarray(Float64Array.of(-0.5, 1.5, 2));

describe("a value without a derivative", () => {
  const steps = (x: Tensor): Tensor => withoutDerivative(floor(x), [x], "no slope here");

  it("is the same value, whose factors keep their derivatives with respect to what it does not depend on", async () => {
    expect((await evaluate(steps, x)).data).toEqual(Float64Array.of(-1, 1, 2));
    const slope = (x: Tensor): Tensor => grad((y: Tensor) => sum(multiply(y, steps(x))))(x);
    expect((await evaluate(slope, x)).data).toEqual(Float64Array.of(-1, 1, 2));
  });

  it("is not differentiated, in reverse and forward mode", async () => {
    await expect(evaluate((x: Tensor) => grad((y: Tensor) => sum(steps(y)))(x), x)).rejects.toThrow(TraceError);
    await expect(evaluate((x: Tensor) => jvp(steps, x, x)[1], x)).rejects.toThrow(/no slope here/);
  });
});
