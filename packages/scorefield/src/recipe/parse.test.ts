import {
  gridNames,
  networkKinds,
  noiseDistributionKinds,
  objectiveKinds,
  preconditioningKinds,
  processKinds,
  RecipeError,
  samplerKinds,
} from "@scorefield/core";
import { findDomain, planarNames, planarSets } from "@scorefield/domain";
import { describe, expect, test } from "vitest";
import { parseRecipe } from "./parse.ts";
import { recipeParts, resolveRecipe as resolveWith, scalingFor } from "./resolve.ts";
import type { ParsedRecipe } from "./schema.ts";

const resolveRecipe = (
  parsed: ParsedRecipe,
  { rows, columns, image }: { rows: number; columns: number; image?: { shape: number[]; classes: number } },
) =>
  resolveWith(
    parsed,
    findDomain(parsed.data.kind)!,
    { count: rows, shape: image?.shape ?? [columns], classes: image?.classes ?? 0 },
    scalingFor(parsed, findDomain(parsed.data.kind)!, {}),
  );

const failure = (input: unknown): string => {
  try {
    parseRecipe(input);
  } catch (error) {
    expect(error).toBeInstanceOf(RecipeError);
    return (error as Error).message;
  }
  throw new Error("expected a RecipeError");
};

describe("parseRecipe", () => {
  test("a path or the name of a set is enough", () => {
    expect(parseRecipe({ data: "table.csv" }).data).toEqual({ kind: "file", path: "table.csv", missing: "model" });
    expect(parseRecipe({ data: "moons" }).data).toMatchObject({ kind: "set", set: "moons", seed: 0 });
    expect(parseRecipe({ data: "moons" })).toMatchObject({
      heldOut: 0.2,
      process: { kind: "edm" },
      training: { batch: 256 },
    });
  });

  test("folders, IDX files and glyphs are images, with the defaults of images", () => {
    for (const path of ["photos/", "photos", "../a.b/photos", "train-images-idx3-ubyte.gz"]) {
      const images = parseRecipe({ data: path, training: { steps: 5 } });
      expect(images).toMatchObject({
        data: { kind: "images", path, flip: false, damaged: "error" },
        heldOut: 0.1,
        network: { kind: "unet" },
        sampler: { kind: "unipc", steps: 18 },
        training: { batch: 64, steps: 5 },
      });
    }
    expect(parseRecipe({ data: { path: "photos", flip: true }, network: { width: 16 } })).toMatchObject({
      data: { kind: "images", flip: true },
      network: { kind: "unet", width: 16 },
    });
    expect(parseRecipe({ data: "glyphs", heldOut: 0.5 })).toMatchObject({ data: { kind: "glyphs" }, heldOut: 0.5 });
    expect(failure({ data: { path: "photos", sizes: 3 } })).toBe("data.sizes: unknown setting; did you mean size?");
  });

  test("a part may be its kind alone, or its settings without the default kind", () => {
    const recipe = parseRecipe({
      data: { path: "a.npz", array: "X" },
      process: "vp",
      network: { width: 32 },
      objective: { noiseDistribution: { mean: -0.5 } },
    });
    expect(recipe.process).toEqual({ kind: "vp" });
    expect(recipe.network).toEqual({ kind: "mlp", width: 32 });
    expect(recipe.objective).toEqual({ kind: "mixed", noiseDistribution: { kind: "log-normal", mean: -0.5 } });
  });

  test("misspelt settings and kinds are named with the nearest known one", () => {
    expect(failure({ data: "x.csv", trainign: {} })).toBe("trainign: unknown setting; did you mean training?");
    expect(failure({ data: "x.csv", training: { stesp: 5 } })).toBe(
      "training.stesp: unknown setting; did you mean steps?",
    );
    expect(failure({ data: { path: "x.csv", colums: ["a"] } })).toBe(
      "data.colums: unknown setting; did you mean columns?",
    );
    expect(failure({ data: "x.csv", network: { zzzzz: 1 } })).toMatch(
      /^network.zzzzz: unknown setting; known are kind, width/,
    );
    expect(failure({ data: "x.csv", process: "edn" })).toMatch(
      /^process.kind: expected one of "edm", .*found "edn"; did you mean edm\?$/,
    );
    expect(failure({ data: { set: "moon" } })).toMatch(
      /^data.set: expected "moons" or .*found "moon"; did you mean moons\?$/,
    );
  });

  test("a setting of another kind is refused with the kind that has it", () => {
    expect(failure({ data: "x.csv", sampler: { sChurn: 20 } })).toBe(
      "sampler.sChurn: unipc has no such setting, heun has; name the kind too: sampler.kind=heun",
    );
    expect(parseRecipe({ data: "x.csv", sampler: { kind: "heun", sChurn: 20 } }).sampler).toMatchObject({ sChurn: 20 });
    expect(parseRecipe({ data: "x.csv", sampler: { steps: 9 } }).sampler).toEqual({ kind: "unipc", steps: 9 });
  });

  test("values out of range say what was expected and found", () => {
    expect(failure({})).toMatch(/^data: expected an object, found nothing$|^data.*found nothing/);
    expect(failure(5)).toBe("recipe: expected an object, found 5");
    expect(failure({ data: "x.csv", heldOut: 1.5 })).toBe("heldOut: expected less than 1, found 1.5");
    expect(failure({ data: "x.csv", training: { steps: 0.5 } })).toBe(
      "training.steps: expected a whole number, found 0.5",
    );
    expect(failure({ data: "x.csv", training: { batch: "big" } })).toBe(
      'training.batch: expected a number, found "big"',
    );
    expect(failure({ data: { path: 3 } })).toBe("data.path: expected a string, found 3");
    expect(failure({ data: { path: "a\0.csv" } })).toMatch(
      /^data.path: expected a path, in which there is no character/,
    );
  });

  test("data may be given in three ways, and the error names all", () => {
    const ways = "data: expected a path, the name of a built-in set, or an object with one of them";
    expect(failure({ data: 5 })).toBe(`${ways}, found 5`);
    expect(failure({ process: "vp" })).toBe(`${ways}, found nothing`);
    expect(failure({ data: { path: "photos", size: 3000 } })).toBe("data.size: expected at most 2048, found 3000");
  });

  test.each([
    [
      { preconditioning: { dataDeviation: 0.5 } },
      "preconditioning.dataDeviation: dataDeviation is now called sigmaData",
    ],
    [
      { objective: { kind: "fokker-planck", objective: { kind: "denoising", levels: { kind: "fixed" } } } },
      "objective.objective.levels: levels is now called noiseDistribution",
    ],
    [{ grids: 20 }, "grids: grids is now called previews"],
  ])("a name of an earlier version is refused with the new one: %j", (part, message) => {
    expect(() => parseRecipe({ data: "moons", ...part })).toThrow(message);
  });

  test("the source is named first", () => {
    expect(() => parseRecipe({ data: 1 }, "recipe.ts")).toThrow(/^recipe.ts: data/);
  });
});

describe("the schema keeps in step with core", () => {
  const resolved = (part: object) => resolveRecipe(parseRecipe({ data: "x.csv", ...part }), { rows: 100, columns: 3 });

  test.each(
    Object.entries({
      process: processKinds,
      network: networkKinds,
      preconditioning: preconditioningKinds,
      objective: objectiveKinds,
    }).flatMap(([part, kinds]) => kinds.map((kind) => [part, kind] as const)),
  )("%s %s: its full recipe is a valid recipe again", (part, kind) => {
    const needed: Record<string, object> = {
      predict: { prediction: "noise" },
      constrained: { constraint: { kind: "linear", matrix: [[1, 1, 1]], values: [0] } },
    };
    const once = resolved({ [part]: { kind, ...needed[kind] } });
    const again = resolveRecipe(parseRecipe(JSON.parse(JSON.stringify(once))), { rows: 100, columns: 3 });
    expect(again).toEqual(once);
  });

  test("names in recipes are kebab-case", () => {
    const kinds = [
      processKinds,
      networkKinds,
      preconditioningKinds,
      objectiveKinds,
      noiseDistributionKinds,
      samplerKinds,
      gridNames,
    ];
    for (const name of [...kinds, planarNames].flat()) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(\+\+)?$/);
  });

  test("noise distributions and planar sets too", () => {
    for (const kind of noiseDistributionKinds)
      expect(resolved({ objective: { noiseDistribution: kind } }).objective.noiseDistribution).toMatchObject({ kind });
    expect([...planarNames].sort()).toEqual(Object.keys(planarSets).sort());
  });
});

describe("resolveRecipe", () => {
  test("fills in what depends on the data, and every setting of every part", () => {
    const few = resolveRecipe(parseRecipe({ data: "x.csv" }), { rows: 100, columns: 3 });
    expect(few).toMatchObject({
      scaling: "quantile",
      network: { width: 128, depth: 3 },
      training: { steps: 2000, learningRate: 1e-3 },
    });
    const many = resolveRecipe(parseRecipe({ data: "x.csv" }), { rows: 100_000, columns: 30 });
    expect(many).toMatchObject({ network: { width: 256 }, training: { steps: 10_000 } });
    expect(resolveRecipe(parseRecipe({ data: "moons" }), { rows: 100, columns: 2 }).scaling).toBe("none");
    expect(recipeParts(many).network.recipe).toEqual(many.network);
  });

  test("a network that suits the images, with the number of classes of the data", () => {
    const facts = (side: number, classes = 0) => ({
      rows: 9000,
      columns: side * side,
      image: { shape: [1, side, side], classes },
    });
    const resolved = (side: number, classes?: number, network?: object) =>
      resolveRecipe(parseRecipe({ data: "photos", ...(network && { network }) }), facts(side, classes));
    expect(resolved(28, 10)).toMatchObject({
      scaling: "images",
      network: { kind: "unet", width: 32, multipliers: [1, 2, 2], classes: 10 },
      preconditioning: { kind: "edm", sigmaData: 0.5 },
      objective: { kind: "denoising", sigmaData: 0.5 },
      training: { batch: 64, steps: 3000 },
    });
    expect(resolved(64).network).toMatchObject({ multipliers: [1, 2, 2, 2], classes: 0 });
    expect(resolved(8).network).toMatchObject({ multipliers: [1, 2] });
    expect(resolved(32, 1).network.classes).toBe(0);
    expect(resolved(32, 10, { classes: 0, width: 16 }).network).toMatchObject({ classes: 0, width: 16 });
    const again = resolveRecipe(parseRecipe(JSON.parse(JSON.stringify(resolved(28, 10)))), facts(28, 10));
    expect(again).toEqual(resolved(28, 10));
  });

  test("a decay of averages unless their width grows, and inputs for augmentation where a network has them", () => {
    const resolved = (part: object) =>
      resolveRecipe(parseRecipe({ data: "x.csv", ...part }), { rows: 100, columns: 3 });
    expect(resolved({}).training).toMatchObject({ averageDecay: 0.999, keepCheckpoints: 3 });
    const wide = resolved({ training: { average: { widths: [0.05, 0.1] } } }).training;
    expect(wide.average).toEqual({ kind: "power", widths: [0.05, 0.1], snapshots: 16 });
    expect(wide.averageDecay).toBeUndefined();
    const augmented = { training: { augmentation: { probability: 0.12 } } };
    expect(resolved({ network: "unet" }).network.augmentation).toBe(0);
    expect(resolved({ network: "unet", ...augmented }).network.augmentation).toBe(9);
    expect(resolved(augmented).network).not.toHaveProperty("augmentation");
    expect(failure({ data: "x.csv", training: { augmentation: { probability: 0.1, transforms: ["x-flp"] } } })).toMatch(
      /^training.augmentation.transforms.0: expected .*did you mean x-flip\?/,
    );
  });
});
