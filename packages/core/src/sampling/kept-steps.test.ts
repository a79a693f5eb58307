import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { exact } from "../model/exact.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { adaptiveSde } from "./adaptive-sde.ts";
import { heun } from "./heun.ts";
import { keepSteps } from "./kept-steps.ts";
import { sample } from "./sample.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** A model that counts how often it is traced. */
const watched = () => {
  const model = exact(gaussian({ mean: [1, 2] }), edm());
  let traced = 0;
  const counted: ScoreModel = {
    process: model.process,
    shape: model.shape,
    denoise: (x, t) => {
      traced++;
      return model.denoise(x, t);
    },
  };
  return { model: counted, traced: () => traced };
};

test.each([heun({ steps: 4 }), adaptiveSde({ rtol: 0.1 })])(
  "the next call compiles nothing, and draws the same: $recipe.kind",
  async (sampler) => {
    const { model, traced } = watched();
    const keep = keepSteps();
    const options = { count: 8, sampler, seed: 3, runtime };
    const first = await sample(model, { ...options, keep });
    const once = traced();
    const [second, part] = await Promise.all([
      sample(model, { ...options, keep }),
      sample(model, { ...options, firstSample: 4, count: 7, keep }),
    ]);
    expect(traced()).toBe(once);
    expect(second.data).toEqual(first.data);
    expect(part.data.slice(0, 8)).toEqual(first.data.slice(8));
    // Another sampler, or another batch, takes its place.
    await sample(model, { ...options, count: 16, keep });
    expect(traced()).toBeGreaterThan(once);
    await keep.dispose();
    const before = traced();
    expect((await sample(model, { ...options, keep })).data).toEqual(first.data);
    expect(traced()).toBeGreaterThan(before);
    await keep.dispose();
  },
);

test("steps that could not be compiled are not kept, and another keeper is refused", async () => {
  const keep = keepSteps();
  let broken = true;
  const good = watched().model;
  const model: ScoreModel = {
    ...good,
    denoise: (x, t) => {
      if (broken) throw new Error("not yet");
      return good.denoise(x, t);
    },
  };
  const options = { count: 4, sampler: heun({ steps: 2 }), runtime, keep };
  await expect(sample(model, options)).rejects.toThrow("not yet");
  broken = false;
  expect((await sample(model, options)).shape).toEqual([4, 2]);
  await keep.dispose();
  await expect(sample(model, { ...options, keep: {} as never })).rejects.toThrow(/keep: expected a keeper/);
});
