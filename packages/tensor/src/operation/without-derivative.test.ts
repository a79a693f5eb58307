import { describe, expect, it } from "vitest";
import { grad, jvp } from "../differentiate/differentiate.ts";
import { TraceError } from "../errors.ts";
import { ndarray } from "../ndarray.ts";
import { evaluate } from "../testing/evaluate.ts";
import { multiply } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { floor } from "./comparison.ts";
import { withoutDerivative } from "./without-derivative.ts";

const x = ndarray(Float64Array.of(-0.5, 1.5, 2));

describe("a value without a derivative", () => {
  it("is the same value, and what does not depend on it keeps its derivative", async () => {
    expect((await evaluate((x) => withoutDerivative(floor(x), [x], "steps"), x)).data).toEqual(
      Float64Array.of(-1, 1, 2),
    );
    const found = await evaluate((x) => grad((y) => sum(multiply(y, withoutDerivative(floor(x), [x], "s"))))(x), x);
    expect(found.data).toEqual(Float64Array.of(-1, 1, 2));
  });

  it("is not differentiated, in reverse and forward mode", async () => {
    const f = (x: Parameters<typeof floor>[0]) => withoutDerivative(floor(x as never), [x as never], "no slope here");
    await expect(evaluate((x) => grad((x) => sum(f(x)))(x), x)).rejects.toThrow(TraceError);
    await expect(evaluate((x) => jvp(f, x, x)[1], x)).rejects.toThrow(/no slope here/);
  });
});
