/** Measurements and truths from files, in the units of a run's data. */
import { ArgumentError, didYouMean } from "@scorefield/core";
import {
  DataError,
  isPictureName,
  isVolumeName,
  readArray,
  readPicture,
  readTable,
  type StoredArray,
} from "@scorefield/data";
import { shortList } from "@scorefield/domain";
import { columns, type Operator } from "@scorefield/inverse";
import { castArray, type FloatType, type NdArray, type Shape } from "@scorefield/tensor";
import type { LoadedRun } from "../run/load.ts";
import { arrayInFile } from "./array-in-file.ts";

/** Samples of one shape from a file. */
export interface ReadRows {
  /** [n, ...shape] */
  readonly rows: NdArray<"float64">;
  /** What the user should know of how numbers were read. */
  readonly remarks: readonly string[];
}

/** How files are read. */
export interface ReadMeasuredOptions {
  /** Values of a volume that are -1 and 1. Default those of the run's data, else each volume's own. */
  readonly range?: readonly [number, number] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Settings by which slices of volumes are read: those of the run, in a range that the user may name. */
const volumeSettings = ({ record }: LoadedRun, range: ReadMeasuredOptions["range"]) => {
  const settings = record.training?.recipe.data;
  return range ? { kind: "images", ...settings, range } : settings;
};

const isTableName = (path: string): boolean =>
  /\.(csv|tsv|txt|data|jsonl|ndjson)(\.gz)?$|\.(xlsx|xlsm|parquet|sqlite|sqlite3|db)$/i.test(path);

const isImages = ({ codec }: Pick<LoadedRun, "codec">): boolean => codec.stored.kind === "images";

const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

const withAxis = ({ shape, data }: NdArray<"float64">): NdArray<"float64"> => ({
  dtype: "float64",
  shape: [1, ...shape],
  data,
});

/** A picture of the channels that a shape has. */
const pictureRows = async (path: string, channels: number | undefined): Promise<NdArray<"float64">> =>
  withAxis(castArray(await readPicture(path, channels === 3 ? 3 : 1), "float64"));

/** Whether numbers are whole ones by their type, as pixels of 8 bits are. */
const isWhole = ({ dtype }: StoredArray): boolean => dtype === "int32" || dtype === "int64";

/** Channels to the front, where an array has them last and shapes say so. */
const channelsFirst = (array: NdArray<"float64">, shape: Shape): NdArray<"float64"> => {
  const [c = 0, h = 0, w = 0] = shape;
  const last = [h, w, c];
  const lead = array.shape.length - 3;
  if (shape.length !== 3 || lead < 0 || lead > 1 || array.shape.slice(-3).join() !== last.join()) return array;
  if (shape.join() === last.join()) return array;
  const data = new Float64Array(array.data.length);
  const [area, size] = [h * w, c * h * w];
  for (let i = 0; i < data.length / size; i++)
    for (let p = 0; p < area; p++)
      for (let k = 0; k < c; k++) data[i * size + k * area + p] = array.data[i * size + p * c + k]!;
  return { dtype: "float64", shape: [...array.shape.slice(0, lead), ...shape], data };
};

/**
 * Samples of a shape out of an array of one, or of several along a first axis. One channel may be left out.
 * @returns undefined where it has another shape
 */
const asRowsOf = (array: NdArray<"float64">, shape: Shape): NdArray<"float64"> | undefined => {
  const { shape: found, data } = channelsFirst(array, shape);
  const forms = [shape, ...(shape.length === 3 && shape[0] === 1 ? [shape.slice(1)] : [])];
  for (const form of forms) {
    if (found.join() === form.join()) return { dtype: "float64", shape: [1, ...shape], data };
    if (found.length === form.length + 1 && found.slice(1).join() === form.join())
      return { dtype: "float64", shape: [found[0]!, ...shape], data };
  }
  return undefined;
};

const readNumbers = async (path: string): Promise<{ readonly array: NdArray<"float64">; readonly whole: boolean }> => {
  const { path: file, array } = arrayInFile(path);
  const stored = await readArray(file, { ...(array !== undefined && { array }) });
  return { array: castArray(stored as NdArray<FloatType>, "float64"), whole: isWhole(stored) };
};

/** Levels 0 to 255 as -1 to 1. @throws DataError for others */
const fromLevels = (array: NdArray<"float64">, path: string): NdArray<"float64"> => {
  const odd = array.data.find((value) => !(value >= 0 && value <= 255));
  if (odd !== undefined)
    throw new DataError({
      path,
      expected: "whole numbers from 0 to 255, the levels of pixels",
      found: `${odd}`,
      fix: "Save numbers in other units as floating-point numbers",
    });
  return { ...array, data: array.data.map((value) => value / 127.5 - 1) };
};

/**
 * Truths: samples as the run's data are. Pictures at their own size; arrays with whole numbers 0 to 255 or floating-point numbers 0 to 1, as
 * in training; slices of NIfTI and DICOM files; tables with the run's columns. Floating-point numbers with a negative one among them are in
 * [-1, 1] already, as `restore` writes them.
 * @throws DataError for what cannot be read, or has another shape
 */
export const readTruths = async (
  run: LoadedRun,
  path: string,
  { range, signal }: ReadMeasuredOptions = {},
): Promise<ReadRows> => {
  const { made, domain } = run;
  const { shape } = made;
  const refuse = (found: Shape, fix?: string): never => {
    throw new DataError({
      path,
      expected: `samples of shape ${shown(shape)}, as ${run.path} draws them`,
      found: shown(found),
      fix,
    });
  };
  if (isPictureName(path)) {
    const rows = await pictureRows(path, shape[0]);
    return { rows: asRowsOf(rows, shape) ?? refuse(rows.shape.slice(1), "Resize the picture"), remarks: [] };
  }
  if (isTableName(path)) {
    if (shape.length !== 1) refuse([], "A table holds rows of numbers");
    const { values } = await readTable(path, {
      ...(made.columns && { columns: [...made.columns] }),
      ...(signal && { signal }),
    });
    return { rows: asRowsOf(values as NdArray<"float64">, shape) ?? refuse(values.shape.slice(1)), remarks: [] };
  }
  if (isImages(run) && isVolumeName(path)) {
    const { samples } = await domain.given(path, { like: made, settings: volumeSettings(run, range), signal });
    const numbers = Array.from({ length: samples.count }, (_, i) => i);
    return { rows: castArray(await samples.read(numbers), "float64"), remarks: [] };
  }
  const { array, whole } = await readNumbers(path);
  const rows = asRowsOf(array, shape) ?? refuse(array.shape);
  if (!isImages(run)) return { rows, remarks: [] };
  if (whole) return { rows: fromLevels(rows, path), remarks: [] };
  const [low, high] = rows.data.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [0, 0] as [
    number,
    number,
  ]);
  const own = low < 0;
  if (low < -1 || high > 1)
    throw new DataError({
      path,
      expected: "pixels from 0 to 1 or from -1 to 1",
      found: `numbers from ${low} to ${high}`,
      fix: "Scale the images to that range",
    });
  return own
    ? { rows, remarks: [`${path}: floating-point numbers below 0 are taken as pixels in [-1, 1]`] }
    : { rows: { ...rows, data: rows.data.map((value) => 2 * value - 1) }, remarks: [] };
};

/** Names of the columns that a table of measurements has to have, where each number of y is one. */
const seenNames = ({ made }: LoadedRun, { kind, recipe }: Operator): string[] | undefined => {
  if (kind === "identity") return made.columns && [...made.columns];
  return kind === "columns" && made.columns
    ? (recipe.columns as number[]).map((place) => made.columns![place]!)
    : undefined;
};

/**
 * Measurements of an operator. Numbers are taken as they are, in the operator's units; only pixels of 8 bits, of a picture or of whole numbers,
 * become -1 to 1 where the operator gives intensities. What `mask`, `columns` and `mosaic` see may be given as whole samples, of which the seen
 * numbers are taken.
 * @param seen of a whole sample, what the operator sees
 * @throws DataError for what cannot be read, or has another shape
 */
export const readMeasurements = async (
  run: LoadedRun,
  operator: Operator,
  path: string,
  seen: (samples: NdArray<"float64">) => Promise<NdArray<"float64">>,
  { range, signal }: ReadMeasuredOptions = {},
): Promise<ReadRows> => {
  const { input, output, kind, selects = false } = operator;
  // What is neither a picture nor part of one is in units of its own, whole numbers or not.
  const pixels =
    isImages(run) &&
    operator.units.output === operator.units.input &&
    !operator.complex?.output &&
    (output.length === 3 || selects);
  const remarks: string[] = [];
  const picked = async (array: NdArray<"float64">): Promise<NdArray<"float64">> => {
    const rows = asRowsOf(array, output);
    if (rows) return rows;
    const samples = selects ? asRowsOf(array, input) : undefined;
    if (samples) {
      remarks.push(`${path}: whole samples of shape ${shown(input)}; what ${kind} sees of them is taken`);
      return seen(samples);
    }
    throw new DataError({
      path,
      expected: `a measurement of shape ${shown(output)}, as ${kind} of ${shown(input)} gives${selects ? ", or a whole sample" : ""}`,
      found: shown(array.shape[0] === 1 && array.shape.length > output.length ? array.shape.slice(1) : array.shape),
    });
  };
  if (isPictureName(path)) {
    if (!pixels)
      throw new DataError({
        path,
        expected: `a measurement of ${kind} in its units, ${operator.units.output}, as .npy or .npz`,
        found: "a picture, which is 8 bits",
      });
    const channels = output.length === 3 ? output[0] : input[0];
    return { rows: await picked(await pictureRows(path, channels)), remarks };
  }
  if (isTableName(path)) {
    if (output.length !== 1)
      throw new DataError({
        path,
        expected: `a measurement of shape ${shown(output)}, as .npy or .npz`,
        found: "a table",
      });
    const names = seenNames(run, operator);
    const { values } = await readTable(path, { ...(names && { columns: names }), ...(signal && { signal }) });
    return { rows: await picked(values as NdArray<"float64">), remarks };
  }
  if (isImages(run) && isVolumeName(path)) {
    const settings = volumeSettings(run, range);
    const like = { ...run.made, shape: pixels && output.length === 3 ? output : input };
    const { samples, notFinite } = await run.domain.given(path, { like, settings, signal });
    if (notFinite !== undefined)
      throw new DataError({
        path,
        expected: "finite numbers in a measurement",
        found: `${notFinite} that are none`,
        fix: "Put numbers there, and leave these places out by --operator mask:@FILE",
      });
    const told = (settings as { readonly range?: readonly number[] } | undefined)?.range;
    remarks.push(
      told
        ? `${path}: values ${told[0]} and ${told[1]} are -1 and 1; noise is in these units`
        : `${path}: each volume's own range is -1 to 1; noise is in these units. --range LOW,HIGH names the values that are -1 and 1`,
    );
    const numbers = Array.from({ length: samples.count }, (_, i) => i);
    return { rows: await picked(castArray(await samples.read(numbers), "float64")), remarks };
  }
  const { array, whole } = await readNumbers(path);
  const rows = await picked(array);
  if (!whole || !pixels) return { rows, remarks };
  remarks.push(`${path}: whole numbers 0 to 255 are pixels from -1 to 1`);
  return { rows: fromLevels(rows, path), remarks };
};

/**
 * The columns that a table holds, as an operator, and its rows: what a measurement of a table run is without an operator.
 * @throws DataError for a column that the run does not know
 */
export const readSeenColumns = async (
  run: LoadedRun,
  path: string,
  units: string,
  signal?: AbortSignal,
): Promise<ReadRows & { readonly operator: Operator }> => {
  const { columns: known, shape } = run.made;
  if (!known) throw new ArgumentError(`${run.path}: expected a run of a table, found one of ${run.domain.samples}`);
  const { columns: found, values } = await readTable(path, signal ? { signal } : {});
  const places = found.map((name) => {
    const place = known.indexOf(name);
    if (place < 0)
      throw new DataError({
        path,
        column: name,
        expected: `columns of the run: ${shortList(known)}`,
        found: `${name}${didYouMean(name, known)}`,
      });
    return place;
  });
  const operator = columns({ input: shape, units, columns: places });
  return { operator, rows: castArray(values as NdArray<FloatType>, "float64"), remarks: [] };
};
