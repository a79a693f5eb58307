import { type Spec, type Tensor, toOnnx } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { predictorVariants } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { predictorCase } from "./predictor.case.ts";
import { predictorCorrector } from "./predictor-corrector.ts";
import type { Sampler } from "./sampler.ts";
import { samplerFromRecipe, samplerKinds } from "./samplers.ts";
import { underdampedLangevin } from "./underdamped-langevin.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

describe("every predictor with every corrector", () => {
  for (const predictor of predictorVariants) predictorCase(predictor, runtime);
});

test("every sampler is crossed, or refused with a sentence that says why", () => {
  const crossed = new Set(predictorVariants.map(({ make }) => make(12).recipe.kind));
  const refused = samplerKinds.filter((kind) => !crossed.has(kind));
  expect(refused).toEqual([
    "restart",
    "dormand-prince",
    "adaptive-sde",
    "predictor-corrector",
    "langevin",
    "mala",
    "underdamped-langevin",
    "annealed-langevin",
  ]);
  for (const kind of refused) {
    const cross = () => predictorCorrector({ predictor: samplerFromRecipe({ kind }) as Sampler });
    expect(cross, kind).toThrow(ArgumentError);
    expect(cross, kind).toThrow(new RegExp(`^predictorCorrector predictor: expected a sampler .*, found ${kind}$`));
    expect(() => samplerFromRecipe({ kind: "predictor-corrector", predictor: kind }), kind).toThrow(
      new RegExp(`predictor: expected a kind among heun, .*; found ${kind}$`),
    );
  }
});

test("a sampler that carries what a corrector would leave behind is refused", () => {
  const { chain: _, ...moving } = underdampedLangevin();
  const own = { ...moving, recipe: { kind: "own" } };
  expect(() => predictorCorrector({ predictor: own })).toThrow(/or says what it remembers, .*found own/);
});

test("following the corrector takes no evaluation more than announced", () => {
  const shape = [4, 2];
  const model: ScoreModel = { process: edm(), shape: [2], denoise: (x) => x.multiply(17).tanh() };
  const [samples, time]: Spec[] = [
    { shape, dtype: "float32" },
    { shape: [4], dtype: "float32" },
  ];
  const list = (count: number, spec: Spec): Spec[] => Array.from({ length: count }, () => spec);
  for (const { name, make } of predictorVariants) {
    const sampler = predictorCorrector({ predictor: make(12), correctorSteps: 3 });
    const step = (x: Tensor, carried: Tensor[], [from, to, ...before]: Tensor[], noise: Tensor[]) => {
      const next = sampler.step(model, { x, carried }, { from: from!, to: to!, before }, noise);
      return [next.x, ...next.carried];
    };
    const times = list(2 + Math.min(1, sampler.memory), time!);
    const bytes = toOnnx(step, [samples!, list(sampler.carries, samples!), times, list(sampler.noises, samples!)]);
    // The operator of a node, field 4 of NodeProto, with its length.
    const evaluated = Buffer.from(bytes).toString("latin1").split("\x22\x04Tanh").length - 1;
    expect(evaluated, name).toBe(sampler.evaluationsPerStep);
  }
});
