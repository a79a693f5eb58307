import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { samplerSuite } from "./sampler.case.ts";
import { samplerFromRecipe, samplerKinds } from "./samplers.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Few steps, where a sampler takes any. */
const short: Readonly<Record<string, object>> = {
  "annealed-langevin": { levels: 6, stepsPerLevel: 2 },
  "adaptive-sde": { rtol: 0.1, atol: 0.05 },
  "dormand-prince": {},
  restart: { steps: 12, intervals: [{ low: 0.06, high: 0.5, steps: 2, repeats: 2 }] },
};

for (const kind of samplerKinds)
  samplerSuite(kind, () => samplerFromRecipe({ kind, ...(short[kind] ?? { steps: 8 }) }), { runtime });

test("every sampler's own test runs its truths", () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const tests = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  const text = tests.map((file) => readFileSync(`${folder}/${file}`, "utf8")).join("");
  for (const kind of samplerKinds) expect(text).toContain(`samplerTruths("${kind}", runtime)`);
});
