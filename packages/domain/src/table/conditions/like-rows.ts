/** What given rows say of rows that are to be like them. */
import { ArgumentError } from "@scorefield/core";
import { castArray, type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import type { Conditions } from "./knowledge.ts";
import type { TableModel } from "./table-model.ts";

/** Which rows are drawn, and what is known of all of them. */
interface LikeTask {
  readonly base: Float32Array;
  readonly wanted: Conditions;
  readonly seed: number;
  /** The number of the first row, how many there are, and how many are like each given row. */
  readonly first: number;
  readonly count: number;
  readonly each: number;
}

/**
 * @throws ArgumentError for a known cell that a condition excludes, and for one that the codec has no place for
 */
export const likeRows = (
  { codec, table }: TableModel,
  like: NdArray<FloatType>,
  { base, wanted, seed, first, count, each }: LikeTask,
): {
  /** What is known of the row at a place, [observedSize]. */
  observed(place: number): Float32Array;
  /** Its known cells. */
  each(place: number, use: (column: number, value: number) => void): void;
} => {
  const width = table.length;
  const rows = castArray(like, "float64");
  for (const condition of wanted.list) {
    const column = table.findIndex(({ name }) => name === condition.column);
    const satisfied = codec.satisfies([condition], rows);
    const bad = satisfied.findIndex((one, i) => one !== 1 && !Number.isNaN(rows.data[i * width + column]!));
    if (bad >= 0)
      throw new ArgumentError(
        `sampleTable: row ${bad + 1} of like and the condition on ${condition.column} exclude each other; leave one of them out`,
      );
  }
  const start = Math.floor(first / each);
  const used = count === 0 ? 0 : Math.floor((first + count - 1) / each) - start + 1;
  const own = ndarray(rows.data.slice(start * width, (start + used) * width), [used, width]);
  const observed = codec.observeRows(own, { complete: false, seed, firstRow: start });
  const size = codec.observedSize;
  const places = codec.layout.columns.map((k) => (k === 1 ? 2 : k));
  const starts = places.map((_, slot) => places.slice(0, slot).reduce((a, b) => a + b, 0));
  const between = codec.parts.map(({ firstSlot, slots }): readonly [number, number] =>
    slots === 0 ? [0, 0] : [starts[firstSlot]!, starts[firstSlot + slots - 1]! + places[firstSlot + slots - 1]!],
  );
  const givenOf = (place: number): number => Math.floor((first + place) / each) - start;
  return {
    observed: (place) => {
      const k = givenOf(place);
      const result = base.slice();
      // A known cell satisfies the conditions on its column, and says more.
      for (const [j, [from, to]] of between.entries())
        if (!Number.isNaN(own.data[k * width + j]!))
          result.set(observed.data.subarray(k * size + from, k * size + to), from);
      return result;
    },
    each: (place, use) => {
      const k = givenOf(place);
      for (let j = 0; j < width; j++) {
        const value = own.data[k * width + j]!;
        if (!Number.isNaN(value)) use(j, value);
      }
    },
  };
};
