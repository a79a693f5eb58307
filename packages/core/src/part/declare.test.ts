import { describe, expect, expectTypeOf, test } from "vitest";
import { ArgumentError, RecipeError } from "../errors.ts";
import type { KindRecipe } from "../recipe.ts";
import { declare } from "./declare.ts";
import { partList } from "./part-list.ts";
import {
  boolean,
  choice,
  choiceOrFunction,
  fields,
  list,
  nullable,
  number,
  type OptionsOf,
  part,
  type ValueOf,
  whole,
} from "./setting.ts";

interface Made {
  readonly recipe: KindRecipe;
  readonly values: unknown;
}

const about = { summary: "one", source: "A 2001" };

const inner = declare({
  ...about,
  kind: "inner",
  name: "innerPart",
  settings: { size: number({ above: 0, default: 2, help: "size" }) },
  make: (values, recipe): Made => ({ recipe, values }),
});
const other = declare({ ...about, kind: "other", settings: {}, make: (values, recipe): Made => ({ recipe, values }) });
const inners = partList<Made>("inner part", [inner, other]);

const settings = {
  steps: whole({ least: 1, most: 10_000_000, default: 18, help: "steps" }),
  eta: number({ least: 0, most: 1, default: 0, help: "noise" }),
  last: boolean({ default: true, help: "last" }),
  order: choice({ values: [1, 2, 3], default: 3, help: "order" }),
  spacing: choiceOrFunction<(count: number) => number[]>()({
    values: ["even", "dense"],
    functionName: "custom",
    default: "even",
    help: "spacing",
  }),
  widths: list(whole({ least: 1, help: "" }), { fewest: 1, default: [1, 2], help: "widths" }),
  intervals: list(fields({ low: number({ help: "low" }), high: number({ help: "high" }) }, { help: "" }), {
    default: [],
    help: "intervals",
  }),
  limit: nullable(number({ least: 0, help: "" }), { default: null, help: "limit" }),
  time: number({ otherwise: "the first", help: "time" }),
  inside: part(inners, { default: inner(), help: "inside" }),
};

const outer = declare({ ...about, kind: "outer", settings, make: (values, recipe): Made => ({ recipe, values }) });
const outers = partList<Made>("outer part", [outer]);

const failure = (make: () => unknown): Error => {
  try {
    make();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error");
};

describe("a maker", () => {
  test("fills in defaults, and writes the recipe", () => {
    expect(outer().recipe).toEqual({
      kind: "outer",
      steps: 18,
      eta: 0,
      last: true,
      order: 3,
      spacing: "even",
      widths: [1, 2],
      intervals: [],
      limit: null,
      time: undefined,
      inside: { kind: "inner", size: 2 },
    });
    const made = outer({ steps: 3, spacing: () => [1], inside: inner({ size: 5 }), time: undefined, limit: 2 });
    expect(made.recipe).toMatchObject({ steps: 3, spacing: "custom", inside: { kind: "inner", size: 5 }, limit: 2 });
  });

  test("infers the options from the settings", () => {
    type Options = OptionsOf<typeof settings>;
    expectTypeOf<Options["order"]>().toEqualTypeOf<1 | 2 | 3 | undefined>();
    expectTypeOf<Options["limit"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Options["widths"]>().toEqualTypeOf<readonly number[] | undefined>();
    expectTypeOf<Options["inside"]>().toEqualTypeOf<Made | undefined>();
    expectTypeOf<ValueOf<(typeof settings)["intervals"]>>().toEqualTypeOf<
      readonly { readonly low: number; readonly high: number }[]
    >();
    // @ts-expect-error unknown option
    expect(() => outer({ step: 3 })).toThrow(ArgumentError);
    // @ts-expect-error wrong type
    expect(() => outer({ steps: "3" })).toThrow(ArgumentError);
  });

  test.each([
    [null, "outer: expected options as an object such as { steps: 18 }, found null"],
    ["fast", 'outer: expected options as an object such as { steps: 18 }, found "fast"'],
    [[1], "outer: expected options as an object such as { steps: 18 }, found [1]"],
    [{ stpes: 3 }, /^outer: unknown option stpes; known are steps, eta, .*; did you mean steps\?$/],
    [{ steps: 0 }, "outer steps: expected a positive whole number, found 0"],
    [{ steps: 1e9 }, "outer steps: expected at most 10,000,000, found 1000000000"],
    [{ steps: Number.NaN }, "outer steps: expected a positive whole number, found NaN"],
    [{ steps: "3" }, 'outer steps: expected a positive whole number, found "3"'],
    [{ eta: 2 }, "outer eta: expected a number in [0, 1], found 2"],
    [{ last: "no" }, 'outer last: expected a boolean, found "no"'],
    [{ order: 4 }, "outer order: expected 1, 2 or 3, found 4"],
    [{ spacing: "evne" }, "outer spacing: expected even, dense or a function, found evne; did you mean even?"],
    [{ widths: [] }, "outer widths: expected a list of at least 1, found none"],
    [{ widths: [1, 2.5] }, "outer widths.1: expected a positive whole number, found 2.5"],
    [{ widths: 5 }, "outer widths: expected a list, found 5"],
    [{ intervals: [{ low: 1 }] }, "outer intervals.0.high: expected a number, found nothing"],
    [{ intervals: [{ low: 1, hihg: 2 }] }, /^outer intervals.0: unknown option hihg; known are low, high/],
    [{ intervals: [null] }, "outer intervals.0: expected an object, found null"],
    [{ limit: -1 }, "outer limit: expected a finite number of at least 0, found -1"],
    [{ time: Infinity }, "outer time: expected a finite number, found Infinity"],
    [{ inside: "inner" }, 'outer inside: expected an inner part such as innerPart(), found "inner"'],
    [{ inside: inner }, "outer inside: expected an inner part such as innerPart(), found a function"],
  ])("refuses %j", (options, message) => {
    const error = failure(() => outer(options as never));
    expect(error.name).toBe("ArgumentError");
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  test("takes leading settings as arguments, and defaults that depend on others", () => {
    const pair = declare({
      ...about,
      kind: "pair",
      settings: {
        word: choice({ values: ["a", "b"], help: "word" }),
        size: whole({ otherwise: "1 for a, 2 for b", help: "size" }),
      },
      leading: ["word"],
      resolve: ({ word, size }) => ({ size: size ?? (word === "a" ? 1 : 2) }),
      make: (values, recipe): Made => ({ recipe, values }),
    });
    expect(pair("b").recipe).toEqual({ kind: "pair", word: "b", size: 2 });
    expect(pair("b", { size: 7 }).recipe).toEqual({ kind: "pair", word: "b", size: 7 });
    expect(() => pair("c" as "a")).toThrow("pair word: expected a or b, found c");
    expect(() => (pair as () => unknown)()).toThrow("pair word: expected a or b, found nothing");
    expect(() => pair("a", { word: "b" } as never)).toThrow(/word before the options/);
    expect(partList("pair", [pair]).fromRecipe({ kind: "pair", word: "a" }).recipe).toEqual(pair("a").recipe);
  });
});

describe("a recipe", () => {
  test("makes the part again, nested parts included", () => {
    const recipe = outer({ steps: 5, inside: other(), intervals: [{ low: 1, high: 2 }] }).recipe;
    expect(outers.fromRecipe(JSON.parse(JSON.stringify(recipe))).recipe).toEqual(recipe);
    expect(outers.fromRecipe({ kind: "outer" }).recipe).toEqual(outer().recipe);
  });

  test.each([
    [{ kind: "outre" }, "outer part: expected a kind among outer; found outre; did you mean outer?"],
    [{}, "outer part: expected a kind among outer; found nothing"],
    [null, "outer part: expected an object with a kind, found null"],
    [{ kind: "outer", stpes: 1 }, /^outer part outer: unknown setting stpes; .* did you mean steps\?$/],
    [{ kind: "outer", spacing: "custom" }, "outer part outer: spacing: expected even or dense, found custom"],
    [{ kind: "outer", inside: "inner" }, 'outer part outer: inside: expected an object with a kind, found "inner"'],
    [{ kind: "outer", inside: { kind: "x" } }, "outer part outer: inside: expected a kind among inner, other; found x"],
    [
      { kind: "outer", inside: { kind: "inner", size: 0 } },
      "outer part outer: inside.size: expected a positive number, found 0",
    ],
    [
      { kind: "outer", inside: { kind: "other", size: 0 } },
      "outer part outer: inside: unknown setting size; it has none",
    ],
  ])("%j is refused", (recipe, message) => {
    const error = failure(() => outers.fromRecipe(recipe as never));
    expect(error).toBeInstanceOf(RecipeError);
    expect(error.name).toBe("RecipeError");
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  test("names a part by its kind, its settings beside the others", () => {
    const holder = declare({
      ...about,
      kind: "holder",
      settings: { held: part(inners, { default: inner(), help: "held" }), count: whole({ default: 1, help: "count" }) },
      beside: "held",
      make: (values, recipe): Made => ({ recipe, values }),
    });
    const holders = partList<Made>("holder", [holder]);
    expect(holder({ held: inner({ size: 3 }) }).recipe).toEqual({ kind: "holder", held: "inner", size: 3, count: 1 });
    expect(holders.fromRecipe({ kind: "holder", size: 3 }).recipe).toEqual(holder({ held: inner({ size: 3 }) }).recipe);
    expect(holders.fromRecipe({ kind: "holder", held: "other", count: 4 }).recipe).toMatchObject({ held: "other" });
    expect(() => holders.fromRecipe({ kind: "holder", held: "other", size: 4 })).toThrow(/unknown setting size/);
    expect(() => holders.fromRecipe({ kind: "holder", held: "inenr" })).toThrow(/held: .*did you mean inner\?/);
    expect(() => holders.fromRecipe({ kind: "holder", size: 0 })).toThrow(
      "holder holder: held.size: expected a positive",
    );
  });
});
