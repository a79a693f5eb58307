/** What a model is conditioned on, as a caller hands it in: values checked, and made rows of a batch. */
import {
  type FloatType,
  isNdArray,
  type NdArray,
  type Shape,
  ShapeError,
  type Spec,
  sizeOf,
  zeros,
} from "@scorefield/tensor";
import { didYouMean } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";
import type { Condition, ScoreModel } from "./score-model.ts";

/**
 * One sample's value of a condition: a class by its number, a number where the condition's shape is [], or an array of
 * the condition's shape. `null` is no condition, a row of zeros.
 */
export type ConditionValue = number | NdArray | null;

/** A condition of all samples: one value for all, a list or typed array with one value for each, or [count, ...shape]. */
export type ConditionValues = ConditionValue | ArrayLike<ConditionValue>;

/** Values of some of a model's conditions, by name. What is left out, or `null`, is not given. */
export type GivenValues = Readonly<Record<string, ConditionValues | undefined>>;

/** Checked values, ready to become the inputs of compiled functions; empty where nothing is given. */
export interface GivenRows {
  /** Types of the rows of a batch, by name, for `compile`. */
  specs(rows: number): Record<string, Spec>;
  /**
   * Rows [samples.length, ...shape], by name, in the element type of the computation.
   * @param samples indices of samples. An index outside 0 to count - 1 gets a row of zeros
   */
  rows(samples: ArrayLike<number>): Record<string, NdArray>;
  /** The rows of samples `from` to `from + rows - 1`. */
  between(from: number, rows: number): Record<string, NdArray>;
}

/**
 * The names of conditions that a model does not know are refused.
 * @param owner in errors
 * @throws ArgumentError for an unknown name
 */
export const checkConditionNames = (
  owner: string,
  { conditions = {} }: Pick<ScoreModel, "conditions">,
  names: readonly string[],
): void => {
  const known = Object.keys(conditions);
  for (const name of names)
    if (!Object.hasOwn(conditions, name))
      throw new ArgumentError(
        known.length === 0
          ? `${owner}: expected no conditions, since the model takes none; found ${name}`
          : `${owner}: expected conditions among ${known.join(", ")}; found ${name}${didYouMean(name, known)}`,
      );
};

/**
 * Checks what a caller gives a model against the conditions that it takes.
 * @param owner in errors
 * @param count how many samples there are
 * @throws ArgumentError for an unknown condition, a class out of range, a number that is not finite, or a list of another
 *   length; ShapeError for an array of another shape
 */
export const givenRows = (
  owner: string,
  model: Pick<ScoreModel, "conditions">,
  given: GivenValues | undefined,
  count: number,
  dtype: FloatType,
): GivenRows => {
  if (
    given !== undefined &&
    (given === null || typeof given !== "object" || Symbol.iterator in given || isNdArray(given))
  )
    throw new ArgumentError(`${owner} given: expected values by name, such as { class: 3 }; found ${described(given)}`);
  checkConditionNames(`${owner} given`, model, Object.keys(given ?? {}));
  const columns = Object.entries(given ?? {}).flatMap(([name, values]) => {
    if (values === undefined || values === null) return [];
    const condition = model.conditions![name]!;
    return [{ name, ...condition, write: writerOf(`${owner} given ${name}`, condition, values, count) }];
  });
  const rows = (samples: ArrayLike<number>): Record<string, NdArray> =>
    Object.fromEntries(
      columns.map(({ name, shape, write }) => {
        const made = zeros([samples.length, ...shape], dtype);
        const size = sizeOf(shape);
        for (let i = 0; i < samples.length; i++) {
          const sample = samples[i]!;
          if (sample >= 0 && sample < count)
            write(sample, (made.data as Float64Array).subarray(i * size, (i + 1) * size));
        }
        return [name, made];
      }),
    );
  return {
    specs: (n) => Object.fromEntries(columns.map(({ name, shape }) => [name, { shape: [n, ...shape], dtype }])),
    rows,
    between: (from, n) => rows(Array.from({ length: n }, (_, i) => from + i)),
  };
};

/** Writes the row of a sample into zeros. */
type Writer = (sample: number, row: Float64Array) => void;

const writerOf = (owner: string, condition: Condition, values: ConditionValues, count: number): Writer => {
  if (isNdArray(values)) return arrayWriter(owner, condition, values, count);
  if (typeof values === "number") return valueWriter(owner, condition, values);
  const list = values as ArrayLike<ConditionValue>;
  if (typeof values !== "object" || typeof list.length !== "number")
    throw new ArgumentError(`${owner}: expected ${wanted(condition)}, found ${described(values)}`);
  if (list.length !== count)
    throw new ArgumentError(
      `${owner}: expected one value for all, or a list of one for each of the ${count} samples; found a list of ${list.length}`,
    );
  const writers = Array.from(list, (value) => valueWriter(owner, condition, value));
  return (sample, row) => writers[sample]!(sample, row);
};

const nothing: Writer = () => {};

/** The writer of one value. */
const valueWriter = (owner: string, condition: Condition, value: ConditionValue): Writer => {
  const { shape, classes } = condition;
  if (value === null || value === undefined) return nothing;
  if (isNdArray(value) && value.shape.join() === shape.join()) {
    const data = numbersOf(owner, value);
    return (_, row) => row.set(data);
  }
  if (isNdArray(value))
    throw new ShapeError(`${owner}: expected ${wanted(condition)}, found an array [${value.shape}]`);
  if (typeof value !== "number" || (classes === undefined && shape.length > 0))
    throw new ArgumentError(`${owner}: expected ${wanted(condition)}, found ${described(value)}`);
  if (classes === undefined ? !Number.isFinite(value) : !(Number.isInteger(value) && value >= 0 && value < classes))
    throw new ArgumentError(`${owner}: expected ${wanted(condition)}, found ${value}`);
  return classes === undefined
    ? (_, row) => {
        row[0] = value;
      }
    : (_, row) => {
        row[value] = 1;
      };
};

/** The writer of an array: of one value for all samples, or of a row for each. */
const arrayWriter = (owner: string, condition: Condition, values: NdArray, count: number): Writer => {
  const { shape, classes } = condition;
  if (classes === count && values.shape.length === 1)
    throw new ArgumentError(
      `${owner}: expected a list of classes or rows [${count}, ${classes}], found an array [${count}], which may mean ${count} classes or ` +
        "one row for all; hand over its data for the former",
    );
  if (values.shape.join() === shape.join()) return valueWriter(owner, condition, values);
  if (values.shape.join() !== [count, ...shape].join())
    throw new ShapeError(
      `${owner}: expected an array [${bracketed([count, ...shape])}] with a row for each sample, or [${bracketed(shape)}] for all; ` +
        `found [${bracketed(values.shape)}]`,
    );
  const data = numbersOf(owner, values);
  const size = sizeOf(shape);
  return (sample, row) => row.set(data.subarray(sample * size, (sample + 1) * size));
};

const numbersOf = (owner: string, { dtype, data }: NdArray): Float64Array => {
  // One number after the other took half of the time of restoring a sound.
  const numbers =
    dtype === "int64"
      ? Float64Array.from(data as ArrayLike<bigint>, Number)
      : new Float64Array(data as ArrayLike<number>);
  for (const value of numbers)
    if (!Number.isFinite(value)) throw new ArgumentError(`${owner}: expected finite numbers, found ${value}`);
  return numbers;
};

const bracketed = (shape: Shape): string => shape.join(", ");

const wanted = ({ shape, classes }: Condition): string => {
  if (classes !== undefined) return `a class from 0 to ${classes - 1}, or null for none`;
  return shape.length === 0 ? "a finite number, or null for none" : `an array [${bracketed(shape)}], or null for none`;
};

const described = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? JSON.stringify(value) : typeof value === "object" ? "an object" : `${value}`;
};
