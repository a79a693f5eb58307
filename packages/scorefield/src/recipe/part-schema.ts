/** What a recipe may say of a part, as a zod schema made from the part's declaration. */
import type { Declaration, PartList } from "@scorefield/core";
import type { HasRecipe, RecipeOfList, Setting, Settings, SettingType } from "@scorefield/core/internal";
import { z } from "zod";

type NumberType = Extract<SettingType, { type: "number" | "whole" }>;

const numberSchema = ({ type, least, above, most, below, multipleOf }: NumberType): z.ZodType => {
  let schema = type === "whole" ? z.int() : z.number();
  if (least !== undefined) schema = schema.min(least);
  if (above !== undefined) schema = schema.gt(above);
  if (most !== undefined) schema = schema.max(most);
  if (below !== undefined) schema = schema.lt(below);
  if (multipleOf !== undefined) schema = schema.multipleOf(multipleOf);
  return schema;
};

const textSchema = ({ fewest, most, path, orNumber }: Extract<SettingType, { type: "text" }>): z.ZodType => {
  let schema = z.string();
  if (fewest !== undefined) schema = schema.min(fewest);
  if (most !== undefined) schema = schema.max(most);
  if (path) return schema.refine((text) => !text.includes("\0"), "a path, in which there is no character NUL");
  return orNumber ? z.union([schema, z.number()]) : schema;
};

const typeSchema = (type: SettingType): z.ZodType => {
  switch (type.type) {
    case "number":
    case "whole":
      return numberSchema(type);
    case "boolean":
      return z.boolean();
    case "text":
      return textSchema(type);
    case "choice":
      return z.literal([...type.values]);
    case "array":
      return z.union([
        z.array(z.unknown()),
        z.strictObject({ shape: z.array(z.int().min(0)), dtype: z.enum(["float32", "float64"]), base64: z.string() }),
      ]);
    case "list":
      return z.array(typeSchema(type.of)).min(type.fewest);
    case "fields":
      return z.strictObject(shapeOf(type.fields));
    case "nullable":
      return z.nullable(typeSchema(type.of));
    case "part":
      // Parts may hold parts of their own sort, without end.
      return inProgress.has(type.parts) ? z.lazy(() => made.get(type.parts)!) : partSchema(type.parts);
  }
};

/** Lists of parts whose schemas are being made, and those made. */
const inProgress = new Set<object>();
const made = new WeakMap<object, z.ZodType>();

/** A setting's default as JSON. */
const defaultOf = ({ type, default: value }: Setting): unknown =>
  type.type === "part" ? (value as HasRecipe).recipe : value;

const settingSchema = (setting: Setting): z.ZodType => {
  const schema = typeSchema(setting.type);
  const { help, otherwise } = setting;
  if ("default" in setting) return schema.optional().meta({ description: help, default: defaultOf(setting) });
  if (otherwise !== undefined) return schema.optional().meta({ description: `${help}; default ${otherwise}` });
  return schema.meta({ description: help });
};

/** A schema for each of some settings, by name. Defaults are named, not filled in. */
const shapeOf = (settings: Settings): Record<string, z.ZodType> =>
  Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, settingSchema(setting)]));

/** A schema for each of some settings, by name, which fills in their defaults. */
export const filledShapeOf = (settings: Settings): Record<string, z.ZodType> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      setting.default === undefined
        ? settingSchema(setting)
        : typeSchema(setting.type).default(setting.default).describe(setting.help),
    ]),
  );

/**
 * The settings of a declaration. A part whose settings stand beside the others is named by its kind; which of its settings its
 * kind has is checked where it is made.
 */
const settingsShape = ({ settings, beside }: Declaration): Record<string, z.ZodType> => {
  if (beside === undefined) return shapeOf(settings);
  const { [beside]: part, ...own } = settings;
  if (part?.type.type !== "part") throw new Error(`${beside}: expected a part`);
  const inner = Object.assign({}, ...part.type.parts.declarations.map((declaration) => declaration.settings));
  const kinds = z.enum(part.type.parts.kinds as [string, ...string[]]);
  const byDefault = (defaultOf(part) as { kind: string } | undefined)?.kind;
  return {
    [beside]: kinds.optional().meta({ description: part.help, default: byDefault }),
    ...shapeOf(own),
    // Their defaults depend on the kind.
    ...Object.fromEntries(
      Object.entries(inner as Settings).map(([name, { type, help }]) => [
        name,
        typeSchema(type).optional().meta({ description: help }),
      ]),
    ),
  };
};

/**
 * One object for each part of a list, distinguished by `kind`. Defaults are not filled in: a part fills them in where it is made.
 */
export const partSchema = <P extends PartList<HasRecipe, unknown>>(
  parts: P,
): z.ZodType<RecipeOfList<P>, RecipeOfList<P>> => {
  inProgress.add(parts);
  try {
    const options = parts.declarations.map((declaration) =>
      z
        .strictObject({ kind: z.literal(declaration.kind), ...settingsShape(declaration) })
        .meta({ description: `${declaration.summary} (${declaration.source})` }),
    );
    const schema = z.discriminatedUnion("kind", options as [(typeof options)[0]]);
    made.set(parts, schema);
    return schema as unknown as z.ZodType<RecipeOfList<P>, RecipeOfList<P>>;
  } finally {
    inProgress.delete(parts);
  }
};
