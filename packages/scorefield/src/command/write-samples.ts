/** Samples as a file or a folder, in the format of its name. */
import { extname } from "node:path";
import type { Content } from "@scorefield/data";
import { builtInDomains, type Composition, type Domain, type Shown } from "@scorefield/domain";
import { type NdArray, zeros } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import { checkSampleFolder } from "../run/whole-folder.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";
import { checkTerminalTakes, standardStream, writeOutput } from "./standard-output.ts";
import { writeSampleFolder } from "./write-folder.ts";

/** A picture, which is drawn from the preview of a domain. */
const figure = ".png";

const knownEndings = [
  ...new Set(builtInDomains.flatMap(({ writing }) => [1, 3].flatMap((axes) => writing(Array(axes).fill(1)).endings))),
  figure,
];

/** The formats of samples, which are the endings of their files. */
export const sampleFormats: readonly string[] = knownEndings.map((ending) => ending.slice(1));

/** How samples are written. */
export interface WriteOptions {
  readonly domain: Domain;
  /** What the samples consist of. */
  readonly made: Composition;
  /** Names of the classes that samples have one after the other, again and again; of any kind, and unsafe as paths. */
  readonly classes?: readonly string[] | undefined;
  /** Index of the first sample, default 0: names of files and classes go by a sample's own number. */
  readonly firstSample?: number;
  /** Of standard output, `-`, and of a file that has no name yet, with its dot; default the domain's first. */
  readonly format?: string;
}

const shownOf = ({ made, classes, firstSample }: WriteOptions): Shown => ({
  ...made,
  classNames: classes,
  firstSample,
});

const isFolder = (path: string): boolean => path !== standardStream && (extname(path) === "" || /[\\/]$/.test(path));

const writingOf = ({ domain, made }: WriteOptions) => domain.writing(made.shape);

/** Endings that such samples can be written to. */
const endingsOf = (options: WriteOptions): readonly string[] => {
  const { domain, made } = options;
  const drawn = domain.preview(zeros([0, ...made.shape], "float64"), shownOf(options)) !== undefined;
  return [...writingOf(options).endings, ...(drawn ? [figure] : [])];
};

const endingOf = (path: string | undefined, options: WriteOptions): string =>
  path === undefined || path === standardStream
    ? (options.format ?? writingOf(options).endings[0]!)
    : // The file name extension of new.lhe.gz is .gz alone.
      (knownEndings.find((ending) => path.toLowerCase().endsWith(ending)) ?? extname(path).toLowerCase());

/** Whether a path is a place that such samples can be written to. */
const checkPlace = async (path: string, options: WriteOptions): Promise<void> => {
  const { files } = writingOf(options);
  if (path === standardStream)
    return checkTerminalTakes(
      endingOf(path, options),
      endingsOf(options).filter((ending) => ending !== ".csv" && ending !== ".tsv"),
    );
  if (files && isFolder(path)) {
    checkOutputPlace("--out", path);
    return checkSampleFolder(path);
  }
  if (!knownEndings.includes(endingOf(path, options)))
    throw new UsageError(
      `--out ${path}: expected a name that ends in ${endingsOf(options).join(", ")}${files ? ", or a folder's name" : ""}`,
    );
  checkOutputFile("--out", path);
};

/**
 * @param path nothing for a file that has no name yet
 * @throws UsageError unless such samples can be written under such a name, into a folder that is there
 */
export const checkSampleFile = async (path: string | undefined, options: WriteOptions): Promise<void> => {
  const { domain } = options;
  const ending = endingOf(path, options);
  const endings = endingsOf(options);
  const { files } = writingOf(options);
  const unknown = knownEndings.includes(ending) && !endings.includes(ending);
  if (unknown) {
    const asked = path === undefined || path === standardStream ? `--format ${ending.slice(1)}` : `--out ${path}`;
    const drawnFirst = [...endings].reverse();
    const words = [...drawnFirst.map((known) => known.slice(1)), ...(files ? ["a folder"] : [])];
    const either = words.length < 2 ? words[0] : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
    throw new UsageError(`${asked}: expected ${either} for ${domain.samples}, found ${ending}`);
  }
  if (path !== undefined) await checkPlace(path, options);
};

/** Samples [n, ...shape] as the content of a file that is no folder. */
const contentOf = async (ending: string, samples: NdArray<"float64">, options: WriteOptions): Promise<Content> => {
  const { domain } = options;
  const shown = shownOf(options);
  if (ending !== figure) return writingOf(options).content(ending, samples, shown);
  const { previewPng } = await import("../figure/preview.ts");
  return previewPng(domain.preview(samples, shown)!);
};

/**
 * Writes samples [n, ...shape], atomically, or to standard output where the path is `-`.
 * @throws UsageError as {@link checkSampleFile}; DataError when the system refuses
 */
export const writeSamples = async (path: string, samples: NdArray<"float64">, options: WriteOptions): Promise<void> => {
  await checkSampleFile(path, options);
  const { files } = writingOf(options);
  if (files && isFolder(path)) return writeSampleFolder(path, files(samples, shownOf(options)), options.classes);
  return writeOutput(path, await contentOf(endingOf(path, options), samples, options));
};
