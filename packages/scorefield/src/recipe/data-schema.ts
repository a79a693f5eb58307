/** What a recipe may say of its data: zod schemas that follow from the settings of domains. Loaded only when one is read. */
import type { setting } from "@scorefield/core";
import { builtInDomains, type DataSettings, type Domain } from "@scorefield/domain";
import { z } from "zod";
import { recipeSchemaOf } from "./schema.ts";

const ranged = (schema: z.ZodNumber, { least, above, most, below, multipleOf }: setting.Range): z.ZodNumber => {
  let found = schema;
  if (least !== undefined) found = found.min(least);
  if (above !== undefined) found = found.gt(above);
  if (most !== undefined) found = found.max(most);
  if (below !== undefined) found = found.lt(below);
  return multipleOf === undefined ? found : found.multipleOf(multipleOf);
};

const textOf = ({ fewest, most, path, orNumber }: Extract<setting.SettingType, { type: "text" }>): z.ZodType => {
  let found = z.string();
  if (fewest !== undefined) found = found.min(fewest);
  if (most !== undefined) found = found.max(most);
  if (path) return found.refine((text) => !text.includes("\0"), "a path, in which there is no character NUL");
  return orNumber ? z.union([found, z.number()]) : found;
};

const schemaOf = (type: setting.SettingType): z.ZodType => {
  switch (type.type) {
    case "number":
      return ranged(z.number(), type);
    case "whole":
      return ranged(z.int(), type);
    case "boolean":
      return z.boolean();
    case "text":
      return textOf(type);
    case "choice":
      return z.literal(type.values as [string | number, ...(string | number)[]]);
    case "list":
      return z.array(schemaOf(type.of)).min(type.fewest);
    case "fields":
      return z.strictObject(fieldsOf(type.fields));
    case "nullable":
      return schemaOf(type.of).nullable();
    case "part":
      throw new Error("data hold no part of a model");
  }
};

const fieldsOf = (settings: setting.Settings): Record<string, z.ZodType> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { type, help, default: byDefault, otherwise }]) => {
      const schema = schemaOf(type).describe(otherwise === undefined ? help : `${help}; default ${otherwise}`);
      return [
        name,
        byDefault !== undefined ? schema.default(byDefault) : otherwise !== undefined ? schema.optional() : schema,
      ];
    }),
  );

const domainSchema = ({ kind, settings }: Domain) => z.strictObject({ kind: z.literal(kind), ...fieldsOf(settings) });

/** A whole recipe, for the built-in domains and one of a library user. */
export const recipeSchemaWith = (own?: Domain) => {
  const domains = own ? [own, ...builtInDomains.filter(({ kind }) => kind !== own.kind)] : builtInDomains;
  const [first, ...rest] = domains.map(domainSchema);
  return recipeSchemaOf(z.discriminatedUnion("kind", [first!, ...rest]) as unknown as z.ZodType<DataSettings>);
};

/** A whole recipe for the built-in domains. */
export const recipeSchema = recipeSchemaWith();
