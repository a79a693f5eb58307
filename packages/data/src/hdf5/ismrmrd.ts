/** Raw data of magnetic resonance in the ISMRM format (Inati et al. 2017), in HDF5 files. */

import { type NdArray, ndarray } from "@scorefield/tensor";
import type { Metadata } from "h5wasm/node";
import { checkOptions, checkPath } from "../check-call.ts";
import { allocate } from "../elements.ts";
import { DataError } from "../errors.ts";
import { type Hdf5Dataset, type Hdf5File, withHdf5 } from "./hdf5-file.ts";
import { parseScanHeader, readoutUse, type ScanHeader } from "./ismrmrd-header.ts";

/** Counters of a readout that tell frames from each other. */
const frameCounters = ["contrast", "phase", "repetition", "set"] as const;
const counters = ["kspace_encode_step_1", "kspace_encode_step_2", "slice", ...frameCounters] as const;
type Counters = Readonly<Record<(typeof counters)[number], number>>;

/** One readout. */
interface Readout extends Counters {
  readonly backwards: boolean;
  readonly centreSample: number;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly coils: number;
  /** [coils, samples, 2] */
  readonly data: Float32Array;
}

/** A Cartesian scan. */
export interface Ismrmrd extends Pick<ScanHeader, "encoded" | "reconstructed"> {
  /** [frames, slices, coils, kz, ky, kx, 2]: the centre of k-space at floor(n / 2); 0 where nothing was measured, and means of what was several times. */
  readonly kspace: NdArray<"float32"> & { readonly complex: true };
  /** How many samples each place is the mean of: [frames, slices, kz, ky, kx]. */
  readonly measured: NdArray<"int32">;
  /** What each frame is. */
  readonly frames: readonly Readonly<Record<(typeof frameCounters)[number], number>>[];
  /** All of the header. */
  readonly xml: string;
}

interface Member {
  readonly offset: number;
  readonly metadata: Metadata;
}

/** The member of a record at a path of names. */
const memberOf = (metadata: Metadata, names: readonly string[], path: string): Member => {
  let offset = 0;
  let found = metadata;
  for (const name of names) {
    const member = found.compound_type?.members.find((one) => one.name === name);
    if (!member)
      throw new DataError({ path, expected: "records of ISMRM raw data", found: `none with ${names.join(".")}` });
    offset += member.offset;
    found = member;
  }
  return { offset, metadata: found };
};

const readoutsAtOnce = 256;

/** The readouts that belong to the image. */
const readReadouts = (dataset: Hdf5Dataset, header: ScanHeader, path: string): Readout[] => {
  const { metadata, shape } = dataset;
  const at = (...names: string[]) => memberOf(metadata, names, path).offset;
  const places = Object.fromEntries(counters.map((name) => [name, at("head", "idx", name)]));
  const [flags, samples, coils, centre, pre, post, data] = [
    at("head", "flags"),
    at("head", "number_of_samples"),
    at("head", "active_channels"),
    at("head", "center_sample"),
    at("head", "discard_pre"),
    at("head", "discard_post"),
    at("data"),
  ] as [number, number, number, number, number, number, number];
  const readouts: Readout[] = [];
  const total = shape[0] ?? 0;
  for (let first = 0; first < total; first += readoutsAtOnce) {
    const count = Math.min(readoutsAtOnce, total - first);
    dataset.bytes(first, count, (bytes, memory) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let n = 0; n < count; n++) {
        const start = n * metadata.size;
        const u16 = (offset: number) => view.getUint16(start + offset, true);
        const { taken, backwards } = readoutUse(view.getBigUint64(start + flags, true), header);
        if (!taken) continue;
        // A list is its length and a pointer.
        const length = view.getUint32(start + data, true);
        const from = view.getUint32(start + data + 4, true);
        const readout = { samples: u16(samples), coils: u16(coils) };
        if (length !== 2 * readout.samples * readout.coils)
          throw new DataError({
            path,
            row: first + n + 1,
            expected: `${readout.coils} x ${readout.samples} complex samples`,
            found: `${length} numbers`,
          });
        readouts.push({
          ...(Object.fromEntries(counters.map((name) => [name, u16(places[name]!)])) as unknown as Counters),
          ...readout,
          backwards,
          centreSample: u16(centre),
          from: u16(pre),
          to: readout.samples - u16(post),
          data: new Float32Array(memory.slice(from, from + 4 * length).buffer),
        });
      }
    });
  }
  return readouts;
};

const frameKey = (readout: Counters): string => frameCounters.map((name) => readout[name]).join();

const place = (readouts: readonly Readout[], header: ScanHeader, path: string) => {
  const [nx, ny, nz] = header.encoded.matrix;
  const keys = [...new Map(readouts.map((one) => [frameKey(one), one])).entries()].sort(([, a], [, b]) => {
    const name = frameCounters.find((counter) => a[counter] !== b[counter]);
    return name === undefined ? 0 : a[name] - b[name];
  });
  const frameOf = new Map(keys.map(([key], n) => [key, n]));
  const slices = Math.max(...readouts.map(({ slice }) => slice)) + 1;
  const { coils } = readouts[0]!;
  const shape = [keys.length, slices, coils, nz, ny, nx, 2];
  const places = [keys.length, slices, nz, ny, nx];
  const size = (sizes: readonly number[]) => sizes.reduce((product, one) => product * one, 1);
  const kspace = allocate({ dtype: "float32" }, size(shape), path) as unknown as Float32Array;
  const measured = allocate({ dtype: "int32" }, size(places), path) as unknown as Int32Array;
  for (const readout of readouts) {
    const { samples, data, backwards, centreSample, from, to } = readout;
    const y = readout.kspace_encode_step_1 - header.centre[0] + Math.floor(ny / 2);
    const z = readout.kspace_encode_step_2 - header.centre[1] + Math.floor(nz / 2);
    if (readout.coils !== coils || !(y >= 0 && y < ny && z >= 0 && z < nz))
      throw new DataError({
        path,
        expected: `readouts of ${coils} coils at steps within ${ny} x ${nz}`,
        found: `one of ${readout.coils} coils at steps ${y}, ${z}`,
      });
    const outer = frameOf.get(frameKey(readout))! * slices + readout.slice;
    for (let s = from; s < to; s++) {
      const x = (backwards ? centreSample - s : s - centreSample) + Math.floor(nx / 2);
      if (x < 0 || x >= nx) continue;
      measured[((outer * nz + z) * ny + y) * nx + x]! += 1;
      for (let c = 0; c < coils; c++) {
        const into = 2 * ((((outer * coils + c) * nz + z) * ny + y) * nx + x);
        kspace[into]! += data[2 * (c * samples + s)]!;
        kspace[into + 1]! += data[2 * (c * samples + s) + 1]!;
      }
    }
  }
  const area = nz * ny * nx;
  for (let i = 0; i < kspace.length; i += 2) {
    const point = i / 2;
    const count = measured[Math.floor(point / (coils * area)) * area + (point % area)]!;
    if (count > 1) {
      kspace[i]! /= count;
      kspace[i + 1]! /= count;
    }
  }
  const frames = keys.map(
    ([, one]) => Object.fromEntries(frameCounters.map((name) => [name, one[name]])) as Ismrmrd["frames"][number],
  );
  return { kspace: { ...ndarray(kspace, shape), complex: true as const }, measured: ndarray(measured, places), frames };
};

/** The first text of a dataset of texts: a list of its length and a pointer, or bytes. */
const textOf = (dataset: Hdf5Dataset): string =>
  dataset.bytes(0, 1, (bytes, memory) => {
    if (!dataset.metadata.vlen) return new TextDecoder().decode(bytes.slice());
    const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    return new TextDecoder().decode(memory.slice(from, memory.indexOf(0, from)));
  });

const read = (file: Hdf5File, group: string): Ismrmrd => {
  const { path } = file;
  const [xmlSet, data] = [file.dataset(`${group}/xml`), file.dataset(`${group}/data`)];
  if (!xmlSet || !data)
    throw new DataError({
      path,
      expected: `ISMRM raw data: ${group}/xml and ${group}/data`,
      found: file.names().join(", ") || "no datasets",
      fix: "Name the group with the option dataset, or read an array with readHdf5",
    });
  const xml = textOf(xmlSet);
  const header = parseScanHeader(xml, path);
  if (header.trajectory !== "cartesian")
    throw new DataError({
      path,
      expected: "a Cartesian scan",
      found: header.trajectory || "no trajectory in its header",
      fix: "Grid it first with the program that reconstructs it",
    });
  const readouts = readReadouts(data, header, path);
  if (readouts.length === 0) throw new DataError({ path, expected: "readouts of an image", found: "none" });
  const { encoded, reconstructed } = header;
  return { ...place(readouts, header, path), encoded, reconstructed, xml };
};

/**
 * Reads a Cartesian scan as k-space on its grid. It needs the package `h5wasm`. Taken are readouts of the image, and those for
 * calibration where the header says that they are embedded or interleaved; noise, navigators and corrections of phase are not.
 * @param options.dataset the group that holds the scan, default `dataset`
 * @throws DataError where h5wasm is missing, for other trajectories, and for files that are damaged or of another kind
 */
export const readIsmrmrd = async (path: string, options: { readonly dataset?: string } = {}): Promise<Ismrmrd> => {
  checkPath("readIsmrmrd", path);
  checkOptions("readIsmrmrd", options, { dataset: true });
  return withHdf5(path, (file) => read(file, options.dataset ?? "dataset"));
};
