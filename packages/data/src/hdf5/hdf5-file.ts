/** HDF5 files, opened by h5wasm: HDF5's own library in WebAssembly, an optional peer of its size. */

import { open } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dataset, File, Metadata } from "h5wasm/node";
import { DataError, describeSystemError } from "../errors.ts";

type Library = typeof import("h5wasm/node");
type Engine = Awaited<Library["ready"]>;

/** An open file. */
export interface Hdf5File {
  readonly path: string;
  /** The dataset of a name; undefined where there is none. */
  dataset(name: string): Hdf5Dataset | undefined;
  /** Names of all datasets with `/` between groups, in the order of the file. */
  names(): string[];
}

/** A dataset of an open file. */
export interface Hdf5Dataset {
  readonly name: string;
  readonly metadata: Metadata;
  /** Sizes of its axes; none for a single value. */
  readonly shape: readonly number[];
  /**
   * Gives the bytes of some entries along the first axis to `use`, little-endian whatever the file's order. Pointers among them lead
   * into `memory`. They are valid until `use` returns.
   */
  bytes<T>(from: number, count: number, use: (bytes: Uint8Array, memory: Uint8Array) => T): T;
}

/** Classes of types (H5T_class_t). */
export const typeClass = { integer: 0, float: 1, text: 3, record: 6, enumeration: 8, list: 9, array: 10 } as const;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether a file has HDF5's signature, which may stand at 0, 512, 1024, 2048, ... */
const isHdf5 = async (path: string): Promise<boolean> => {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const found = new Uint8Array(8);
    for (let at = 0; at + 8 <= size; at = at === 0 ? 512 : 2 * at) {
      await handle.read(found, 0, 8, at);
      if (signature.every((byte, n) => byte === found[n])) return true;
    }
    return false;
  } finally {
    await handle.close();
  }
};

/** The library, once it is installed. @throws DataError where it is not */
export const loadHdf5 = async (
  path: string,
  // Bundlers pass over a package that is not installed where its error is caught beside its name.
  find: () => Promise<Library> = () => import("h5wasm/node").catch((cause: unknown) => Promise.reject(cause)),
): Promise<{ readonly library: Library; readonly engine: Engine }> => {
  const library = await find().catch((cause: unknown) => {
    throw new DataError({
      path,
      expected: "the package h5wasm, which reads HDF5 files",
      found: "none that can be loaded",
      fix: "Install it beside scorefield: npm install h5wasm",
      cause,
    });
  });
  return { library, engine: await library.ready };
};

const mostDeep = 32;

/** Whether entries hold pointers to lists or texts, which the library allocates for every read. */
const hasLists = ({ type, vlen, compound_type: record }: Metadata): boolean =>
  vlen || type === typeClass.list || (record?.members.some(hasLists) ?? false);

const datasetOf = (dataset: Dataset, name: string, engine: Engine): Hdf5Dataset => {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  return {
    name,
    metadata,
    shape,
    bytes: (from, count, use) => {
      const counts = shape.map((size, axis) => BigInt(axis === 0 ? count : size));
      const offsets = shape.map((_, axis) => BigInt(axis === 0 ? from : 0));
      const entries = Number(counts.reduce((product, size) => product * size, 1n));
      const length = entries * metadata.size;
      const at = engine._malloc(Math.max(1, length));
      try {
        const steps = shape.map(() => 1n);
        const [some, start, step] = shape.length === 0 ? [null, null, null] : [counts, offsets, steps];
        engine.get_dataset_data(dataset.file_id, dataset.path, some, start, step, BigInt(at));
        return use(engine.HEAPU8.subarray(at, at + length), engine.HEAPU8);
      } finally {
        if (hasLists(metadata)) {
          if (shape.length === 0) engine.reclaim_vlen_memory(dataset.file_id, dataset.path, "", BigInt(at));
          else engine.reclaim_vlen_memory_count(dataset.file_id, dataset.path, "", BigInt(at), counts);
        }
        engine._free(at);
      }
    },
  };
};

/**
 * Opens a file, and closes it after `use`.
 * @throws DataError where h5wasm is not installed, and for files that are missing, damaged or of another format
 */
export const withHdf5 = async <T>(path: string, use: (file: Hdf5File) => T): Promise<T> => {
  try {
    if (!(await isHdf5(path)))
      throw new DataError({ path, expected: "an HDF5 file", found: "another format, or a damaged file" });
    const { library, engine } = await loadHdf5(path);
    const damaged = (cause?: unknown): DataError =>
      new DataError({ path, expected: "an HDF5 file", found: "a damaged one", fix: "Fetch or write it again", cause });
    // The library throws its own errors in place of printing them.
    engine.activate_throwing_error_handler();
    let file: File | undefined;
    try {
      file = new library.File(resolve(path), "r");
      const opened = file;
      const walk = (group: string, depth: number): string[] =>
        (opened.get(group || "/") as unknown as { keys(): string[] }).keys().flatMap((key) => {
          const name = group === "" ? key : `${group}/${key}`;
          const found = opened.get(name);
          if (found instanceof library.Dataset) return [name];
          return found instanceof library.Group && depth < mostDeep ? walk(name, depth + 1) : [];
        });
      return use({
        path,
        names: () => walk("", 0),
        dataset: (name) => {
          const found = opened.get(name);
          return found instanceof library.Dataset ? datasetOf(found, name, engine) : undefined;
        },
      });
    } catch (error) {
      if (error instanceof DataError) throw error;
      throw damaged(error);
    } finally {
      file?.close();
      engine.deactivate_throwing_error_handler();
    }
  } catch (error) {
    throw describeSystemError(error, path, "an HDF5 file");
  }
};
