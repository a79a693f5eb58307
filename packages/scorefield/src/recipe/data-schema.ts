/** What a recipe may say of its data: zod schemas that follow from the settings of domains. Loaded only when one is read. */
import { builtInDomains, type DataSettings, type Domain } from "@scorefield/domain";
import { z } from "zod";
import { filledShapeOf } from "./part-schema.ts";
import { recipeSchemaOf } from "./schema.ts";

const domainSchema = ({ kind, settings }: Domain) =>
  z.strictObject({ kind: z.literal(kind), ...filledShapeOf(settings) });

/** A whole recipe, for the built-in domains and one of a library user. */
export const recipeSchemaWith = (own?: Domain) => {
  const domains = own ? [own, ...builtInDomains.filter(({ kind }) => kind !== own.kind)] : builtInDomains;
  const [first, ...rest] = domains.map(domainSchema);
  return recipeSchemaOf(z.discriminatedUnion("kind", [first!, ...rest]) as unknown as z.ZodType<DataSettings>);
};

/** A whole recipe for the built-in domains. */
export const recipeSchema = recipeSchemaWith();
