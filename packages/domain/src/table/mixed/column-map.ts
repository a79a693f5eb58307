/** Between the cells of one column and slots: numbers and categories of a model's vector. */
import type { Allowed, MergedCondition } from "./allowed.ts";

/** A part of a model's vector that is one number, or one category of several levels. */
export interface Slot {
  /** Model coordinates: 1 of a number, k of a category of k >= 2 levels. */
  readonly size: number;
  /** A name for each model coordinate. */
  readonly names: readonly string[];
}

/** The share of a cell in a density: see `Volume` of codecs. */
interface CellVolume {
  readonly logVolume: number;
  /** Whether the cell's value has a probability above 0. */
  readonly atom: boolean;
}

/**
 * A column, fitted. Slots hold a score where they are numbers and the code of a level where they are categories.
 * Draws u are uniform in (0, 1), one for each slot.
 */
export interface ColumnMap {
  readonly name: string;
  /** None of a constant column. */
  readonly slots: readonly Slot[];
  /** The level of the first slot that says that the cell is missing; left out where training rows lack none. */
  readonly missingLevel?: number;
  /** @throws ArgumentError for a cell that it has no place for */
  write(value: number, u: Float64Array, slots: Float64Array, at: number): void;
  read(slots: Float64Array, at: number): number;
  volume(value: number, slots: Float64Array, at: number): CellVolume;
  /** Whether a value is beyond all training rows in a way that the slots do not show. */
  beyond(value: number): boolean;
  /** What each slot may be where a condition holds. @throws ArgumentError where it never holds */
  allow(condition: MergedCondition): readonly Allowed[];
}

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/** What a slot that is filled by a standard normal draw z adds to the log-volume: -log N(z; 0, 1). */
export const fillerVolume = (z: number): number => z ** 2 / 2 + halfLog2Pi;
