/** A recipe's JSON Schema, by which an editor proposes settings and marks what is wrong. */
import { isFields } from "@scorefield/tensor/internal";
import { z } from "zod";
import { recipeSchema } from "./data-schema.ts";

type Json = { readonly [name: string]: unknown };

/** The kind of an object that is distinguished by its kind. */
const kindOf = (option: unknown): unknown =>
  isFields(option) && isFields(option.properties) && isFields(option.properties.kind)
    ? option.properties.kind.const
    : undefined;

/** An object that may leave out its kind. */
const withoutKind = (option: Json): Json => ({
  ...option,
  required: ((option.required ?? []) as readonly string[]).filter((name) => name !== "kind"),
});

/** Objects distinguished by their kind, as the user may write them. */
const shorthand = (name: string, node: Json, options: readonly Json[]): Json => {
  const { oneOf: _, ...about } = node;
  const kinds = options.map(kindOf);
  const byDefault = isFields(node.default) ? node.default.kind : undefined;
  // Of a table the default network is mlp, of images unet; the kind of data follows from its path.
  const free = (kind: unknown) => name === "data" || kind === byDefault || (name === "network" && kind === "unet");
  const word =
    name === "data"
      ? { type: "string", description: "A path, or the name of data made on the spot" }
      : { enum: kinds, description: "A kind alone" };
  return { ...about, anyOf: [word, ...options.map((option) => (free(kindOf(option)) ? withoutKind(option) : option))] };
};

/** Shorthands wherever a part is, inside others too. */
const withShorthands = (node: unknown, name = ""): unknown => {
  if (Array.isArray(node)) return node.map((entry) => withShorthands(entry));
  if (!isFields(node)) return node;
  const walked: Json = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withShorthands(value, key)]),
  );
  const options = walked.oneOf;
  return Array.isArray(options) && options.every((option) => kindOf(option) !== undefined)
    ? shorthand(name, walked, options)
    : walked;
};

/**
 * The JSON Schema (draft 2020-12) of a recipe as the user writes it: a part may be its kind alone, or its settings without the
 * default kind. Settings have their help as description, and their defaults.
 */
export const recipeJsonSchema = (): Json => {
  const { properties, ...schema } = withShorthands(z.toJSONSchema(recipeSchema, { io: "input" })) as Json;
  return {
    ...schema,
    title: "A recipe of Scorefield",
    properties: { $schema: { type: "string" }, ...(properties as Json) },
  };
};
