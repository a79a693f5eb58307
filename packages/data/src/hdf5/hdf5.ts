/** Arrays of HDF5 files. */

import { sizeOf } from "@scorefield/tensor";
import type { Metadata } from "h5wasm/node";
import { checkPath } from "../check-call.ts";
import { allocate, decodeNumbers, type ElementType, elementType } from "../elements.ts";
import { DataError } from "../errors.ts";
import type { StoredArray } from "../stored-array.ts";
import { type Hdf5Dataset, type Hdf5File, typeClass, withHdf5 } from "./hdf5-file.ts";

/** A dataset of an HDF5 file. */
export interface Hdf5Entry {
  /** With `/` between groups. */
  readonly name: string;
  readonly shape: readonly number[];
  /** What its entries are, in words: "float32", "complex64", "text", "records (a, b)". */
  readonly type: string;
}

const plainCode = ({ type, size, signed }: Pick<Metadata, "type" | "size" | "signed">): string | undefined =>
  type === typeClass.integer ? `<${signed ? "i" : "u"}${size}` : type === typeClass.float ? `<f${size}` : undefined;

/** Names of real and imaginary parts: as h5py, ISMRMRD and PyTables write them. */
const pairNames = new Set(["r,i", "real,imag", "re,im"]);

/** The NumPy type code of a dataset's numbers; undefined for other types. */
const codeOf = (metadata: Metadata): string | undefined => {
  const { type, size, enum_type: words, compound_type: record } = metadata;
  if (type === typeClass.enumeration)
    return words && Object.keys(words.members).sort().join() === "FALSE,TRUE" && size === 1
      ? "|b1"
      : plainCode({ ...metadata, type: words?.type ?? typeClass.integer });
  if (type !== typeClass.record) return plainCode(metadata);
  const [re, im] = record?.members ?? [];
  const isPair = re && im && record!.nmembers === 2 && pairNames.has(`${re.name},${im.name}`);
  const packed = isPair && re.offset === 0 && im.offset === re.size && 2 * re.size === size;
  return packed && re.type === typeClass.float && im.type === typeClass.float && (re.size === 4 || re.size === 8)
    ? `<c${size}`
    : undefined;
};

const typeOf = (metadata: Metadata): ElementType | undefined => {
  const code = codeOf(metadata);
  return code === undefined ? undefined : elementType(code);
};

const words: Readonly<Record<number, string>> = {
  [typeClass.text]: "text",
  [typeClass.list]: "lists of any length",
  [typeClass.array]: "arrays",
};

const describe = (metadata: Metadata): string => {
  const type = typeOf(metadata);
  if (type) return type.lanes === 2 ? (type.dtype === "float32" ? "complex64" : "complex128") : type.dtype;
  if (metadata.type === typeClass.record)
    return `records (${metadata.compound_type!.members.map(({ name }) => name).join(", ")})`;
  return words[metadata.type] ?? `numbers of ${8 * metadata.size} bits, or another type`;
};

const entryOf = ({ name, shape, metadata }: Hdf5Dataset): Hdf5Entry => ({ name, shape, type: describe(metadata) });

const entries = (file: Hdf5File): Hdf5Entry[] => file.names().map((name) => entryOf(file.dataset(name)!));

/** All datasets of an HDF5 file. @throws DataError as {@link readHdf5} */
export const listHdf5 = async (path: string): Promise<Hdf5Entry[]> => {
  checkPath("listHdf5", path);
  return withHdf5(path, entries);
};

const listed = (found: readonly Hdf5Entry[]): string =>
  found.map(({ name, shape, type }) => `${name} (${type} [${shape.join(", ")}])`).join(", ") || "no datasets";

/** The dataset named, else the only one of numbers. */
const choose = (file: Hdf5File, name: string | undefined): Hdf5Dataset => {
  const named = name === undefined ? undefined : file.dataset(name);
  if (named) return named;
  const found = entries(file);
  const numbers = found.filter((entry) => typeOf(file.dataset(entry.name)!.metadata));
  if (name === undefined && numbers.length === 1) return file.dataset(numbers[0]!.name)!;
  throw new DataError({
    path: file.path,
    expected: name === undefined ? "a single dataset of numbers" : `a dataset ${JSON.stringify(name)}`,
    found: listed(found),
    fix: "Name one with the option array, with / between groups",
  });
};

const pieceBytes = 1 << 25;

const readNumbers = (dataset: Hdf5Dataset, path: string): StoredArray => {
  const { metadata, shape, name } = dataset;
  const place = `${path}:${name}`;
  const type = typeOf(metadata);
  if (!type || !metadata.shape)
    throw new DataError({
      path: place,
      expected: "a dataset of numbers",
      found: metadata.shape ? describe(metadata) : "an empty one",
      fix: "Name another dataset, or save this one as numbers",
    });
  const { lanes, dtype } = type;
  const full = lanes === 2 ? [...shape, 2] : [...shape];
  const data = allocate(type, sizeOf(full), place);
  const rows = shape[0] ?? 1;
  const perRow = rows === 0 ? 0 : sizeOf(full) / rows;
  const atOnce = Math.max(1, Math.floor(pieceBytes / Math.max(1, perRow * type.bytes)));
  for (let row = 0; row < rows && perRow > 0; row += atOnce)
    dataset.bytes(row, Math.min(atOnce, rows - row), (bytes) => decodeNumbers(type, bytes, data, row * perRow, place));
  return { dtype, shape: full, data, ...(lanes === 2 && { complex: true }) } as unknown as StoredArray;
};

/**
 * Reads a dataset of an HDF5 file. It needs the package `h5wasm`, an optional peer. Types become as those of `readNpy`: complex
 * numbers, which h5py stores as records of `r` and `i`, get a trailing axis of 2, and `complex` says so; h5py's truth values are bool.
 * @param name with `/` between groups; default the only dataset of numbers
 * @throws DataError where h5wasm is missing, the file is damaged, or there is no such dataset of numbers, listing those there are
 */
export const readHdf5 = async (path: string, name?: string): Promise<StoredArray> => {
  checkPath("readHdf5", path);
  return withHdf5(path, (file) => readNumbers(choose(file, name), path));
};
