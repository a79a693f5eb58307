import { compile, grad, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { expandTime } from "../../model/expand-time.ts";
import type { AverageVelocity } from "../../model/flow-map/average-velocity.ts";
import { edm } from "../../process/edm.ts";
import { rectifiedFlow } from "../../process/rectified-flow.ts";
import { normal } from "../../random/normal.ts";
import { uniform } from "../../random/uniform.ts";
import { consistency } from "./consistency.ts";
import { continuousConsistency } from "./continuous-consistency.ts";
import type { FlowMapObjective } from "./flow-map-objective.ts";
import { flowMapObjectiveFromRecipe } from "./flow-map-objectives.ts";
import { heldBackMean } from "./held-back.ts";
import { lagrangian } from "./lagrangian.ts";
import { meanFlow } from "./mean-flow.ts";
import { progressive } from "./progressive.ts";
import { shortcut } from "./shortcut.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const n = 16;

/** V(s) = (1 - s)^2 d^2 + s^2: variance of points of data N(0, d^2). */
const varianceAt = (s: Tensor, d: number): Tensor =>
  s
    .negate()
    .add(1)
    .square()
    .multiply(d * d)
    .add(s.square());

/** The velocity of data N(0, d^2), z (s - (1 - s) d^2) / V(s). */
const exactVelocity =
  (d: number) =>
  (z: Tensor, s: Tensor): Tensor =>
    z.multiply(
      expandTime(
        s
          .subtract(
            s
              .negate()
              .add(1)
              .multiply(d * d),
          )
          .divide(varianceAt(s, d)),
        2,
      ),
    );

/** The average velocity of data N(0, d^2), z (1 - sqrt(V(r) / V(s))) / (s - r), written so that r = s is no exception. */
const exactAverage =
  (d: number): AverageVelocity =>
  (z, s, r) => {
    const ratio = varianceAt(r, d).divide(varianceAt(s, d)).sqrt();
    const slope = s.add(r).subtract(
      s
        .add(r)
        .negate()
        .add(2)
        .multiply(d * d),
    );
    return z.multiply(expandTime(slope.divide(varianceAt(s, d).multiply(ratio.add(1))), 2));
  };

interface Case {
  readonly u: AverageVelocity;
  readonly d: number;
  readonly teacher?: (z: Tensor, s: Tensor) => Tensor;
}

/** The loss in float64 of n points at shares between 0.02 and 0.98. A third of them go nowhere. */
const lossOf = async (objective: FlowMapObjective, { u, d, teacher }: Case): Promise<number> => {
  const at = (seed: number) => uniform([n], { seed, dtype: "float64" }).data;
  const [a, b] = [at(1), at(2)];
  const from = Float64Array.from({ length: n }, (_, i) => 0.02 + 0.96 * Math.max(a[i]!, b[i]!));
  const to =
    objective.target === "data"
      ? from.map((s) => 0.98 * s)
      : Float64Array.from({ length: n }, (_, i) => (i % 3 ? 0.02 + 0.96 * Math.min(a[i]!, b[i]!) : from[i]!));
  const x = normal([n, 2], { seed: 3, dtype: "float64" });
  const compiled = await compile(
    (x: Tensor, noise: Tensor, from: Tensor, to: Tensor, end: Tensor, step: Tensor) => ({
      loss: objective.loss(u, { x, noise, from, to, end, step, ...(teacher && { teacher }) }),
    }),
    [[n, 2], [n, 2], [n], [n], [n], [n]].map((shape) => ({ shape, dtype: "float64" as const })) as never,
    { runtime },
  );
  try {
    const spread = (value: number): NdArray<"float64"> => ndarray(new Float64Array(n).fill(value));
    const result = await (compiled as unknown as (...inputs: NdArray[]) => Promise<{ loss: NdArray }>)(
      { ...x, data: x.data.map((value) => d * value) },
      normal([n, 2], { seed: 4, dtype: "float64" }),
      ndarray(from),
      ndarray(to),
      spread(0.01),
      spread(1e6),
    );
    return Number(result.loss.data[0]);
  } finally {
    await compiled.dispose();
  }
};

const withTeacher = [
  meanFlow({ improved: false }),
  meanFlow(),
  meanFlow({ power: 0 }),
  lagrangian(),
  lagrangian({ power: 0 }),
  shortcut(),
  continuousConsistency({ sigmaData: 0.5 }),
  continuousConsistency({ warmUp: 0 }),
];

describe("the exact map of Gaussian data has no loss", () => {
  for (const objective of withTeacher)
    for (const d of [0.5, 1, 2])
      test(`${JSON.stringify(objective.recipe)} on N(0, ${d}^2)`, async () => {
        const [u, teacher] = [exactAverage(d), exactVelocity(d)];
        expect(await lossOf(objective, { u, d, teacher })).toBeLessThan(1e-9);
        // A map that is off by a hundredth, a wrong sign, and half of the velocity are seen.
        const off: AverageVelocity = (z, s, r) => u(z, s, r).multiply(1.01);
        expect(await lossOf(objective, { u: off, d, teacher })).toBeGreaterThan(1e-7);
        const reversed: AverageVelocity = (z, s, r) => u(z, s, r).negate();
        expect(await lossOf(objective, { u: reversed, d, teacher })).toBeGreaterThan(1e-3);
        const half = (z: Tensor, s: Tensor): Tensor => teacher(z, s).multiply(0.5);
        expect(await lossOf(objective, { u, d, teacher: half })).toBeGreaterThan(1e-4);
      });
});

test("the map's own velocity takes the place of a teacher's", async () => {
  // Samples that go nowhere have the scatter of single data points, so only those that go somewhere are exact.
  for (const objective of [shortcut({ power: 0 }), lagrangian({ power: 0 })]) {
    const u = exactAverage(1);
    const own = await lossOf(objective, { u, d: 1, teacher: (z, s) => u(z, s, s) });
    expect(own).toBeLessThan(1e-9);
  }
});

describe("consistency training", () => {
  test("has no loss where data are one point, since both points lie on one path", async () => {
    expect(await lossOf(consistency(), { u: exactAverage(0), d: 0 })).toBeLessThan(1e-9);
    const off: AverageVelocity = (z, s, r) => exactAverage(0)(z, s, r).multiply(1.01);
    expect(await lossOf(consistency(), { u: off, d: 0 })).toBeGreaterThan(1e-7);
  });

  test("pairs come nearer from stage to stage, and begin with plain denoising", () => {
    const { times } = consistency({ stage: 10, stages: 6 });
    for (const process of [edm(), rectifiedFlow()]) {
      const gap = (step: number): number => {
        const { from, to } = times(process, [0.5, 0.5, 0.5], step);
        const ratio = (t: number) => process.sigma(t) / process.alpha(t);
        return 1 - ratio(to) / ratio(from);
      };
      expect(times(process, [0.5, 0.5, 0.5], 0).to).toBe(process.times.first);
      expect(gap(50)).toBeGreaterThan(0);
      expect(gap(30) / gap(40)).toBeCloseTo(2, 6);
      expect(gap(1_000)).toBe(gap(50));
    }
  });
});

test("times of pairs are in order, and a share goes nowhere", () => {
  for (const objective of [meanFlow({ equal: 0.25 }), lagrangian({ equal: 0.25 }), shortcut({ equal: 0.25 })]) {
    const u = uniform([3 * 400], { seed: 7, dtype: "float64" }).data;
    let still = 0;
    for (let i = 0; i < 400; i++) {
      const { from, to } = objective.times(edm(), [u[3 * i]!, u[3 * i + 1]!, u[3 * i + 2]!], 0);
      expect(from).toBeGreaterThanOrEqual(to);
      if (from === to) still++;
    }
    // 4 standard errors
    expect(Math.abs(still / 400 - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 400));
  }
});

test("recipes make the same objective again", () => {
  for (const { recipe } of [...withTeacher, progressive({ steps: 3 })])
    expect(flowMapObjectiveFromRecipe(recipe).recipe).toEqual(recipe);
});

test("progressive distillation visits the steps of a sampler", () => {
  const { times } = progressive({ steps: 4 });
  const { first, last } = edm().times;
  const pairs = [0.01, 0.3, 0.6, 0.99].map((u) => times(edm(), [u, 0.5, 0.5], 0));
  expect([pairs[0]!.to, pairs[3]!.from]).toEqual([first, last]);
  for (let k = 0; k < 3; k++) expect(pairs[k]!.from).toBe(pairs[k + 1]!.to);
});

test("single draws of few numbers share a weight, so that their mean is learned", async () => {
  // A skew choice of 0 (three times) and 4: the mean is 1, and what each sample's own weight would find is near 0.
  const seen = ndarray(Float64Array.of(0, 0, 0, 4), [4, 1]);
  const slopeAt = async (guess: number, power: number) => {
    const compiled = await compile(
      (x: Tensor, m: Tensor) => ({
        slope: grad((m: Tensor) => heldBackMean(x.subtract(m), { power, floor: 1e-3 }))(m),
      }),
      [
        { shape: [4, 1], dtype: "float64" },
        { shape: [], dtype: "float64" },
      ],
      { runtime },
    );
    try {
      return Number((await compiled(seen, ndarray(Float64Array.of(guess), []))).slope.data[0]);
    } finally {
      await compiled.dispose();
    }
  };
  for (const power of [0, 0.5, 1]) {
    expect(Math.abs(await slopeAt(1, power))).toBeLessThan(1e-12);
    expect(await slopeAt(1.1, power)).toBeGreaterThan(0.01);
  }
});
