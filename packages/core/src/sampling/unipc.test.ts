import { native } from "@scorefield/tensor/native";
import { flowErrors } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";
import { unipc } from "./unipc.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("unipc", runtime);

/** The solution of a small linear system, by elimination. */
const solve = (matrix: number[][], right: number[]): number[] => {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (const [i, pivot] of rows.entries())
    for (const [j, row] of rows.entries()) {
      if (j === i) continue;
      const factor = row[i]! / pivot[i]!;
      for (let k = i; k < row.length; k++) row[k] = row[k]! - factor * pivot[k]!;
    }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
};

/**
 * The error on N(0, s^2) with edm by the paper's linear systems R_p(h) a_p B(h) = phi_p(h), as algorithms 1 and 2 say. Of fewer
 * than 10 steps the order is 2 at most, and the order of the last predictor 1.
 */
const errorByHand = (asked: number, variant: "bh1" | "bh2", steps: number, s: number): number => {
  const p = steps < 10 ? Math.min(2, asked) : asked;
  const sigmas = unipc({ steps, denoiseLast: false })
    .grid(edm())
    .map((t) => edm().sigma(t));
  const lambdas = sigmas.map((sigma) => -Math.log(sigma));
  const denoise = (x: number, k: number) => (x * s * s) / (s * s + sigmas[k]! ** 2);
  /** From step k - 1 to k with differences at these other steps, given estimates of all of them. */
  const update = (x: number, k: number, others: readonly number[], estimates: ReadonlyMap<number, number>): number => {
    const h = lambdas[k]! - lambdas[k - 1]!;
    const r = others.map((m) => (lambdas[m]! - lambdas[k - 1]!) / h);
    const b = variant === "bh1" ? h : 1 - Math.exp(-h);
    // n! h phi_{n+1}(-h), by the recurrence; steps are long enough here not to cancel much.
    const moments: number[] = [];
    let phi = -Math.expm1(-h) / h;
    for (let n = 1, factorial = 1; n <= others.length; factorial *= ++n) {
      phi = (1 / factorial - phi) / h;
      moments.push(h * factorial * phi);
    }
    const weights =
      others.length === 1
        ? [0.5]
        : solve(
            others.map((_, n) => r.map((value) => value ** n * b)),
            moments,
          );
    const here = estimates.get(k - 1)!;
    const sum = others.reduce((total, m, i) => total + (weights[i]! * (estimates.get(m)! - here)) / r[i]!, 0);
    return Math.exp(-h) * x + (1 - Math.exp(-h)) * here + b * sum;
  };
  let corrected = Math.sqrt(s * s + sigmas[0]! ** 2);
  const estimates = new Map([[0, denoise(corrected, 0)]]);
  let predicted = corrected;
  for (let k = 1; k < sigmas.length; k++) {
    const order = Math.min(p, k);
    const past = Array.from({ length: order - 1 }, (_, i) => k - 2 - i);
    predicted = update(corrected, k, steps < 10 && k === steps ? [] : past, estimates);
    estimates.set(k, denoise(predicted, k));
    corrected = update(corrected, k, [...past, k], estimates);
  }
  return predicted / Math.sqrt(s * s + sigmas.at(-1)! ** 2) - 1;
};

describe("on N(0, s^2)", () => {
  test("with edm it is the paper's linear systems written out, in both variants", async () => {
    for (const order of [1, 2, 3] as const)
      for (const variant of ["bh1", "bh2"] as const)
        for (const steps of [1, 2, 4, 9, 12]) {
          const sampler = unipc({ order, variant, steps, denoiseLast: false });
          const found = await flowErrors(sampler, edm(), [1, 0.3], runtime);
          for (const [i, s] of [1, 0.3].entries())
            expect(found[i], `order ${order}, ${variant}`).toBeCloseTo(errorByHand(order, variant, steps, s), 9);
        }
  });
});

test("one evaluation per step, the corrector included", () => {
  for (const order of [1, 2, 3] as const) expect(evaluations(unipc({ order, steps: 20 }), edm())).toBe(20);
});

test("recipe and options", () => {
  expect(unipc().recipe).toEqual({
    kind: "unipc",
    steps: 18,
    grid: "log-snr",
    denoiseLast: true,
    order: 3,
    variant: "bh2",
  });
  expect(() => unipc({ order: 0 as never })).toThrow(/unipc order: expected 1, 2 or 3, found 0/);
  expect(() => unipc({ variant: "bh3" as never })).toThrow(/unipc variant: expected bh1 or bh2, found bh3/);
  expect(() => unipc({ grid: "x" as never })).toThrow(ArgumentError);
});
