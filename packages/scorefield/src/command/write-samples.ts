/** Samples as a file, in the format of its name. */
import { extname } from "node:path";
import { atomicWrite, writeCsv, writeNpy } from "@scorefield/data";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import { safeNames } from "../run/safe-name.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";

const endings = [".csv", ".tsv", ".npy", ".png"] as const;

/** How samples are written. */
export interface WriteOptions {
  /** Names of a table's columns. */
  readonly columns?: readonly string[] | undefined;
  /** Whether they are images in [-1, 1]: written as 8-bit pixels, and as a folder of files under a name without ending. */
  readonly images?: boolean;
  /** Names of the classes that samples have one after the other, again and again; of any kind, and unsafe as paths. */
  readonly classes?: readonly string[] | undefined;
}

const isFolder = (path: string): boolean => extname(path) === "" || /[\\/]$/.test(path);

/** @throws UsageError unless samples of this shape can be written under such a name, into a folder that is there */
export const checkSampleFile = async (
  path: string,
  shape: readonly number[],
  { images = false }: WriteOptions = {},
): Promise<void> => {
  const ending = extname(path).toLowerCase();
  if (images && (ending === ".csv" || ending === ".tsv"))
    throw new UsageError(`--out ${path}: expected .png, .npy or a folder for images, found ${ending}`);
  if (images && isFolder(path)) {
    checkOutputPlace("--out", path);
    const { checkImageFolder } = await import("./write-images.ts");
    await checkImageFolder(path);
  } else if (!(endings as readonly string[]).includes(ending))
    throw new UsageError(
      `--out ${path}: expected a name that ends in ${endings.join(", ")}${images ? ", or a folder's name" : ""}`,
    );
  else checkOutputFile("--out", path);
  const image = shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
  if (shape.length !== 1 && (ending === ".csv" || ending === ".tsv"))
    throw new UsageError(`--out ${path}: expected .npy for samples of shape [${shape.join(", ")}], found ${ending}`);
  if (ending === ".png" && shape.length !== 1 && !image)
    throw new UsageError(`--out ${path}: samples of shape [${shape.join(", ")}] are neither rows nor images; use .npy`);
};

const picture = async (
  samples: NdArray<"float64">,
  columns: readonly string[],
  classes: readonly string[] | undefined,
): Promise<Uint8Array> => {
  if (samples.shape.length === 2) {
    const { tableFigure } = await import("../figure/scatter-figure.ts");
    const { rasterise } = await import("../figure/rasterise.ts");
    return rasterise(tableFigure(samples, { columns }));
  }
  const { imageGrid } = await import("../figure/image-grid.ts");
  // One class per column.
  return imageGrid(samples, classes && classes.length > 1 ? { columns: classes.length } : {});
};

/**
 * Writes samples [n, ...shape], atomically.
 * @throws UsageError as {@link checkSampleFile}; DataError when the system refuses
 */
export const writeSamples = async (
  path: string,
  samples: NdArray<"float64">,
  options: WriteOptions = {},
): Promise<void> => {
  const { images = false, classes } = options;
  const shape = samples.shape.slice(1);
  await checkSampleFile(path, shape, options);
  const columns = options.columns ?? Array.from({ length: sizeOf(shape) }, (_, j) => `x${j + 1}`);
  const ending = extname(path).toLowerCase();
  if (ending === ".png") return atomicWrite(path, await picture(samples, columns, classes));
  if (images) {
    const { writeImageArray, writeImageFolder } = await import("./write-images.ts");
    if (ending === ".npy") return writeImageArray(path, samples);
    // Names of classes come from a run, which may be a stranger's.
    const folders = safeNames(classes ?? []);
    return writeImageFolder(path, samples, classes && ((i) => folders.get(classes[i % classes.length]!)!));
  }
  return ending === ".npy" ? writeNpy(path, samples) : writeCsv(path, { columns, values: samples });
};
