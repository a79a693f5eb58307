import { castArray, compile, concat, constant, fromNested, matmul, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { rademacher } from "../random/uniform.ts";
import { exactDivergence, hutchinsonDivergence } from "./divergence.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const a = [
  [1, 2, -1],
  [0.5, -2, 3],
  [0, 1, 4],
];
const n = 40_000;
const transposed = constant(
  fromNested(
    a[0]!.map((_, j) => a.map((row) => row[j]!)),
    "float64",
  ),
);
const linear = (x: Tensor): Tensor => matmul(x, transposed);

/** The sum of squares of the symmetric part, with or without its diagonal. */
const squares = (diagonal: boolean): number => {
  let sum = 0;
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) if (diagonal || i !== j) sum += ((a[i]![j]! + a[j]![i]!) / 2) ** 2;
  return sum;
};

const momentsOf = async (probes: ReturnType<typeof normal>) => {
  const spec = { shape: [n, 3], dtype: "float64" } as const;
  const compiled = await compile(
    (x: Tensor, v: Tensor) => ({
      estimate: hutchinsonDivergence(linear, x, [v]).divergences[0]!,
      exact: exactDivergence(linear, x).divergences[0]!,
    }),
    [spec, spec],
    { runtime },
  );
  const { estimate, exact } = await compiled(
    castArray(normal([n, 3], { seed: 1 }), "float64"),
    castArray(probes, "float64"),
  );
  await compiled.dispose();
  const values = estimate.data as Float64Array;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const moment = (order: number) => values.reduce((sum, value) => sum + (value - mean) ** order, 0) / n;
  const variance = moment(2);
  return { mean, variance, varianceError: Math.sqrt((moment(4) - variance ** 2) / n), exact: exact.data[0] };
};

test.each([
  // 2 * ((2.5 / 2)^2 + (1 / 2)^2 + (4 / 2)^2) * 2 by hand
  ["rademacher", rademacher([n, 3], { seed: 2 }), 23.25, false],
  ["gaussian", normal([n, 3], { seed: 2 }), 23.25 + 2 * (1 + 4 + 16), true],
] as const)(
  "x -> A x, %s probes: mean tr A, variance from the symmetric part",
  async (_, probes, variance, diagonal) => {
    expect(2 * squares(diagonal)).toBeCloseTo(variance, 12);
    const found = await momentsOf(probes);
    expect(found.exact).toBeCloseTo(3, 12);
    expect(Math.abs(found.mean - 3)).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(Math.abs(found.variance - variance)).toBeLessThan(4 * found.varianceError);
    expect(found.varianceError).toBeLessThan(0.03 * variance);
  },
);

test("a field that is not linear, on samples with two axes", async () => {
  // f = (x0 x1, x1^2, sin x2, x0 x3): divergence x1 + 2 x1 + cos x2 + x0
  const field = (x: Tensor): Tensor => {
    const [p, q, r, s] = x.reshape([-1, 4]).split([1, 1, 1, 1], 1) as [Tensor, Tensor, Tensor, Tensor];
    return concat([p.multiply(q), q.square(), r.sin(), p.multiply(s)], 1).reshape(x.shape);
  };
  const compiled = await compile(
    (x: Tensor) => exactDivergence(field, x).divergences[0]!,
    [{ shape: [2, 2, 2], dtype: "float64" }],
    { runtime },
  );
  const { data } = await compiled(ndarray(Float64Array.of(1, 2, 3, 4, -1, 0.5, 0, 2), [2, 2, 2]));
  await compiled.dispose();
  expect(data[0]).toBeCloseTo(2 + 4 + Math.cos(3) + 1, 12);
  expect(data[1]).toBeCloseTo(0.5 + 1 + 1 - 1, 12);
});
