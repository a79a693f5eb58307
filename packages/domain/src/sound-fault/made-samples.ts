/** Samples that are made of clean sounds as training asks for them. No Node module is used here. */
import { uniform } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import type { Samples } from "../samples.ts";
import { activeLength } from "./at-speed.ts";
import type { Draw } from "./faults.ts";

/** Sounds [n, 1, length] in memory, the ends of short ones silence. */
export type Windows = NdArray<FloatType>;

/** What samples are made of, and how. */
export interface Making {
  readonly clean: Windows;
  /** The number of the file of each clean sound. */
  readonly groups: ArrayLike<number>;
  /** Samples of each clean sound. */
  readonly mixes: number;
  /** Of a sample: windows beside each other, and numbers of each. */
  readonly shape: readonly [parts: number, length: number];
  readonly rate: number;
  readonly sha256: string;
  /** How many draws a sample takes at most. */
  readonly draws: number;
  /**
   * The windows of sample `row`.
   * @param active numbers of the sound up to its last that is not 0
   */
  readonly make: (sound: Windows["data"], active: number, draw: Draw, row: number) => readonly ArrayLike<number>[];
}

/**
 * Samples of all sounds that are not silent. Each is the same whenever it is read.
 * @throws DataError for sounds that are silent throughout
 */
export const madeSamples = ({ clean, groups, mixes, shape, rate, sha256, draws, make }: Making): Samples => {
  const [count = 0, , whole = 0] = clean.shape;
  const soundOf = (i: number) => clean.data.subarray(i * whole, (i + 1) * whole);
  const active = Int32Array.from({ length: count }, (_, i) => activeLength(soundOf(i)));
  const sounding = Array.from({ length: count }, (_, i) => i).filter((i) => active[i]! > 1);
  if (sounding.length === 0) throw new DataError({ expected: "clean sounds", found: "silence throughout" });
  const soundFor = (row: number): number => sounding[Math.floor(row / mixes)]!;
  const [parts, length] = shape;
  return {
    count: sounding.length * mixes,
    shape,
    rate,
    groups: Int32Array.from({ length: sounding.length * mixes }, (_, row) => groups[soundFor(row)]!),
    sha256,
    // Samples are made as they are read, and nothing is decoded.
    decodes: false,
    read: (rows) => {
      const data = new Float32Array(rows.length * parts * length);
      for (const [k, row] of rows.entries()) {
        const own = uniform([1, draws], { seed: 0, step: row, purpose: "measurement", dtype: "float64" }).data;
        let used = 0;
        const i = soundFor(row);
        const made = make(soundOf(i), active[i]!, () => own[used++ % draws]!, row);
        for (const [p, part] of made.entries()) data.set(part, (k * parts + p) * length);
      }
      return ndarray(data, [rows.length, parts, length]);
    },
  };
};
