/**
 * Between rows of mixed columns and vectors of a model. A number is one coordinate, its normal score. A category of k levels
 * is k coordinates: `scale` at its level, 0 at the others. No Node module is used here.
 */
import { ArgumentError, normal } from "@scorefield/core";
import { type FloatType, type NdArray, type Shape, ShapeError, zeros } from "@scorefield/tensor";
import type { Codec, CompactForm, EncodeDraw, StoredCodec, Volume } from "../../codec.ts";
import { checkMixed } from "./check-mixed.ts";
import { columnMap } from "./column-maps.ts";
import { type Observing, observing } from "./observe.ts";
import { eachRowDraws } from "./slot-draws.ts";
import { categoryVolume, type PlacedSlot, placeSlots, readSlots } from "./slots.ts";

/** Draws of an encoding. */
export interface MixedDraw extends EncodeDraw {
  /** Standard deviation of the normal draws that are added to the coordinates of categories; default 0. */
  readonly jitter?: number;
  /** The number of the first row, which draws go by; default 0. */
  readonly firstRow?: number;
}

/** Which model coordinates belong to a column of the table. */
export interface ColumnPart {
  /** The number of the column in the table, and its name. */
  readonly column: number;
  readonly name: string;
  /** The first of its coordinates, and how many it has: none of a constant column. */
  readonly from: number;
  readonly size: number;
  /** The same of its slots in the layout. */
  readonly firstSlot: number;
  readonly slots: number;
}

/** What a model's vector consists of. */
export interface MixedLayout {
  /** Sizes of its slots: 1 of a number, k >= 2 of a category of k levels. */
  readonly columns: readonly number[];
  /** What the level of a category is in the model's units, of the first one and of each in their order. */
  readonly scale: number;
  readonly scales: readonly number[];
}

/** The codec of mixed columns. */
export interface MixedCodec extends Codec, Observing {
  readonly layout: MixedLayout;
  readonly parts: readonly ColumnPart[];
  /** A name for each model coordinate: "age", "city = Paris", "age: missing". */
  readonly names: readonly string[];
  /**
   * Draws are keyed by seed, part and the row's number. They say where in its range of ranks a repeated number goes, and
   * are the score of a cell that is missing or stands on a spike: standard normal.
   * @throws ArgumentError for cells that have no place, such as a missing one where training rows lack none
   */
  encode(values: NdArray<FloatType>, draw: MixedDraw): NdArray<"float32">;
  /** A number for each slot: scores of numbers and codes of levels. */
  readonly compact: CompactForm;
  /**
   * Of a category the level with the greatest coordinate.
   * @param options `complete`: no cell is missing. One that would be has the level with the greatest other coordinate;
   *   its number is then a draw of the column alone. Samples whose missing cells `observe` excludes fit their rows better
   */
  decode(samples: NdArray<FloatType>, options?: { readonly complete?: boolean }): NdArray<"float64">;
  /**
   * The log-density of an encoded row plus its log-volume is, in the mean over the draws of `encode`, at most the
   * log-probability of the row, or its log-density in columns of numbers that are no atoms (variational dequantisation:
   * Ho et al. 2019, equation 11). With q the distribution of the draws, E_q log (p(y) P(row | y) / q(y)) <= log of the
   * integral of p(y) P(row | y). P says which level a vector y with jitter stands for: see {@link categoryVolume}.
   * @param options `jitter` that the rows were encoded with, above 0 where there are categories
   */
  readonly volume: (
    values: NdArray<FloatType>,
    encoded: NdArray<FloatType>,
    options?: { readonly jitter?: number },
  ) => Volume;
}

// Draws of jitter and of places are of two steps, as normal and uniform draws of one are not independent.
const jitterStep = 2 ** 31;
const rowsAtOnce = 4096;

/**
 * @param shape of a sample in the model's units, which the codec has to be for; default not checked
 * @throws ArgumentError for JSON that no rows lead to
 */
export const mixedCodec = (stored: StoredCodec, shape?: Shape): MixedCodec => {
  const { columns, scales } = checkMixed(stored);
  const maps = columns.map(columnMap);
  const slots = maps.flatMap((map) => map.slots);
  const placed: PlacedSlot[] = [];
  let width = 0;
  let categories = 0;
  for (const { size } of slots) {
    placed.push({ from: width, size, scale: size > 1 ? scales[categories++]! : 0 });
    width += size;
  }
  if (shape && !(shape.length === 1 && shape[0] === width))
    throw new ArgumentError(`scaling: one of ${width} coordinates for samples of shape [${shape.join(", ")}]`);
  const firstSlots = maps.map((_, j) => maps.slice(0, j).reduce((sum, map) => sum + map.slots.length, 0));
  const parts = maps.map((map, column): ColumnPart => {
    const firstSlot = firstSlots[column]!;
    const from = placed[firstSlot]?.from ?? width;
    const size = map.slots.reduce((sum, slot) => sum + slot.size, 0);
    return { column, name: map.name, from, size, firstSlot, slots: map.slots.length };
  });
  const missingLevels = new Int32Array(slots.length).fill(-1);
  for (const [j, { missingLevel }] of maps.entries())
    if (missingLevel !== undefined) missingLevels[firstSlots[j]!] = missingLevel;

  const rowsOf = (what: string, { shape }: NdArray<FloatType>, expected: number): number => {
    if (shape.length === 2 && shape[1] === expected) return shape[0]!;
    throw new ShapeError(
      `scaling: expected ${what} [n, ${expected}], as in training, found shape [${shape.join(", ")}]`,
    );
  };

  /** Reads the slots of rows [n, width] one after the other. */
  const eachRow = (
    data: ArrayLike<number>,
    n: number,
    use: (row: Float64Array, i: number) => void,
    banned?: Int32Array,
  ) => {
    const row = new Float64Array(slots.length);
    for (let i = 0; i < n; i++) {
      readSlots(placed, data, i * width, row, 0, banned);
      use(row, i);
    }
  };

  const jitterOf = (count: number, first: number, { seed, part, firstRow = 0 }: MixedDraw): Float32Array =>
    normal([count, width], { seed, step: jitterStep + part, firstSample: firstRow + first, purpose: "augmentation" })
      .data;

  const eachSlots = (
    values: NdArray<FloatType>,
    draw: MixedDraw,
    use: (row: Float64Array, i: number) => void,
  ): void => {
    const row = new Float64Array(slots.length);
    eachRowDraws(values.shape[0]!, slots.length, draw, (u, i) => {
      for (let j = 0; j < maps.length; j++) {
        const first = firstSlots[j]!;
        maps[j]!.write(values.data[i * maps.length + j]!, u, row, first);
      }
      use(row, i);
    });
  };

  return {
    stored,
    layout: { columns: slots.map(({ size }) => size), scale: scales[0] ?? 1, scales },
    parts,
    names: slots.flatMap(({ names }) => names),
    encode: (values, draw) => {
      const { jitter = 0 } = draw;
      const result = zeros([rowsOf("rows", values, maps.length), width], "float32");
      let z: Float32Array | undefined;
      eachSlots(values, draw, (row, i) => {
        const start = i * width;
        if (jitter > 0) {
          // Of as many rows at once as draws take little memory.
          if (i % rowsAtOnce === 0) z = jitterOf(Math.min(rowsAtOnce, values.shape[0]! - i), i, draw);
          const own = (i % rowsAtOnce) * width;
          for (let k = 0; k < width; k++) result.data[start + k] = jitter * z![own + k]!;
        }
        placeSlots(placed, row, 0, result.data, start);
      });
      return result;
    },
    compact: {
      width: slots.length,
      encode: (values, draw) => {
        const result = zeros([rowsOf("rows", values, maps.length), slots.length], "float32");
        eachSlots(values, draw, (row, i) => result.data.set(row, i * slots.length));
        return result;
      },
      widen: (compact) => {
        const n = rowsOf("slots", compact, slots.length);
        const result = zeros([n, width], "float32");
        for (let i = 0; i < n; i++) placeSlots(placed, compact.data, i * slots.length, result.data, i * width);
        return result;
      },
    },
    decode: (samples, { complete = false } = {}) => {
      const n = rowsOf("samples", samples, width);
      const result = zeros([n, maps.length], "float64");
      eachRow(
        samples.data,
        n,
        (row, i) => {
          for (let j = 0; j < maps.length; j++) result.data[i * maps.length + j] = maps[j]!.read(row, firstSlots[j]!);
        },
        complete ? missingLevels : undefined,
      );
      return result;
    },
    volume: (values, encoded, { jitter = 0 } = {}) => {
      const n = rowsOf("rows", values, maps.length);
      rowsOf("encoded rows", encoded, width);
      if (categories > 0 && !(jitter > 0))
        throw new ArgumentError(
          `volume: expected the jitter that categories were encoded with, above 0, found ${jitter}; give encode and volume the same`,
        );
      const logVolume = new Float64Array(n);
      const atoms = new Int32Array(n);
      eachRow(encoded.data, n, (row, i) => {
        for (let j = 0; j < maps.length; j++) {
          const cell = maps[j]!.volume(values.data[i * maps.length + j]!, row, firstSlots[j]!);
          logVolume[i]! += cell.logVolume;
          if (cell.atom) atoms[i]!++;
        }
        for (const slot of placed)
          if (slot.size > 1) logVolume[i]! += categoryVolume(slot, encoded.data, i * width, jitter);
      });
      return { logVolume, atoms };
    },
    ...observing(maps, firstSlots),
    smooth: false,
    because: "columns of categories, missing cells or repeated values",
    beyond: ({ data, shape: [n = 0] }) => {
      let count = 0;
      for (let i = 0; i < n; i++) if (maps.some((map, j) => map.beyond(data[i * maps.length + j]!))) count++;
      return count;
    },
  };
};
