/** What every declared part keeps: its maker, its recipe and its checks agree. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { ArgumentError, RecipeError } from "../errors.ts";
import * as core from "../index.ts";
import { preconditionings } from "../model/preconditionings.ts";
import { autoencoders } from "../network/autoencoder/autoencoders.ts";
import { featureNetworks } from "../network/feature-networks.ts";
import { networks } from "../network/networks.ts";
import { autoencoderObjectives } from "../objective/autoencoder/reconstruction.ts";
import { constraints } from "../objective/constraints.ts";
import { flowMapObjectives } from "../objective/flow-map/flow-map-objectives.ts";
import { noiseDistributions } from "../objective/noise-distribution.ts";
import { objectives } from "../objective/objectives.ts";
import { processes } from "../process/processes.ts";
import type { KindRecipe } from "../recipe.ts";
import { samplers } from "../sampling/samplers.ts";
import type { RecipeOfList } from "./inferred-types.ts";
import type { AnyMaker, HasRecipe, PartList, Setting, SettingType } from "./part.ts";

const lists: readonly PartList<HasRecipe>[] = [
  samplers,
  processes,
  networks,
  featureNetworks,
  noiseDistributions,
  preconditionings,
  objectives,
  flowMapObjectives,
  autoencoders,
  autoencoderObjectives,
  constraints,
];

/** What must be given of kinds that have no default of it. */
const needed: Readonly<Record<string, object>> = {
  predict: { prediction: "noise" },
  mixed: { columns: [1, 3] },
  constrained: { constraint: { kind: "mean", values: [0, 1] } },
  linear: { matrix: [[1, 1]], values: [0] },
  mean: { values: [0, 1] },
  quadratic: {
    forms: [
      [
        [1, 0],
        [0, 1],
      ],
    ],
    values: [1],
  },
};

const parts = lists.flatMap((list) =>
  list.makers.map(({ declaration }) => ({ list, declaration, kind: declaration.kind, sort: list.sort })),
);

/** Values that a setting refuses, each with the path below the setting. */
const wrongValues = (type: SettingType): [path: string, value: unknown][] => {
  const here = (...values: unknown[]) => values.map((value): [string, unknown] => ["", value]);
  switch (type.type) {
    case "number":
    case "whole": {
      const { least, above, most, below, multipleOf } = type;
      return here(
        "1",
        null,
        [1],
        {},
        Number.NaN,
        Number.POSITIVE_INFINITY,
        ...(type.type === "whole" ? [(least ?? 0) + 0.5] : []),
        ...(least !== undefined ? [least - 1] : []),
        ...(above !== undefined ? [above] : []),
        ...(most !== undefined ? [most + 1] : []),
        ...(below !== undefined ? [below] : []),
        ...(multipleOf !== undefined ? [multipleOf + 1] : []),
      );
    }
    case "boolean":
      return here("true", 1, null);
    case "text":
      return here(null, {}, [], ...(type.orNumber ? [] : [3]), ...((type.fewest ?? 0) > 0 ? [""] : []));
    case "choice":
      return here("no such", 99, null, type.values.map(String), {}, "toString");
    case "array":
      return here(null, "1", {}, [[1], [1, 2]], ["1"]);
    case "list":
      return [
        ...here(3, "1", null, {}),
        ...(type.fewest > 0 ? here([]) : []),
        ...wrongValues(type.of).map(([path, value]): [string, unknown] => [`.0${path}`, [value]]),
      ];
    case "fields":
      return [
        ...here(3, null, [], { ...sampleOf(type), stray: 1 }),
        ...Object.entries(type.fields).flatMap(([name, { type: of }]) =>
          wrongValues(of).map(([path, value]): [string, unknown] => [
            `.${name}${path}`,
            { ...sampleOf(type), [name]: value },
          ]),
        ),
      ];
    case "nullable":
      return wrongValues(type.of).filter(([, value]) => value !== null);
    case "part":
      return here("word", 3, null, [], {}, { kind: "no such" }, { kind: type.parts.kinds[0], stray: 1 });
  }
};

/** A value for every field. */
const sampleOf = ({ fields }: Extract<SettingType, { type: "fields" }>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name], i) => [name, i + 1]));

const failure = (make: () => unknown): Error => {
  try {
    make();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error");
};

describe.each(parts)("$sort $kind", ({ list, declaration, kind, sort }) => {
  const recipe: KindRecipe = { kind, ...needed[kind] };

  test("is made with its defaults, and again from the JSON of its recipe", () => {
    const made = list.fromRecipe(recipe);
    expect(made.recipe).toMatchObject(recipe);
    for (const name of Object.keys(declaration.settings)) expect(Object.keys(made.recipe)).toContain(name);
    const json = JSON.parse(JSON.stringify(made.recipe));
    expect(list.fromRecipe(json).recipe).toEqual(made.recipe);
    expect(JSON.parse(JSON.stringify(list.fromRecipe(json).recipe))).toEqual(json);
  });

  test("says what it is and where it is from, in one line each", () => {
    expect(declaration.summary).toMatch(/^[^\n|]{20,110}$/);
    expect(declaration.source).toMatch(/^[^\n|]*\b(19|20)\d\d\b[^\n|]*$/);
    for (const [name, setting] of Object.entries(declaration.settings)) {
      expect(setting.help, name).toMatch(/^[^\n|]{4,110}$/);
      if (setting.type.type === "fields")
        for (const inner of Object.values(setting.type.fields)) expect(inner.help, name).toMatch(/^[^\n|]{4,110}$/);
    }
  });

  test("refuses settings that it does not have, by name", () => {
    const error = failure(() => list.fromRecipe({ ...recipe, stray: 1 }));
    expect(error).toBeInstanceOf(RecipeError);
    expect(error.message.startsWith(`${sort} ${kind}: unknown setting stray; `), error.message).toBe(true);
    expect(() => list.fromRecipe({ ...recipe, toString: 1 })).toThrow(/unknown setting toString/);
  });

  test.each(Object.entries(declaration.settings))(
    "refuses values of the wrong type or out of range: %s",
    (name, { type }) => {
      // A part whose settings stand beside the others is named by its kind.
      const wrong: [string, unknown][] =
        declaration.beside === name ? ["no such", 3, {}, null].map((value) => ["", value]) : wrongValues(type);
      for (const [path, value] of wrong) {
        const error = failure(() => list.fromRecipe({ ...recipe, [name]: value }));
        expect(error.name, `${name} ${JSON.stringify(value)}`).toBe("RecipeError");
        expect(error.message.startsWith(`${sort} ${kind}: ${name}${path}`), `${error.message} ${name}${path}`).toBe(
          true,
        );
        expect(error.message).toMatch(/expected .*found |unknown setting stray/);
      }
    },
  );
});

describe("lists", () => {
  test.each(lists.map((list) => ({ list, sort: list.sort })))(
    "$sort: families stand together, kinds are kebab-case",
    ({ list }) => {
      const families = list.declarations.map(({ family }) => family);
      expect(families.filter((family, i) => i === 0 || family !== families[i - 1])).toHaveLength(
        new Set(families).size,
      );
      for (const kind of list.kinds) expect(kind).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(\+\+)?$/);
      expect(new Set(list.kinds).size).toBe(list.makers.length);
    },
  );

  test("hold every maker that the package exports, under the name it declares", () => {
    const listed = new Set<unknown>(lists.flatMap(({ makers }) => makers));
    const exported = Object.entries(core).filter(
      (entry): entry is [string, AnyMaker<HasRecipe> & (typeof entry)[1]] =>
        typeof entry[1] === "function" && "declaration" in entry[1],
    );
    expect(exported).toHaveLength(listed.size);
    for (const [name, maker] of exported) {
      expect(maker.declaration.name).toBe(name);
      expect(listed.has(maker), name).toBe(true);
    }
  });

  test("a maker without types refuses options that are no object, and unknown options", () => {
    for (const [name, maker] of Object.entries(core) as [string, unknown][]) {
      if (typeof maker !== "function" || !("declaration" in maker)) continue;
      const { settings } = maker.declaration as { settings: Record<string, Setting> };
      const count = { predict: 1, fokkerPlanck: 1, constrained: 2 }[name] ?? 0;
      const leading = [core.denoising(), core.meanConstraint({ values: [0] })].slice(0, count);
      const call = (options: unknown) => () => maker(...(name === "predict" ? ["noise"] : leading), options);
      for (const options of [null, "fast", 3, [1]]) {
        expect(failure(call(options)).name, name).toBe("ArgumentError");
        expect(call(options)).toThrow(/^\w+: expected options as an object/);
      }
      expect(call({ stray: 1 })).toThrow(ArgumentError);
      expect(call({ stray: 1 })).toThrow(new RegExp(`^${name}: unknown option stray; (known are |it has none)`));
      expect(Object.values(settings).length).toBeGreaterThanOrEqual(count);
    }
  });

  test("what a recipe may say has a type", () => {
    type SamplerRecipe = RecipeOfList<typeof samplers>;
    expectTypeOf<{ kind: "heun"; steps: 3; sMax: null }>().toExtend<SamplerRecipe>();
    expectTypeOf<{ kind: "predictor-corrector"; predictor: "ancestral"; snr: 1 }>().toExtend<SamplerRecipe>();
    expectTypeOf<{ kind: "heun"; grid: "linear" }>().not.toExtend<SamplerRecipe>();
    type ObjectiveRecipe = RecipeOfList<typeof objectives>;
    type Mean = { kind: "mean"; values: number[] };
    expectTypeOf<{
      kind: "constrained";
      constraint: Mean;
      objective: { kind: "sliced" };
    }>().toExtend<ObjectiveRecipe>();
    expectTypeOf<{ kind: "constrained" }>().not.toExtend<ObjectiveRecipe>();
  });
});
