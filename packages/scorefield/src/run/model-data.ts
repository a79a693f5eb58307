/** Data that a run's model has seen and has not, in its own units: what instruments look at it with. */
import { stat } from "node:fs/promises";
import { readTable } from "@scorefield/data";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import { readImages } from "../image/source.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { applyScaling } from "../table/scaling.ts";
import type { LoadedRun } from "./load.ts";
import { checkUnchanged, ownWithout } from "./own-data.ts";
import { prepare } from "./prepare.ts";

/** Some thousands of samples of each kind, [n, ...shape]. */
export interface ModelData {
  /** That the model has not learnt from. */
  readonly heldOut: NdArray<"float32">;
  /** That it has, where known. */
  readonly training?: NdArray<"float32">;
  /** How many there are of each in all. */
  readonly counts: { readonly heldOut: number; readonly training?: number };
}

const most = 10_000;

const firstOf = async ({
  count,
  read,
}: {
  readonly count: number;
  read(rows: readonly number[]): NdArray<"float32"> | Promise<NdArray<"float32">>;
}) => ({ count, values: await read(Array.from({ length: Math.min(most, count) }, (_, i) => i)) });

/** What the run learnt from and set apart, by its own recipe. @throws DataError when it is gone or has changed */
const ownData = async ({ record: { training }, path }: LoadedRun, signal: AbortSignal | undefined) => {
  if (!training) return undefined;
  const { parseRecipe } = await import("../recipe/parse.ts");
  const prepared = await prepare(parseRecipe(training.recipe as RecipeInput, path), path, signal);
  checkUnchanged(path, prepared.sha256, training.sha256);
  return { heldOut: await firstOf(prepared.heldOut), training: await firstOf(prepared.training) };
};

/** Images of a file or folder. @throws DataError; ShapeError for images of another shape */
const givenImages = async ({ model }: LoadedRun, file: string) => {
  const [channels, size] = model.shape;
  const folder = (await stat(file).catch(() => undefined))?.isDirectory() ?? false;
  const { images } = await readImages(
    {
      kind: "images",
      path: file,
      flip: false,
      damaged: "error",
      ...(folder && { size: size!, greyscale: channels === 1 }),
    },
    ".",
  );
  if (images.shape.join() !== model.shape.join())
    throw new ShapeError(`${file}: expected images of shape [${model.shape}], as the run's, found [${images.shape}]`);
  return firstOf(images);
};

const givenRows = async ({ record, columns = [], path, model }: LoadedRun, file: string, signal?: AbortSignal) => {
  if (model.shape.length !== 1)
    throw new RunError(`${path}: expected a run on a table or on images, found samples of shape [${model.shape}]`);
  const source = record.training?.recipe.data;
  const array = /\.npz$/i.test(file) && source?.kind === "file" ? source.array : undefined;
  const { values } = await readTable(file, { columns, array, signal });
  // Part 2: neither the rows of training nor those held out.
  const scaled = applyScaling(record.scaling, values, { seed: record.training?.recipe.seed ?? 0, part: 2 });
  const n = Math.min(most, values.shape[0]!);
  return {
    count: values.shape[0]!,
    values: { ...scaled, shape: [n, scaled.shape[1]!], data: scaled.data.subarray(0, n * scaled.shape[1]!) },
  };
};

/**
 * Reads at most 10,000 samples of each kind.
 * @param file a table or images, to take in place of what the run held out
 * @throws RunError where there is no data; DataError for data that cannot be read or has changed; ShapeError for images of
 *   another shape
 */
export const modelData = async (
  run: LoadedRun,
  file?: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ModelData> => {
  const own = await ownWithout(ownData(run, signal), run.path, file);
  const images = run.record.scaling.kind === "images";
  const given = file === undefined ? undefined : await (images ? givenImages(run, file) : givenRows(run, file, signal));
  const heldOut = given ?? own?.heldOut;
  if (!heldOut)
    throw new RunError(`${run.path}: expected a run with its data, found a model alone; name some with --data`);
  return {
    heldOut: heldOut.values,
    ...(own && { training: own.training.values }),
    counts: { heldOut: heldOut.count, ...(own && { training: own.training.count }) },
  };
};
