import { compile, grad, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../../random/normal.ts";
import { uniform } from "../../random/uniform.ts";
import { scoreDistillation } from "./score-distillation.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 64;

/** The velocity of N(m, d^2) on the line: e and x - m are known by conditioning on z. */
const velocityOf =
  (m: number, d: number) =>
  (z: Tensor, share: Tensor): Tensor => {
    const s = share.reshape([-1, 1]);
    const rest = s.negate().add(1);
    const variance = rest
      .square()
      .multiply(d * d)
      .add(s.square());
    return z
      .subtract(rest.multiply(m))
      .multiply(s.subtract(rest.multiply(d * d)).divide(variance))
      .subtract(m);
  };

/** The generator's gradient with respect to its mean a and deviation b, and the student's loss, at samples a + b z. */
const slopes = async (a: number, b: number, student: readonly [number, number], teacher: readonly [number, number]) => {
  const compiled = await compile(
    (draws: Tensor, noise: Tensor, share: Tensor, a: Tensor, b: Tensor) => {
      const losses = (a: Tensor, b: Tensor) =>
        scoreDistillation({
          x: draws.multiply(b).add(a),
          noise,
          share,
          teacher: velocityOf(...teacher),
          student: velocityOf(...student),
        });
      return {
        mean: grad((a: Tensor) => losses(a, b).generator)(a),
        deviation: grad((b: Tensor) => losses(a, b).generator)(b),
        student: losses(a, b).student,
        touched: grad((a: Tensor) => losses(a, b).student)(a),
      };
    },
    [[n, 1], [n, 1], [n], [], []].map((shape) => ({ shape, dtype: "float64" as const })) as never,
    { runtime },
  );
  try {
    const found = await (compiled as unknown as (...inputs: NdArray[]) => Promise<Record<string, NdArray>>)(
      normal([n, 1], { seed: 1, dtype: "float64" }),
      normal([n, 1], { seed: 2, dtype: "float64" }),
      uniform([n], { seed: 3, dtype: "float64" }),
      ndarray(Float64Array.of(a), []),
      ndarray(Float64Array.of(b), []),
    );
    return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, Number(data[0])]));
  } finally {
    await compiled.dispose();
  }
};

test("nothing moves where samples are distributed as the data", async () => {
  const found = await slopes(1, 0.5, [1, 0.5], [1, 0.5]);
  expect(Math.abs(found.mean!)).toBeLessThan(1e-12);
  expect(Math.abs(found.deviation!)).toBeLessThan(1e-12);
});

test("samples move towards the data, in mean and in deviation; a wrong sign would be seen", async () => {
  // A gradient is against the way that descent goes.
  expect((await slopes(2, 0.5, [2, 0.5], [1, 0.5])).mean).toBeGreaterThan(0.01);
  expect((await slopes(0, 0.5, [0, 0.5], [1, 0.5])).mean).toBeLessThan(-0.01);
  expect((await slopes(1, 0.8, [1, 0.8], [1, 0.5])).deviation).toBeGreaterThan(0.01);
  expect((await slopes(1, 0.3, [1, 0.3], [1, 0.5])).deviation).toBeLessThan(-0.01);
});

test("the student's loss is least at the velocity of the samples, and does not move them", async () => {
  const right = await slopes(1, 0.5, [1, 0.5], [0, 1]);
  for (const wrong of [
    [0.5, 0.5],
    [1, 1],
    [1, 0.2],
  ] as const)
    expect((await slopes(1, 0.5, wrong, [0, 1])).student).toBeGreaterThan(right.student!);
  expect(right.touched).toBe(0);
});
