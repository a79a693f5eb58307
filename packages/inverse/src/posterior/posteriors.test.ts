import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { posteriorSuite } from "./posterior.case.ts";
import { posteriorCatalogue, posteriorFromRecipe, posteriorKinds } from "./posteriors.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Few steps, where a method takes any. */
const short: Readonly<Record<string, object>> = {
  exact: {},
  "annealed-langevin": { levels: 40, stepsPerLevel: 2 },
  replacement: { steps: 8, resamples: 2 },
  mcgdiff: { steps: 8, particles: 12 },
  tds: { steps: 8, particles: 12 },
  daps: { steps: 6, innerSteps: 3 },
  "pnp-dm": { steps: 6, innerSteps: 4 },
  "ensemble-kalman": { steps: 5, innerSteps: 3, particles: 12 },
  mmps: { steps: 6, iterations: 3 },
};

for (const kind of posteriorKinds)
  posteriorSuite(kind, () => posteriorFromRecipe({ kind, ...(short[kind] ?? { steps: 8 }) }), { runtime });

test("every method says what it is, what it needs and what it costs", () => {
  for (const { title, summary, source, cost, family, form, needs } of posteriorCatalogue) {
    for (const text of [title, summary, source, cost, family]) expect(text?.length).toBeGreaterThan(2);
    expect(["score", "sampler", "particles", "estimate"]).toContain(form);
    expect(Object.keys(needs).every((need) => ["linear", "gaussian", "mixture"].includes(need))).toBe(true);
  }
});
