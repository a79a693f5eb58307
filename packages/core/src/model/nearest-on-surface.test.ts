import { compile, concat, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError, SamplingError } from "../errors.ts";
import { linearConstraint, meanConstraint } from "../objective/constraint.ts";
import { nonlinearConstraint } from "../objective/nonlinear-constraint.ts";
import { quadraticConstraint } from "../objective/quadratic-constraint.ts";
import { normal } from "../random/normal.ts";
import { projectSamples } from "../sampling/project-samples.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const run = async (f: (x: Tensor) => Tensor, x: NdArray): Promise<NdArray> => {
  const compiled = await compile(f, [x], { runtime });
  const result = await compiled(x);
  await compiled.dispose();
  return result;
};

const circle = quadraticConstraint({
  forms: [
    [
      [1, 0],
      [0, 1],
    ],
  ],
  values: [1],
});

/** An ellipse and a plane through it: a curve in space. */
const curve = nonlinearConstraint((x) => {
  const [a, b, c] = [0, 1, 2].map((j) => x.slice([null, [j, j + 1]])) as [Tensor, Tensor, Tensor];
  return concat([a.square().divide(4).add(b.square()).subtract(1), c.subtract(a.multiply(b))], 1);
});

describe("the nearest point of a surface", () => {
  test("of a circle lies on the ray from its centre, from any distance", async () => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = ndarray(
        (dtype === "float32" ? Float32Array : Float64Array).of(3, 4, -0.01, 0.02, 0, 0, 0.6, 0.8) as Float64Array,
        [4, 2],
      );
      const { data } = await run(circle.project!, x);
      // From near the centre the direction keeps few digits.
      const tolerance = dtype === "float32" ? 2e-5 : 1e-12;
      for (const [i, expected] of [0.6, 0.8, -1 / Math.sqrt(5), 2 / Math.sqrt(5)].entries())
        expect(Math.abs(Number(data[i]) - expected)).toBeLessThan(tolerance);
      // The centre has no nearest point, and stays.
      expect([...data.slice(4, 6)]).toEqual([0, 0]);
      expect(Number(data[6])).toBeCloseTo(0.6, 6);
    }
  });

  test("satisfies equations to 1e-6 in float32, and projecting again moves it no further", async () => {
    const x = normal([200, 3], { seed: 1 });
    const y = await run(curve.project!, x);
    for (const value of (await run(curve.residual, y)).data) expect(Math.abs(Number(value))).toBeLessThan(1e-6);
    const again = await run(curve.project!, y);
    for (const [k, value] of y.data.entries())
      expect(Math.abs(Number(again.data[k]) - Number(value))).toBeLessThan(1e-6);
  });

  test("moves at right angles to the surface, where it begins near to it", async () => {
    // Points of the curve, and a little beside it.
    const beside = normal([50, 3], { seed: 2, dtype: "float64" });
    for (let i = 0; i < 50; i++) {
      const [a, b] = [2 * Math.cos(i), Math.sin(i)];
      for (const [j, at] of [a, b, a * b].entries()) beside.data[3 * i + j] = at + 0.05 * beside.data[3 * i + j]!;
    }
    const { samples, residual } = await projectSamples(curve, beside, { runtime });
    expect(residual.after).toBeLessThan(1e-9);
    for (let i = 0; i < 50; i++) {
      const [a, b] = [samples.data[3 * i]!, samples.data[3 * i + 1]!];
      // The tangent of (2 cos s, sin s, sin 2s).
      const tangent = [-2 * b, a / 2, 2 * ((a / 2) ** 2 - b ** 2)];
      const along = tangent.reduce((sum, t, j) => sum + t * (beside.data[3 * i + j]! - samples.data[3 * i + j]!), 0);
      expect(Math.abs(along)).toBeLessThan(1e-6);
    }
  });
});

describe("samples that are projected", () => {
  const plane = linearConstraint({
    matrix: [
      [1, 1, 1, 0],
      [0, 1, -1, 2],
    ],
    values: [3, 0.5],
  });

  test("on linear equations are where the closed form says, whatever the batch", async () => {
    const x = normal([11, 4], { seed: 3, dtype: "float64" });
    const expected = await run(plane.project!, x);
    const { samples, residual, moved } = await projectSamples(plane, x, { batch: 4, runtime });
    for (const [k, value] of expected.data.entries()) expect(samples.data[k]).toBeCloseTo(Number(value), 11);
    expect(residual.after).toBeLessThan(1e-12);
    const squares = samples.data.reduce((sum, value, k) => sum + (value - x.data[k]!) ** 2, 0);
    expect(moved).toBeCloseTo(Math.sqrt(squares / 11), 12);
  });

  test("equations that follow from each other are solved together", async () => {
    const twice = nonlinearConstraint((x) => {
      const one = x.square().sum(1).subtract(1).expandDims(1);
      return concat([one, one.multiply(2)], 1);
    });
    const { residual } = await projectSamples(twice, normal([5, 3], { seed: 4 }), { runtime });
    expect(residual.after).toBeLessThan(1e-9);
  });

  test("what cannot be satisfied is an error, and so is what is no constraint", async () => {
    const never = nonlinearConstraint((x) => x.square().sum(1).add(1).expandDims(1));
    await expect(projectSamples(never, normal([3, 2], { seed: 5 }), { iterations: 5, runtime })).rejects.toThrow(
      SamplingError,
    );
    await expect(projectSamples(meanConstraint({ values: [0, 0] }), normal([3, 2], { seed: 5 }))).rejects.toThrow(
      /one on averages/,
    );
    await expect(projectSamples({} as never, normal([3, 2], { seed: 5 }))).rejects.toThrow(ArgumentError);
    await expect(projectSamples(circle, normal([0, 2], { seed: 5 }))).rejects.toThrow(/n > 0/);
    expect(() => nonlinearConstraint(3 as never)).toThrow(ArgumentError);
    expect(() => nonlinearConstraint((x) => x, { iterations: 4 })).toThrow(/>= 5, found 4/);
    expect(() => quadraticConstraint({ forms: [[[1, 0]]], values: [1] })).toThrow(ArgumentError);
    await expect(run(nonlinearConstraint((x) => x.sum()).residual, normal([3, 2], { seed: 5 }))).rejects.toThrow(
      /expected \[3, m\]/,
    );
  });
});

test("a quadratic constraint is x^T Q x + a x - b", async () => {
  const forms = [
    [
      [1, 2],
      [0, -1],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ];
  const matrix = [
    [1, -1],
    [2, 3],
  ];
  const constraint = quadraticConstraint({ forms, matrix, values: [0.5, -1] });
  const x = normal([3, 2], { seed: 6, dtype: "float64" });
  const { data, shape } = await run(constraint.residual, x);
  expect(shape).toEqual([3, 2]);
  for (let i = 0; i < 3; i++) {
    const [a, b] = [x.data[2 * i]!, x.data[2 * i + 1]!];
    expect(data[2 * i]).toBeCloseTo(a * a + 2 * a * b - b * b + a - b - 0.5, 12);
    expect(data[2 * i + 1]).toBeCloseTo(2 * a + 3 * b + 1, 12);
  }
});
