import { native } from "@scorefield/tensor/native";
import { flowErrors, orderOf } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import type { AnySampler } from "./adaptive-sampler.ts";
import { ddim } from "./ddim.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { dpmSolver } from "./dpm-solver.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";
import { unipc } from "./unipc.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("dpm-solver++", runtime);

/**
 * The error on N(0, s^2) with edm, worked out by the update equations as they are written in the paper's reference (orders 2
 * and 3 in differences), with `curvature` in front of the second difference of order 3: 2 is right, 1 is widespread. Fewer
 * than 10 steps are of order 2 at most, and the last of 1.
 */
const errorByHand = (asked: number, steps: number, s: number, curvature = 2): number => {
  const sigmas = dpmSolver({ steps, denoiseLast: false })
    .grid(edm())
    .map((t) => edm().sigma(t));
  let x = Math.sqrt(s * s + sigmas[0]! ** 2);
  const lambdas: number[] = [];
  const estimates: number[] = [];
  for (const [k, sigma] of sigmas.slice(0, -1).entries()) {
    lambdas.unshift(-Math.log(sigma));
    estimates.unshift((x * s * s) / (s * s + sigma ** 2));
    const h = -Math.log(sigmas[k + 1]!) - lambdas[0]!;
    const [m0, m1, m2] = estimates as [number, number, number];
    const r0 = (lambdas[0]! - lambdas[1]!) / h;
    const r1 = (lambdas[1]! - lambdas[2]!) / h;
    const decay = Math.exp(-h);
    const order = steps >= 10 ? asked : k === steps - 1 ? 1 : Math.min(2, asked);
    if (order === 1 || k === 0) x = decay * x + (1 - decay) * m0;
    else if (order === 2 || k === 1) x = decay * x + (1 - decay) * (m0 + (m0 - m1) / (2 * r0));
    else {
      const [first, second] = [(m0 - m1) / r0, (m1 - m2) / r1];
      const d1 = first + (r0 / (r0 + r1)) * (first - second);
      const d2 = (first - second) / (r0 + r1);
      x = decay * x + (1 - decay) * m0 + ((decay - 1) / h + 1) * d1 - curvature * ((decay - 1 + h) / h ** 2 - 0.5) * d2;
    }
  }
  return x / Math.sqrt(s * s + sigmas.at(-1)! ** 2) - 1;
};

describe("on N(0, s^2)", () => {
  test("with edm it is the update equations written out", async () => {
    for (const order of [1, 2, 3] as const)
      for (const steps of [1, 2, 3, 9, 12]) {
        const found = await flowErrors(dpmSolver({ order, steps, denoiseLast: false }), edm(), [1, 0.3], runtime);
        for (const [i, s] of [1, 0.3].entries()) expect(found[i]).toBeCloseTo(errorByHand(order, steps, s), 11);
      }
  });

  test("the widespread form of 3M, with half the second difference, is of order 2 and less exact", () => {
    const sizes = [50, 100, 200, 400, 800];
    const [ours, theirs] = [2, 1].map((curvature) => sizes.map((steps) => errorByHand(3, steps, 1, curvature)));
    expect(orderOf(sizes, ours!)).toBeGreaterThan(2.9);
    expect(orderOf(sizes, theirs!)).toBeLessThan(2.2);
    expect(Math.abs(ours!.at(-1)!)).toBeLessThan(Math.abs(theirs!.at(-1)!) / 10);
  });
});

test("in 4 to 9 steps high orders do no worse than ddim, and by default better", async () => {
  const curved = exact(
    gaussianMixture({
      means: [
        [-1, 0.3],
        [0.9, -0.4],
        [0.2, 1],
      ],
      covariances: [0.03, [0.02, 0.05], 0.01],
    }),
    edm(),
  );
  const drawn = (sampler: AnySampler) =>
    sample(curved, { count: 200, batch: 200, sampler, seed: 1, dtype: "float64", runtime });
  const truth = await drawn(dormandPrince({ atol: 1e-8, rtol: 1e-8 }));
  /** Median distance from where the flow takes the same noise. */
  const apart = async (sampler: AnySampler): Promise<number> => {
    const { data } = await drawn(sampler);
    const distances = Float64Array.from({ length: 200 }, (_, i) =>
      Math.hypot(data[2 * i]! - truth.data[2 * i]!, data[2 * i + 1]! - truth.data[2 * i + 1]!),
    );
    return distances.sort()[100]!;
  };
  for (const steps of [5, 6, 7, 8, 9]) {
    const plain = await apart(ddim({ steps }));
    for (const make of [dpmSolver, unipc])
      for (const order of [2, 3] as const)
        expect(await apart(make({ steps, order })), `${steps} steps, order ${order}`).toBeLessThan(plain);
  }
  for (const make of [dpmSolver, unipc])
    expect(await apart(make({ steps: 18 }))).toBeLessThan((await apart(make({ steps: 18, grid: "karras" }))) / 1.5);
});

test("one evaluation for each step", () => {
  for (const order of [1, 2, 3] as const)
    for (const denoiseLast of [true, false])
      expect(evaluations(dpmSolver({ order, steps: 20, denoiseLast }), edm())).toBe(20);
});

test("recipe and options", () => {
  expect(dpmSolver().recipe).toEqual({
    kind: "dpm-solver++",
    steps: 18,
    grid: "log-snr",
    denoiseLast: true,
    order: 2,
  });
  expect(() => dpmSolver({ order: 4 as never })).toThrow(/dpmSolver order: expected 1, 2 or 3, found 4/);
  expect(() => dpmSolver({ steps: -1 })).toThrow(ArgumentError);
});
