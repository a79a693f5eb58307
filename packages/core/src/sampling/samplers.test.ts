import { expect, test } from "vitest";
import { RecipeError } from "../errors.ts";
import { edm } from "../process/edm.ts";
import { heun } from "./heun.ts";
import { samplerFromRecipe, samplerKinds } from "./samplers.ts";

test("a sampler is rebuilt from the JSON of its recipe, with the same grid", () => {
  for (const kind of samplerKinds) {
    const sampler = samplerFromRecipe({ kind });
    expect(sampler.recipe.kind).toBe(kind);
    const rebuilt = samplerFromRecipe(JSON.parse(JSON.stringify(sampler.recipe)));
    expect(rebuilt.recipe).toEqual(sampler.recipe);
    if ("grid" in sampler && "grid" in rebuilt) expect(rebuilt.grid(edm())).toEqual(sampler.grid(edm()));
  }
  expect(samplerFromRecipe({ kind: "heun", steps: 7 }).recipe).toEqual(heun({ steps: 7 }).recipe);
  expect(samplerFromRecipe({ kind: "heun", grid: "uniform" }).recipe).toEqual(heun({ grid: "uniform" }).recipe);
});

test("unknown kinds and settings are named together with the known ones", () => {
  expect(() => samplerFromRecipe({ kind: "ddim9" })).toThrow(RecipeError);
  expect(() => samplerFromRecipe({ kind: "ddim9" })).toThrow(/among heun, .*found ddim9/);
  expect(() => samplerFromRecipe({ kind: "heun", step: 3 })).toThrow(/unknown setting step; known are steps, grid/);
  expect(() => samplerFromRecipe({ kind: "huen" })).toThrow(/found huen; did you mean heun\?$/);
  expect(() => samplerFromRecipe({ kind: "heun", stpes: 3 })).toThrow(/unknown setting stpes; .*did you mean steps\?$/);
  const nested = { kind: "restart", intervals: [{ low: 1, high: 2, steps: 2, repeat: 2 }] };
  expect(() => samplerFromRecipe(nested)).toThrow(/unknown setting repeat; .*did you mean repeats\?$/);
});

test("a predictor is named by its kind, its settings beside the corrector's", () => {
  const sampler = samplerFromRecipe({ kind: "predictor-corrector", predictor: "ancestral", steps: 30, snr: 0.2 });
  expect(sampler.recipe).toEqual({
    kind: "predictor-corrector",
    predictor: "ancestral",
    steps: 30,
    grid: "log-snr",
    variance: "posterior",
    correctorSteps: 1,
    snr: 0.2,
    measure: "noise",
  });
  const unknown = { kind: "predictor-corrector", predictor: "ancestral", order: 2 };
  expect(() => samplerFromRecipe(unknown)).toThrow(
    /predictor-corrector: unknown setting order; known are predictor, .*variance$/,
  );
});

test("settings of another type than their defaults are refused", () => {
  const refused: readonly [object, RegExp][] = [
    [{ kind: "restart", intervals: 3 }, /sampler restart: intervals: expected a list, found 3/],
    [{ kind: "restart", intervals: [null] }, /intervals.0: expected an object, found null/],
    [{ kind: "restart", intervals: [{ low: 1 }] }, /intervals.0.high: expected a number, found nothing/],
    [{ kind: "restart", intervals: [{ low: 1, hihg: 2 }] }, /intervals.0: unknown setting hihg; known are low, high/],
    [{ kind: "heun", denoiseLast: "no" }, /sampler heun: denoiseLast: expected a boolean, found "no"/],
    [{ kind: "heun", sChurn: "abc" }, /sChurn: expected a number, found "abc"/],
    [{ kind: "heun", sMax: "abc" }, /sMax: expected a number/],
    [{ kind: "heun", sMin: Number.NaN }, /sMin: expected a number/],
    [{ kind: "mala", stepSize: [1] }, /stepSize: expected a number, found \[1\]/],
  ];
  for (const [recipe, message] of refused) {
    expect(() => samplerFromRecipe(recipe as never)).toThrow(RecipeError);
    expect(() => samplerFromRecipe(recipe as never)).toThrow(message);
  }
  expect(samplerFromRecipe({ kind: "heun", sMax: null }).recipe.sMax).toBeNull();
  expect(samplerFromRecipe({ kind: "heun", sMax: 5 }).recipe.sMax).toBe(5);
});

// Every setting of every sampler, with values that a user may type: what is taken is usable, what is not is said.
test("no setting makes an error without a name", () => {
  const values = [-1, 0, 1e-300, 1e300, 1.5, 2 ** 53, "", "abc", true, false, null, [], [1], {}, { kind: "heun" }];
  for (const kind of samplerKinds)
    for (const name of Object.keys(samplerFromRecipe({ kind }).recipe)) {
      if (name === "kind") continue;
      for (const value of values)
        try {
          const sampler = samplerFromRecipe({ kind, [name]: value });
          // Fewer than would fill the memory are enough to tell.
          if ("grid" in sampler && !(typeof value === "number" && value > 1e6)) sampler.grid(edm());
        } catch (error) {
          expect
            .soft((error as Error).name, `${kind} ${name}=${JSON.stringify(value)}`)
            .toMatch(/RecipeError|Argument/);
        }
    }
});

test("more steps than a list of times may have are refused before one is made", () => {
  const most = /expected at most 10,000,000, found 1000000000/;
  for (const kind of ["heun", "euler-maruyama", "langevin", "mala", "underdamped-langevin", "predictor-corrector"])
    expect(() => samplerFromRecipe({ kind, steps: 1e9 })).toThrow(most);
  expect(() => samplerFromRecipe({ kind: "annealed-langevin", levels: 1e5, stepsPerLevel: 1e4 })).toThrow(most);
  const intervals = [{ low: 0.1, high: 1, steps: 1e5, repeats: 1e4 }];
  expect(() => samplerFromRecipe({ kind: "restart", intervals })).toThrow(most);
});
