import { compile, constant, grad, type NdArray, ndarray, ShapeError, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { projected } from "../model/projected.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { sample } from "../sampling/sample.ts";
import { train } from "../training/train.ts";
import { constrained } from "./constrained.ts";
import { type Constraint, linearConstraint, meanConstraint } from "./constraint.ts";
import { constraintFromRecipe } from "./constraints.ts";
import { denoising } from "./denoising.ts";
import type { Objective } from "./objective.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const run = async (f: (x: Tensor) => Tensor, x: NdArray): Promise<NdArray> => {
  const compiled = await compile(f, [x], { runtime });
  const result = await compiled(x);
  await compiled.dispose();
  return result;
};

const settings = {
  matrix: [
    [1, 1, 1, 0],
    [0, 1, -1, 2],
  ],
  values: [3, 0.5],
};

describe("a linear constraint", () => {
  const constraint = linearConstraint(settings);
  const x = normal([5, 2, 2], { seed: 1, dtype: "float64" });

  test("its residual is A x - b", async () => {
    const { data, shape } = await run((at) => constraint.residual(at), x);
    expect(shape).toEqual([5, 2]);
    for (let i = 0; i < 5; i++)
      for (const [k, row] of settings.matrix.entries()) {
        const product = row.reduce((sum, value, j) => sum + value * x.data[4 * i + j]!, 0);
        expect(Number(data[2 * i + k])).toBeCloseTo(product - settings.values[k]!, 12);
      }
  });

  test("its projection obeys it, moves at right angles to it, and moves no further on", async () => {
    const y = await run((at) => constraint.project!(at), x);
    expect(y.shape).toEqual([5, 2, 2]);
    for (const value of (await run((at) => constraint.residual(at), y)).data)
      expect(Math.abs(Number(value))).toBeLessThan(1e-12);
    // [2, -1, -1, 0] and [-3, 2, 1, -0.5] + ... span the null space of A: both products with the rows of A vanish.
    for (const direction of [
      [2, -1, -1, 0],
      [-4, 3, 1, -1],
    ])
      for (let i = 0; i < 5; i++) {
        for (const row of settings.matrix)
          expect(row.reduce((sum, value, j) => sum + value * direction[j]!, 0)).toBe(0);
        const moved = direction.reduce(
          (sum, value, j) => sum + value * (Number(y.data[4 * i + j]) - x.data[4 * i + j]!),
          0,
        );
        expect(moved).toBeCloseTo(0, 12);
      }
    const again = await run((at) => constraint.project!(at), y);
    for (const [k, value] of y.data.entries()) expect(Number(again.data[k])).toBeCloseTo(Number(value), 12);
  });

  test("is made again from its recipe", () => {
    expect(constraintFromRecipe(JSON.parse(JSON.stringify(constraint.recipe))).recipe).toEqual(constraint.recipe);
  });

  test("bad constraints", async () => {
    expect(() => linearConstraint({ matrix: [], values: [] })).toThrow(ArgumentError);
    expect(() => linearConstraint({ matrix: [[1, 2], [3]], values: [0, 0] })).toThrow(/rows of 2, 1/);
    expect(() =>
      linearConstraint({
        matrix: [
          [1, 2],
          [2, 4],
        ],
        values: [0, 0],
      }),
    ).toThrow(/independent rows/);
    expect(() => linearConstraint({ matrix: [[1, Number.NaN]], values: [0] })).toThrow(
      /matrix.0.1: expected a number, found NaN/,
    );
    await expect(run((at) => linearConstraint({ matrix: [[1]], values: [0] }).residual(at), x)).rejects.toThrow(
      ShapeError,
    );
  });
});

/** What a penalty adds to the loss of a model that denoises data x to y, for any input. */
const addedBy = async (
  constraint: Constraint,
  y: NdArray,
  options: Parameters<typeof constrained>[2],
  t: number,
  x = y,
) => {
  const process = edm();
  const n = y.shape[0]!;
  const both = [denoising(), constrained(denoising(), constraint, options)];
  const compiled = await compile(
    (clean: Tensor, estimate: Tensor, time: Tensor) =>
      both.map((objective) => objective.loss(() => estimate, process, { x: clean, t: time, noise: clean })),
    [x, y, { shape: [n], dtype: "float64" }],
    { runtime },
  );
  const [plain, whole] = await compiled(x, y, ndarray(new Float64Array(n).fill(t)));
  await compiled.dispose();
  return Number(whole!.data[0]) - Number(plain!.data[0]);
};

describe("the penalty", () => {
  const y = ndarray(Float64Array.of(1, 2, 3, 5), [2, 2]);
  const t = edm().timeOfLogSnr(0);

  test("is the weighted mean of the squared residual, and falls with the noise", async () => {
    const constraint = linearConstraint({ matrix: [[1, 1]], values: [4] });
    const kept = ndarray(Float64Array.of(1, 3, -2, 6), [2, 2]);
    // Residuals -1 and 4.
    expect(await addedBy(constraint, y, { weight: 3, schedule: "constant" }, t)).toBeCloseTo((3 * 17) / 2, 9);
    expect(await addedBy(constraint, y, { weight: 3 }, t, kept)).toBeCloseTo(3 * 17, 9);
    const little = edm().timeOfLogSnr(-2 * Math.log(0.1));
    expect(await addedBy(constraint, y, { weight: 3 }, little, kept)).toBeCloseTo((3 * 17 * 101) / 2, 7);
  });

  test("as a likelihood has the variance of the noise, r^2, and half of that weight", async () => {
    const constraint = linearConstraint({ matrix: [[1, 1]], values: [4] });
    const kept = ndarray(Float64Array.of(1, 3, -2, 6), [2, 2]);
    for (const r of [0.1, 1, 5]) {
      const at = edm().timeOfLogSnr(-2 * Math.log(r));
      const found = await addedBy(constraint, y, { weight: 3, schedule: "likelihood" }, at, kept);
      expect(found).toBeCloseTo((3 * (17 / 2)) / (2 * r * r), 7);
    }
  });

  test("of a sample is taken where the denoiser leads in some steps, here to the estimate itself", async () => {
    const constraint = linearConstraint({ matrix: [[1, 1]], values: [4] });
    // A denoiser that says the same of every point ends there, in however many steps.
    for (const estimateSteps of [1, 4]) {
      const found = await addedBy(constraint, y, { schedule: "constant", estimate: "sample", estimateSteps }, t);
      expect(found).toBeCloseTo(17 / 2, 9);
    }
    expect(() => constrained(denoising(), constraint, { estimateSteps: 0 })).toThrow(/estimateSteps/);
  });

  test("does not ask more of little noise than data that break the constraint allow", async () => {
    const constraint = linearConstraint({ matrix: [[1, 1]], values: [4] });
    // The data's own squared residuals are 1 and 16, 8.5 on average.
    expect(await addedBy(constraint, y, {}, t)).toBeCloseTo(8.5 / (1 / 2 + 8.5), 9);
    const little = edm().timeOfLogSnr(-2 * Math.log(0.01));
    expect(await addedBy(constraint, y, {}, little)).toBeCloseTo(8.5 / (1 / 10001 + 8.5), 9);
  });

  test("of a known mean is the product of the residuals of both halves of the batch", async () => {
    const constraint = meanConstraint({ values: [1.5, 3] });
    // [-0.5, -1] and [1.5, 2]; the batch's mean is [2, 3.5].
    const product = (-0.5 * 1.5 - 1 * 2) / 2;
    expect(await addedBy(constraint, y, { weight: 2, schedule: "constant" }, t)).toBeCloseTo(2 * product, 9);
    expect(await addedBy(constraint, y, { weight: 2 }, t)).toBeCloseTo(2 * product, 9);
    expect(await addedBy(constraint, y, { weight: 2, schedule: "posterior" }, t)).toBeCloseTo(
      (2 * product) / (1 / 2 + 0.25),
      9,
    );
    expect(() => meanConstraint({ values: [] })).toThrow(ArgumentError);
    await expect(addedBy(constraint, ndarray(Float64Array.of(1, 2), [1, 2]), {}, t)).rejects.toThrow(
      /at least 2 samples/,
    );
  });

  test("of a mean that is right has no slope in the spread of the estimates, on average over batches", async () => {
    const process = edm();
    const [n, batches] = [8, 400];
    const objective = constrained(denoising(), meanConstraint({ values: [0] }), { weight: 100 });
    const compiled = await compile(
      (x: Tensor, noise: Tensor, time: Tensor) =>
        grad((factor: Tensor) =>
          [objective, denoising()]
            .map((one) => one.loss((at) => at.multiply(factor), process, { x, t: time, noise }))
            .reduce((whole, plain) => whole.subtract(plain)),
        )(constant(0.5, "float64")),
      [
        { shape: [n, 1], dtype: "float64" },
        { shape: [n, 1], dtype: "float64" },
        { shape: [n], dtype: "float64" },
      ],
      { runtime },
    );
    const drawn = (seed: number, step: number) => normal([n, 1], { seed, step, dtype: "float64" });
    const slopes: number[] = [];
    for (let b = 0; b < batches; b++)
      slopes.push(Number((await compiled(drawn(1, b), drawn(2, b), ndarray(new Float64Array(n).fill(t)))).data[0]));
    await compiled.dispose();
    const mean = slopes.reduce((sum, value) => sum + value, 0) / batches;
    const error = Math.sqrt(slopes.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / batches;
    expect(Math.abs(mean)).toBeLessThan(4 * error);
    // The squared mean of the batch would have 100 d/df f^2 (1 + 1) / n = 25.
    expect(error).toBeLessThan(25 / 8);
  });

  test("bad options", () => {
    const constraint = meanConstraint({ values: [0] });
    expect(() => constrained(denoising(), constraint, { weight: -1 })).toThrow(/weight: expected a positive number/);
    expect(() => constrained(denoising(), constraint, { schedule: "later" as never })).toThrow(
      /constant, posterior or likelihood, found later/,
    );
  });
});

describe("a constraint that measured data satisfy up to errors", () => {
  // Three numbers that add up to 1, with an error of deviation 0.3 in the sum.
  const constraint = linearConstraint({ matrix: [[1, 1, 1]], values: [1] });
  const data = normal([3000, 3], { seed: 1 });
  for (let i = 0; i < 3000; i++) {
    const excess = 0.7 * (data.data[3 * i]! + data.data[3 * i + 1]! + data.data[3 * i + 2]!) - 1;
    for (let j = 0; j < 3; j++) data.data[3 * i + j]! -= excess / 3;
  }
  const options = { data, process: edm(), steps: 500, batch: 128, averageDecay: 0.98, runtime };
  const network = mlp({ width: 32, depth: 2 });
  const deviation = async (model: ScoreModel): Promise<number> => {
    const drawn = await sample(model, { count: 500, seed: 1, runtime });
    let sum = 0;
    for (const value of (await run((x) => constraint.residual(x), drawn)).data) sum += Number(value) ** 2;
    return Math.sqrt(sum / 500);
  };

  test("is kept better with a penalty, and to rounding when projected", async () => {
    const plain = await train({ ...options, network }).result;
    const informed = (weight: number): Promise<ScoreModel> =>
      train({ ...options, network, objective: constrained(denoising(), constraint, { weight }) }).result;
    // The error in the sum has deviation 0.3 sqrt(3).
    expect(await deviation(plain)).toBeGreaterThan(0.4);
    const held = await deviation(await informed(10));
    expect(held).toBeLessThan(0.2);
    // A larger penalty keeps the constraint better, not worse.
    expect(held).toBeLessThan(0.7 * (await deviation(await informed(1))));
    expect(await deviation(projected(plain, constraint.project!))).toBeLessThan(1e-5);
  });

  test("a known mean draws samples of few data towards it", async () => {
    const few = normal([30, 1], { seed: 3 });
    for (let i = 0; i < 30; i++) few.data[i]! += 0.5;
    const meanOf = async (objective: Objective): Promise<number> => {
      const model = await train({ ...options, data: few, network, objective }).result;
      const { data } = await sample(model, { count: 500, seed: 1, runtime });
      return data.reduce((sum, value) => sum + value, 0) / 500;
    };
    const free = await meanOf(denoising());
    const held = await meanOf(constrained(denoising(), meanConstraint({ values: [0] })));
    expect(Math.abs(held)).toBeLessThan(0.75 * Math.abs(free));
  });

  test("estimates above a noise are left as they are", async () => {
    const process = edm();
    const model: ScoreModel = { process, shape: [3], denoise: (x) => x };
    const held = projected(model, constraint.project!, { below: 0.5 });
    const x = normal([2, 3], { seed: 1, dtype: "float64" });
    const times = ndarray(Float64Array.of(...[0.4, 0.6].map((r) => process.timeOfLogSnr(-2 * Math.log(r)))));
    const compiled = await compile(
      (at: Tensor, when: Tensor) => constraint.residual(held.denoise(at, when)),
      [x, times],
      {
        runtime,
      },
    );
    const [low, high] = (await compiled(x, times)).data;
    await compiled.dispose();
    expect(Math.abs(Number(low))).toBeLessThan(1e-12);
    expect(Number(high)).toBeCloseTo(x.data[3]! + x.data[4]! + x.data[5]! - 1, 12);
    expect(() => projected(model, constraint.project!, { below: 0 })).toThrow(ArgumentError);
    expect(() => projected(model, constraint.project!, { above: 1 } as never)).toThrow(/unknown option above/);
  });

  test("projecting an exact model changes nothing", async () => {
    const third = 1 / 3;
    const covariance = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 1 : 0) - third));
    const model = exact(gaussian({ mean: [third, third, third], covariance }), edm());
    const [free, held] = await Promise.all(
      [model, projected(model, constraint.project!)].map((one) =>
        sample(one, { count: 20, seed: 2, runtime, dtype: "float64" }),
      ),
    );
    for (const [k, value] of held!.data.entries()) expect(value).toBeCloseTo(free!.data[k]!, 6);
  });
});
