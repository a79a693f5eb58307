import { native } from "@scorefield/tensor/native";
import { orderCheck } from "@scorefield/verify";
import { flowErrors, flowProcesses } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { deis } from "./deis.ts";
import { evaluations } from "./sampler.ts";
import { expectTruth, samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("deis", runtime);

/** The weight of node j of Lagrange's polynomial, integrated from `from` to `to` by Simpson's rule, exact to degree 3. */
const weight = (nodes: readonly number[], j: number, from: number, to: number): number => {
  const basis = (r: number) =>
    nodes.reduce((product, node, i) => (i === j ? product : (product * (r - node)) / (nodes[j]! - node)), 1);
  return ((to - from) / 6) * (basis(from) + 4 * basis((from + to) / 2) + basis(to));
};

/** The error on N(0, s^2) with edm, whose time is the noise up to a factor: Adams-Bashforth with steps of any length. */
const errorByHand = (order: number, steps: number, s: number): number => {
  const sigmas = deis({ steps, denoiseLast: false })
    .grid(edm())
    .map((t) => edm().sigma(t));
  let x = Math.sqrt(s * s + sigmas[0]! ** 2);
  const noises: number[] = [];
  for (const [k, sigma] of sigmas.slice(0, -1).entries()) {
    noises.unshift((x * sigma) / (s * s + sigma ** 2));
    const nodes = sigmas.slice(Math.max(0, k - order + 1), k + 1).reverse();
    x += nodes.reduce((sum, _, j) => sum + weight(nodes, j, sigma, sigmas[k + 1]!) * noises[j]!, 0);
  }
  return x / Math.sqrt(s * s + sigmas.at(-1)! ** 2) - 1;
};

describe("on N(0, s^2)", () => {
  // Where the leading error nearly cancels on some processes; the checks look at other deviations.
  for (const process of flowProcesses)
    test(`${process.recipe.kind}: order 3 at s = 1`, () => {
      const sampler = (steps: number) => deis({ order: 3, steps, denoiseLast: false });
      const truth = { name: "deis 3", source: "", towards: "flow", order: 3, sampler, steps: 64 } as const;
      return expectTruth(orderCheck({ ...truth, deviations: [1], tolerance: [0.25, 0.5] }, process, false), runtime);
    });

  test("with edm it is Adams-Bashforth in sigma written out", async () => {
    for (const order of [1, 2, 3] as const)
      for (const steps of [1, 2, 3, 12]) {
        const found = await flowErrors(deis({ order, steps, denoiseLast: false }), edm(), [1, 0.3], runtime);
        for (const [i, s] of [1, 0.3].entries()) {
          const expected = errorByHand(order, steps, s);
          expect(Math.abs(found[i]! - expected) / (1 + Math.abs(expected)), `order ${order}`).toBeLessThan(1e-9);
        }
      }
  });
});

test("one evaluation for each step", () => {
  for (const order of [1, 2, 3] as const) expect(evaluations(deis({ order, steps: 20 }), edm())).toBe(20);
});

test("recipe and options", () => {
  expect(deis().recipe).toEqual({ kind: "deis", steps: 18, grid: "karras", denoiseLast: true, order: 3 });
  expect(() => deis({ order: 4 as never })).toThrow(/deis order: expected 1, 2 or 3, found 4/);
  expect(() => deis({ steps: 0 })).toThrow(ArgumentError);
});
