/** From a recipe to what training takes: data read, split and encoded. */
import { autoencoderFromRecipe, type Dataset, type KindRecipe, RecipeError } from "@scorefield/core";
import {
  type Codec,
  type Composition,
  type Domain,
  encoded,
  findDomain,
  type LearntRules,
  readSplit,
  type SplitData,
} from "@scorefield/domain";
import type { NdArray, Shape } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import { type Recipe, resolveRecipe, scalingFor } from "../recipe/resolve.ts";
import type { ParsedRecipe } from "../recipe/schema.ts";

/** The data of a run. */
export interface Prepared extends Composition {
  readonly recipe: Recipe;
  readonly domain: Domain;
  readonly codec: Codec;
  readonly sha256: string;
  /** What to learn from and what is set apart, in the units of the codec: those of the model, unless it is of latents. */
  readonly training: Dataset;
  readonly heldOut: Dataset;
  /** Of a latent run: the shape of a latent; and, once the autoencoder is trained, the data of latents. */
  readonly latentShape?: Shape;
  readonly fromLatents?: (latents: NdArray) => Promise<NdArray<"float32">>;
  /** The same in the units of the data. */
  readonly split: SplitData;
  /** Rules that the samples to learn from hold, and those that samples will keep, of a domain that knows some. */
  readonly rules?: LearntRules;
}

/** How data are read: a folder that paths are relative to, and a domain that is not built in. */
export interface PrepareOptions {
  readonly folder: string;
  readonly domain?: Domain | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the samples consist of, of a run whose data are read again. */
  readonly like?: Composition | undefined;
}

/** Shape of latents. @throws RecipeError for rows with described columns, on whose layout their models rest; ShapeError */
const latentShapeOf = (
  autoencoder: KindRecipe,
  shape: Shape,
  { table }: { table: Composition["table"] | undefined },
): Shape => {
  if (table)
    throw new RecipeError(
      "latent: expected images or arrays of numbers, found a table, whose models work on its columns; leave latent out",
    );
  return autoencoderFromRecipe(autoencoder).latentShape(shape);
};

/** The domain of a recipe's data. @throws RunError for one that is neither given nor built in */
export const domainOf = ({ kind }: { readonly kind: string }, own?: Domain): Domain => {
  const domain = findDomain(kind, own);
  if (domain) return domain;
  throw new RunError(`expected data of a built-in domain, found the domain ${kind}; give it with the option domain`);
};

/**
 * Reads the data of a recipe and fills in what depends on it.
 * @throws DataError for data that cannot be read; RecipeError and ArgumentError for settings that do not fit; RunError for
 *   a domain that is not known
 */
export const prepare = async (parsed: ParsedRecipe, options: PrepareOptions): Promise<Prepared> => {
  const { folder, signal, like } = options;
  const domain = domainOf(parsed.data, options.domain);
  const { heldOut, seed } = parsed;
  const split = await readSplit(domain, parsed.data, { heldOut, seed, folder, signal, like });
  const { count, shape, columns, table, classes, sha256 } = split.training;
  // A run whose data are read again knows its rules.
  const rules = await domain.rules?.learn(split.training, split.settings, { find: like === undefined, signal });
  const read = { ...parsed, data: rules?.settings ?? split.settings };
  const scaling = scalingFor(read, domain, { table });
  const codec = await domain.fit(scaling, split.training, split.settings);
  const training = await encoded(split.training, codec, { seed, part: 0 });
  const latentShape = parsed.latent && latentShapeOf(parsed.latent.autoencoder, training.shape, { table });
  const facts = {
    count,
    shape: latentShape ?? shape,
    encoded: latentShape ?? training.shape,
    classes: classes?.length ?? 0,
    table,
    layout: codec.layout,
    scales: codec.stored,
  };
  const recipe = resolveRecipe(read, domain, facts, scaling);
  return {
    recipe,
    domain,
    codec,
    sha256,
    shape,
    ...(columns && { columns }),
    ...(table && { table }),
    ...(classes && { classes }),
    training,
    heldOut: await encoded(split.heldOut, codec, { seed, part: 1 }),
    ...(latentShape && { latentShape }),
    split,
    ...(rules && { rules }),
  };
};
