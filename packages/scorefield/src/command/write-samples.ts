/** Samples as a file, in the format of its name. */
import { extname } from "node:path";
import { type Content, csvText, npyBytes } from "@scorefield/data";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import { safeNames } from "../run/safe-name.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";
import { checkTerminalTakes, standardStream, writeOutput } from "./standard-output.ts";

/** The formats of samples, which are the endings of their files. */
export const sampleFormats = ["csv", "tsv", "npy", "png"] as const;
export type SampleFormat = (typeof sampleFormats)[number];

type Ending = `.${SampleFormat}`;
const endings: readonly Ending[] = sampleFormats.map((format) => `.${format}` as const);

/** How samples are written. */
export interface WriteOptions {
  /** Names of a table's columns. */
  readonly columns?: readonly string[] | undefined;
  /** Whether they are images in [-1, 1]: written as 8-bit pixels, and as a folder of files under a name without ending. */
  readonly images?: boolean;
  /** Names of the classes that samples have one after the other, again and again; of any kind, and unsafe as paths. */
  readonly classes?: readonly string[] | undefined;
  /** Index of the first sample, default 0: names of images and classes go by a sample's own number. */
  readonly firstSample?: number;
  /** Of standard output, `-`, and of a file that has no name yet; default `.csv`. */
  readonly format?: Ending;
}

const isFolder = (path: string): boolean => path !== standardStream && (extname(path) === "" || /[\\/]$/.test(path));

const endingOf = (path: string | undefined, { format = ".csv" }: WriteOptions): string =>
  path === undefined || path === standardStream ? format : extname(path).toLowerCase();

/** Whether a path is a place that such samples can be written to. */
const checkPlace = async (path: string, options: WriteOptions): Promise<void> => {
  const { images = false } = options;
  if (path === standardStream) return checkTerminalTakes(endingOf(path, options), [".npy", ".png"]);
  if (images && isFolder(path)) {
    checkOutputPlace("--out", path);
    const { checkImageFolder } = await import("./write-images.ts");
    return checkImageFolder(path);
  }
  if (!(endings as readonly string[]).includes(endingOf(path, options)))
    throw new UsageError(
      `--out ${path}: expected a name that ends in ${endings.join(", ")}${images ? ", or a folder's name" : ""}`,
    );
  checkOutputFile("--out", path);
};

/**
 * @param path nothing for a file that has no name yet
 * @throws UsageError unless samples of this shape can be written under such a name, into a folder that is there
 */
export const checkSampleFile = async (
  path: string | undefined,
  shape: readonly number[],
  options: WriteOptions = {},
): Promise<void> => {
  const { images = false } = options;
  const ending = endingOf(path, options);
  const asked = path === undefined || path === standardStream ? `--format ${ending.slice(1)}` : `--out ${path}`;
  const text = ending === ".csv" || ending === ".tsv";
  if (images && text) throw new UsageError(`${asked}: expected png, npy or a folder for images, found ${ending}`);
  if (path !== undefined) await checkPlace(path, options);
  const image = shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
  if (shape.length !== 1 && text)
    throw new UsageError(`${asked}: expected npy for samples of shape [${shape.join(", ")}], found ${ending}`);
  if (ending === ".png" && shape.length !== 1 && !image)
    throw new UsageError(`${asked}: samples of shape [${shape.join(", ")}] are neither rows nor images; use npy`);
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

/** Samples [n, ...shape] as the content of a file that is no folder. */
const contentOf = async (
  ending: string,
  samples: NdArray<"float64">,
  { images = false, classes, columns: named }: WriteOptions,
): Promise<Content> => {
  const columns = named ?? Array.from({ length: sizeOf(samples.shape.slice(1)) }, (_, j) => `x${j + 1}`);
  if (ending === ".png") return picture(samples, columns, classes);
  if (ending !== ".npy") return csvText({ columns, values: samples }, ending === ".tsv" ? "\t" : ",");
  if (!images) return npyBytes(samples);
  const { imageArrayBytes } = await import("./write-images.ts");
  return imageArrayBytes(samples);
};

/**
 * Writes samples [n, ...shape], atomically, or to standard output where the path is `-`.
 * @throws UsageError as {@link checkSampleFile}; DataError when the system refuses
 */
export const writeSamples = async (
  path: string,
  samples: NdArray<"float64">,
  options: WriteOptions = {},
): Promise<void> => {
  const { images = false, classes, firstSample = 0 } = options;
  await checkSampleFile(path, samples.shape.slice(1), options);
  if (images && isFolder(path)) {
    const { writeImageFolder } = await import("./write-images.ts");
    // Names of classes come from a run, which may be a stranger's.
    const folders = safeNames(classes ?? []);
    const folderOf = classes && ((i: number): string => folders.get(classes[i % classes.length]!)!);
    return writeImageFolder(path, samples, { firstSample, ...(folderOf && { folderOf }) });
  }
  return writeOutput(path, await contentOf(endingOf(path, options), samples, options));
};
