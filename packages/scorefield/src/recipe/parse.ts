/** From what the user wrote to a checked recipe. */
import { type PartList, RecipeError } from "@scorefield/core";
import {
  autoencoderObjectives,
  autoencoders,
  type HasRecipe,
  networks,
  objectives,
  preconditionings,
  processes,
  samplers,
} from "@scorefield/core/internal";
import { type DataSettings, type Domain, findDomain, recogniseData } from "@scorefield/domain";
import { isFields } from "@scorefield/tensor/internal";
import { recipeSchema, recipeSchemaWith } from "./data-schema.ts";
import { explainIssue } from "./explain.ts";
import { defaultKinds, type ParsedRecipe } from "./schema.ts";

type Fields = Record<string, unknown>;

const withKind = (value: unknown, kind: unknown): unknown =>
  typeof value === "string" ? { kind: value } : isFields(value) && !("kind" in value) ? { kind, ...value } : value;

/** Data written out: a path or a word alone, or settings without their kind. @param own a domain that is not built in */
export const expandData = (data: unknown, own?: Domain): unknown =>
  typeof data === "string" || (isFields(data) && !("kind" in data)) ? (recogniseData(data, { own }) ?? data) : data;

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

/** The parts of a latent model, which may leave out their kinds. */
const expandLatent = (latent: Fields): Fields => ({
  ...latent,
  ...(latent.autoencoder !== undefined && {
    autoencoder: expandPart(autoencoders, latent.autoencoder, "convolutional"),
  }),
  ...(latent.objective !== undefined && {
    objective: expandPart(autoencoderObjectives, latent.objective, "reconstruction"),
  }),
});

/** Shorthands written out, and the defaults of the domain of the data. */
const expandRecipe = (given: unknown, own: Domain | undefined): unknown => {
  if (!isFields(given)) return given;
  // For editors: where the recipe's JSON Schema is.
  const { $schema: _, ...input } = given;
  const data = expandData(input.data, own);
  const domain = isFields(data) ? findDomain(data.kind, own) : undefined;
  if (!domain) return { ...input, ...("data" in input && { data }) };
  const {
    heldOut,
    network,
    sampler,
    batch,
    process = defaultKinds.process,
    preconditioning = defaultKinds.preconditioning,
    objective = defaultKinds.objective,
  } = { ...domain.defaults, ...domain.defaultsOf?.(data as DataSettings) };
  const kinds = { ...defaultKinds, process, network, preconditioning, objective };
  const expanded: Fields = {
    heldOut,
    network: { kind: network },
    sampler,
    process: { kind: process },
    preconditioning: { kind: preconditioning },
    objective: { kind: objective },
    ...input,
    data,
  };
  if (input.training === undefined || isFields(input.training)) expanded.training = { batch, ...input.training };
  for (const [part, list] of Object.entries(lists))
    if (part in input) expanded[part] = expandPart(list, input[part], kinds[part as keyof typeof kinds]);
  if (isFields(input.latent)) expanded.latent = expandLatent(input.latent);
  return expanded;
};

/**
 * A recipe with its defaults, except those that depend on the data.
 * @param source named at the start of errors, such as the recipe's file
 * @param own a domain that is not built in
 * @throws RecipeError naming the path in the recipe, what was expected and what was found
 */
export const parseRecipe = (input: unknown, source?: string, own?: Domain): ParsedRecipe => {
  const expanded = expandRecipe(input, own);
  const schema = own ? recipeSchemaWith(own) : recipeSchema;
  const result = schema.safeParse(expanded);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new RecipeError(`${source ? `${source}: ` : ""}${explainIssue(issue, expanded, schema)}`);
};
