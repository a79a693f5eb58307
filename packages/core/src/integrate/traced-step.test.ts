import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { integrate } from "./integrate.ts";
import { rungeKutta } from "./runge-kutta.ts";
import { dormandPrinceTableau as tableau } from "./tableau.ts";
import { tracedStep } from "./traced-step.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("a step in a graph is the step on the host: y' = c - y^2, with its error", async () => {
  const h = 0.3;
  const compiled = await compile(
    (y: Tensor, stride: Tensor) => {
      const slopeAt = (state: Tensor, c: number): Tensor => stride.multiply(c).add(1).subtract(state.square());
      const { y: next, slope, error } = tracedStep(tableau, y, slopeAt(y, 0), stride, slopeAt);
      return [next, slope, error];
    },
    [
      { shape: [3, 1], dtype: "float64" },
      { shape: [3, 1], dtype: "float64" },
    ],
    { runtime },
  );
  const start = Float64Array.of(0.1, 0.5, 2);
  const [next, slope, error] = await compiled(ndarray(start, [3, 1]), ndarray(Float64Array.of(h, h, h), [3, 1]));
  await compiled.dispose();
  const found: number[][] = [];
  const method = rungeKutta({
    tableau,
    slots: 3,
    size: 1,
    channels: 0,
    load: (y, { slot, sample }) => y.fill(start[sample]!, slot, slot + 1),
    rates: async (y, u) => ({ slope: y.map((value, i) => 1 + u[i]! - value ** 2), integrands: new Float64Array() }),
    judge: ({ y, slope, error }) => {
      found.push([y[0]!, slope[0]!, error[0]!]);
      return { error: 0, share: 0 };
    },
    keep: () => {},
  });
  const problem = { method, count: 3, slots: 3, from: 0, to: h, control: 1, error: () => new Error("given up") };
  for await (const _ of integrate(problem));
  for (const [i, values] of found.entries())
    for (const [k, traced] of [next!, slope!, error!].entries())
      expect(Math.abs(Number(traced.data[i]) - values[k]!), `${i} ${k}`).toBeLessThan(1e-14);
});
