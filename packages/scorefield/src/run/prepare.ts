/** From a recipe to what training takes: data read, split and scaled. */
import { type Dataset, dataset } from "@scorefield/core";
import { DataError, type Images, splitPositions, splitRows, takeImages, withMirrored } from "@scorefield/data";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { readImages } from "../image/source.ts";
import { isImages } from "../recipe/is-images.ts";
import { dataName } from "../recipe/paths.ts";
import { type Recipe, resolveRecipe } from "../recipe/resolve.ts";
import type { ImageRecipe, ParsedRecipe, TableRecipe } from "../recipe/schema.ts";
import { applyScaling, fitScaling, type Scaling } from "../table/scaling.ts";
import { readRows } from "../table/source.ts";

/** Rows in the units of the data. */
export type Table = NdArray<"float32"> | NdArray<"float64">;

/** The rows of a table to learn from and those set apart, in the units of the data. */
export interface TableSplit {
  readonly columns: readonly string[];
  readonly sha256: string;
  readonly training: Table;
  readonly heldOut: Table;
}

/** The data of a run. */
export interface Prepared {
  readonly recipe: Recipe;
  readonly sha256: string;
  readonly scaling: Scaling;
  /** What to learn from and what is set apart, in the units of the model. */
  readonly training: Dataset;
  readonly heldOut: Dataset;
  /** Of a table. */
  readonly table?: TableSplit;
  /** Names of the classes of labelled images. */
  readonly classes?: readonly string[];
  /** Runs inside of a folder of images, which are left out of them: relative to it. */
  readonly leftOut?: readonly string[];
}

type SplitRecipe<D> = Pick<ParsedRecipe, "heldOut" | "seed"> & { readonly data: D };

const checkCount = (count: number, what: string, data: TableRecipe | ImageRecipe, folder: string): void => {
  if (count < 2)
    throw new DataError({
      path: dataName(data, folder),
      expected: `at least 2 ${what}, one to learn from and one to hold out`,
      found: `${count}`,
    });
};

/** The rows of a recipe for a table, split by its seed. @throws DataError */
export const readSplit = async (
  { data, heldOut, seed }: SplitRecipe<TableRecipe>,
  folder: string,
  signal?: AbortSignal,
): Promise<TableSplit> => {
  const { columns, values, sha256 } = await readRows(data, folder, signal);
  checkCount(values.shape[0]!, "rows", data, folder);
  const parts = splitRows(values as NdArray<"float64">, { heldOut, seed });
  return { columns, sha256, training: parts.training as Table, heldOut: parts.heldOut as Table };
};

/** Images to learn from and those set apart, and the recipe for them in full. */
interface ImageSplit {
  readonly data: ImageRecipe;
  readonly training: Images;
  readonly heldOut: Images;
  readonly leftOut: readonly string[];
}

/** The images of a recipe, split by its seed. None is decoded for it. @throws DataError */
export const readImageSplit = async (
  { data, heldOut, seed }: SplitRecipe<ImageRecipe>,
  folder: string,
): Promise<ImageSplit> => {
  const { images, recipe, leftOut = [] } = await readImages(data, folder);
  checkCount(images.count, "images", data, folder);
  const parts = splitPositions(images.count, { heldOut, seed });
  const training = takeImages(images, parts.training);
  return {
    data: recipe,
    training: recipe.kind === "images" && recipe.flip ? withMirrored(training) : training,
    heldOut: takeImages(images, parts.heldOut),
    leftOut,
  };
};

const prepareTable = async (parsed: ParsedRecipe, data: TableRecipe, folder: string, signal?: AbortSignal) => {
  const table = await readSplit({ ...parsed, data }, folder, signal);
  const [rows = 0, columns = 0] = table.training.shape;
  const recipe = resolveRecipe(parsed, { rows, columns });
  const scaling = fitScaling(recipe.scaling, table.training, table.columns);
  const { seed } = recipe;
  return {
    recipe,
    sha256: table.sha256,
    scaling,
    training: dataset(applyScaling(scaling, table.training, { seed, part: 0 })),
    heldOut: dataset(applyScaling(scaling, table.heldOut, { seed, part: 1 })),
    table,
  };
};

const prepareImages = async (parsed: ParsedRecipe, given: ImageRecipe, folder: string): Promise<Prepared> => {
  const { data, training, heldOut, leftOut } = await readImageSplit({ ...parsed, data: given }, folder);
  const { count, shape, classes, sha256 } = training;
  const image = { shape, classes: classes?.length ?? 0 };
  const recipe = resolveRecipe({ ...parsed, data }, { rows: count, columns: sizeOf(shape), image });
  return { recipe, sha256, scaling: { kind: "images" }, training, heldOut, ...(classes && { classes }), leftOut };
};

/**
 * Reads the data of a recipe and fills in what depends on it.
 * @param folder that paths in the recipe are relative to
 * @throws DataError for data that cannot be read; RecipeError and ArgumentError for settings that do not fit
 */
export const prepare = async (parsed: ParsedRecipe, folder: string, signal?: AbortSignal): Promise<Prepared> =>
  isImages(parsed.data)
    ? prepareImages(parsed, parsed.data, folder)
    : prepareTable(parsed, parsed.data, folder, signal);
