/** From what a person wrote to a checked recipe. */
import { type PartList, RecipeError } from "@scorefield/core";
import { type HasRecipe, networks, objectives, preconditionings, processes, samplers } from "@scorefield/core/internal";
import { explainIssue } from "./explain.ts";
import { defaultKinds, isSet, type ParsedRecipe, recipeSchema } from "./schema.ts";

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const withKind = (value: unknown, kind: unknown): unknown =>
  typeof value === "string" ? { kind: value } : isFields(value) && !("kind" in value) ? { kind, ...value } : value;

// Names of IDX files tell the number of axes: three or four are images. What has no ending is a folder.
const looksLikeImages = (path: string): boolean => /[.-]idx[34]-ubyte(\.gz)?$/i.test(path) || !/\.\w+$/.test(path);
const kindOfPath = (path: string): string => (looksLikeImages(path) ? "images" : "file");

/** Data written out: a path or the name of a set alone, or settings without their kind. */
export const expandData = (data: unknown): unknown => {
  if (data === "glyphs") return { kind: "glyphs" };
  if (typeof data === "string")
    return isSet(data) ? { kind: "set", set: data } : { kind: kindOfPath(data), path: data };
  if (!isFields(data)) return data;
  return withKind(data, "set" in data ? "set" : typeof data.path === "string" ? kindOfPath(data.path) : "file");
};

const lists = {
  process: processes,
  network: networks,
  preconditioning: preconditionings,
  objective: objectives,
  sampler: samplers,
};

/** A part, and the parts it is made of, with their kinds: each may be its kind alone, or its settings without the default kind. */
const expandPart = (list: PartList<HasRecipe, unknown>, value: unknown, byDefault: string | undefined): unknown => {
  const part = withKind(value, byDefault);
  if (!isFields(part)) return part;
  const { settings = {}, beside } = list.declarations.find(({ kind }) => kind === part.kind) ?? {};
  const inner = Object.entries(settings).flatMap(([name, { type, default: made }]) =>
    type.type === "part" && name !== beside && part[name] !== undefined
      ? [[name, expandPart(type.parts, part[name], (made as HasRecipe | undefined)?.recipe.kind)]]
      : [],
  );
  return { ...part, ...Object.fromEntries(inner) };
};

/** What a recipe for images takes where it says nothing; Heun's 18 steps are those of Karras et al. 2022 for 32 x 32. */
const imageDefaults = {
  heldOut: 0.1,
  network: { kind: "unet" },
  sampler: { kind: "heun", steps: 18 },
};
const imageBatch = 64;

/** Shorthands written out, and for images the defaults that are theirs. */
const expandRecipe = (given: unknown): unknown => {
  if (!isFields(given)) return given;
  // For editors: where the recipe's JSON Schema is.
  const { $schema: _, ...input } = given;
  const data = expandData(input.data);
  const images = isFields(data) && (data.kind === "images" || data.kind === "glyphs");
  const expanded: Fields = { ...(images && imageDefaults), ...input };
  if ("data" in input) expanded.data = data;
  if (images && (input.training === undefined || isFields(input.training)))
    expanded.training = { batch: imageBatch, ...input.training };
  const kinds = images ? { ...defaultKinds, network: "unet" } : defaultKinds;
  for (const [part, list] of Object.entries(lists))
    if (part in input) expanded[part] = expandPart(list, input[part], kinds[part as keyof typeof kinds]);
  return expanded;
};

/**
 * A recipe with its defaults, save those that depend on the data.
 * @param source named at the start of errors, such as the recipe's file
 * @throws RecipeError naming the path in the recipe, what was expected and what was found
 */
export const parseRecipe = (input: unknown, source?: string): ParsedRecipe => {
  const expanded = expandRecipe(input);
  const result = recipeSchema.safeParse(expanded);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new RecipeError(`${source ? `${source}: ` : ""}${explainIssue(issue, expanded, recipeSchema)}`);
};
