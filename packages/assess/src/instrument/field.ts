/** What every instrument needs: quantities of a model at any number of points, compiled once and evaluated in batches. */

import type { ScoreModel } from "@scorefield/core";
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkModel, checkWhole } from "@scorefield/core/internal";
import {
  compile,
  type FloatType,
  type NdArray,
  ndarray,
  type Runtime,
  ShapeError,
  type Spec,
  sizeOf,
  storage,
  type Tensor,
} from "@scorefield/tensor";

/** How far an instrument is: evaluations done, out of `total`, which may grow while it searches. */
export interface InstrumentProgress {
  readonly done: number;
  readonly total: number;
}

/** Options of every instrument. */
export interface InstrumentOptions {
  /** The time whose marginal is examined, default the process's first: the data under the least noise. */
  readonly time?: number;
  /** Points evaluated at once, default at most 512 and about 2^19 numbers. */
  readonly batch?: number;
  readonly onProgress?: (progress: InstrumentProgress) => void;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

/** Compiled quantities of a model. Everything is flattened row after row. */
export interface Field<K extends string> {
  /**
   * @param points [n, ...shape] @param time one for all, or one for each
   * @param vectors [n, ...shape] each, the number it was compiled for
   * @returns each quantity, [n, ...]
   */
  at(
    points: Float64Array,
    time: number | Float64Array,
    ...vectors: readonly Float64Array[]
  ): Promise<Record<K, Float64Array>>;
  dispose(): Promise<void>;
}

/**
 * The time at which an instrument looks, by default the first of the process.
 * @throws ArgumentError for a value that is not a score model, and a time outside the times of its process
 */
export const checkTime = (name: string, model: ScoreModel, at?: number): number => {
  checkModel(name, model);
  const { times } = model.process;
  const time = at ?? times.first;
  if (!(time >= times.first && time <= times.last))
    throw new ArgumentError(`${name}: expected a time in [${times.first}, ${times.last}], found ${time}`);
  return time;
};

/**
 * Points of a model's shape as flat float64.
 * @throws ShapeError for another shape; ArgumentError for points that are not finite
 */
export const flatPoints = (name: string, { shape }: ScoreModel, x: NdArray): { count: number; data: Float64Array } => {
  checkArray(name, x);
  const [count, ...rest] = x.shape;
  if (count === undefined || rest.join() !== shape.join())
    throw new ShapeError(
      `${name}: expected points of shape [${["n", ...shape].join(", ")}], found [${x.shape.join(", ")}]`,
    );
  const data = Float64Array.from(x.data as ArrayLike<number>, Number);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(
      `${name}: expected finite points, found ${data[bad]} in point ${Math.floor(bad / sizeOf(shape))}`,
    );
  return { count, data };
};

/** The element type to evaluate a model in at such points: their own where it is one of real numbers. */
export const floatType = ({ dtype }: NdArray): FloatType => (dtype === "float64" ? "float64" : "float32");

interface FieldSettings extends InstrumentOptions {
  /** In error messages. */
  readonly name: string;
  readonly dtype: FloatType;
  /** How many points are expected, so that no batch is larger than needed. */
  readonly rows: number;
  /** How many vectors go with each point. */
  readonly vectors?: number;
  /** How often evaluations are to be expected in all, for progress. Default `rows`. */
  readonly expected?: number;
}

/**
 * Compiles quantities of a model.
 * @param quantities of points [n, ...shape], times [n] and vectors [n, ...shape]: tensors with n rows
 */
export const compileField = async <K extends string>(
  model: ScoreModel,
  quantities: (x: Tensor, t: Tensor, vectors: readonly Tensor[]) => Record<K, Tensor>,
  settings: FieldSettings,
): Promise<Field<K>> => {
  const { name, dtype, rows, vectors: vectorCount = 0, runtime, signal, onProgress, expected = rows } = settings;
  const size = sizeOf(model.shape);
  const most = Math.max(1, Math.min(512, Math.floor(2 ** 19 / Math.max(1, size))));
  const batch = Math.max(1, Math.min(rows, settings.batch ?? most));
  checkWhole(`${name} batch`, settings.batch ?? batch);
  const points: Spec = { shape: [batch, ...model.shape], dtype };
  const compiled = await compile(
    (x: Tensor, t: Tensor, vectors: Tensor[]) => quantities(x, t, vectors),
    [points, { shape: [batch], dtype }, Array.from({ length: vectorCount }, () => points)],
    { runtime, name },
  );
  let done = 0;
  const at: Field<K>["at"] = async (x, time, ...vectors) => {
    const count = x.length / size;
    const result = {} as Record<K, Float64Array>;
    // Rows past the end repeat the last point: what is evaluated is always a point that was asked for.
    const part = (values: Float64Array, from: number, width: number): NdArray => {
      const rowsOf = storage(dtype, batch * width);
      for (let i = 0; i < batch; i++) {
        const row = Math.min(from + i, count - 1);
        for (let j = 0; j < width; j++) rowsOf[i * width + j] = values[row * width + j]!;
      }
      return ndarray(rowsOf, width === size ? [batch, ...model.shape] : [batch]);
    };
    for (let from = 0; from < count; from += batch) {
      signal?.throwIfAborted();
      const t =
        typeof time === "number"
          ? ndarray(storage(dtype, batch).fill(time))
          : { ...part(time, from, 1), shape: [batch] };
      const found = (await compiled(
        { ...part(x, from, size), shape: [batch, ...model.shape] },
        t,
        vectors.map((v) => ({ ...part(v, from, size), shape: [batch, ...model.shape] })),
      )) as Record<K, NdArray>;
      const taken = Math.min(batch, count - from);
      for (const key of Object.keys(found) as K[]) {
        const { data } = found[key];
        const width = data.length / batch;
        const into = (result[key] ??= new Float64Array(count * width));
        for (let i = 0; i < taken * width; i++) into[from * width + i] = Number(data[i]);
      }
      done += taken;
      onProgress?.({ done, total: Math.max(done, expected) });
    }
    return result;
  };
  return { at, dispose: () => compiled.dispose() };
};

/** Runs work with a field, and frees it, also after an error. */
export const withField = async <K extends string, R>(
  field: Promise<Field<K>>,
  work: (field: Field<K>) => Promise<R>,
): Promise<R> => {
  const open = await field;
  try {
    return await work(open);
  } finally {
    await open.dispose();
  }
};
