/** Between the units of a table and a model's units: fitted on training rows, kept in the run, undone on samples. */
import { uniform } from "@scorefield/core";
import { fitStandardisation, standardise, unstandardise } from "@scorefield/data";
import { castArray, type FloatType, type NdArray, type Shape, ShapeError, zeros } from "@scorefield/tensor";
import { type Codec, type EncodeDraw, identity, type StoredCodec, type Volume } from "../codec.ts";
import { checkScaling, type Scaling, type ScalingKind } from "./check-scaling.ts";
import { columnOf } from "./column.ts";
import { type Distribution, fitDistribution, quantileMap } from "./quantile.ts";

export type { Scaling, ScalingKind } from "./check-scaling.ts";

/**
 * Fits a scaling to rows [n, columns]. A constant column becomes zeros and comes back as its constant.
 * @param names of the columns, for errors
 * @throws DataError when there is no row, or a column to be standardised has no finite variance
 */
export const fitScaling = (kind: ScalingKind, rows: NdArray<FloatType>, names?: readonly string[]): Scaling => {
  const columns = Array.from({ length: rows.shape[1] ?? 0 }, (_, j) => columnOf(rows, j));
  if (kind === "none") return { kind };
  if (kind === "quantile") return { kind, columns: columns.map(fitDistribution) };
  const { mean, scale } = fitStandardisation(rows, names);
  // A scale of 0 brings samples of a constant column back to exactly its value.
  return { kind, mean, scale: scale.map((value, j) => (columns[j]!.every((x) => x === columns[j]![0]) ? 0 : value)) };
};

const checkColumns = (width: number, expected: number): void => {
  if (width !== expected) throw new ShapeError(`scaling: expected ${expected} columns, as in training, found ${width}`);
};

const mapColumns = (
  rows: NdArray<FloatType>,
  maps: readonly ((value: number, i: number) => number)[],
): NdArray<"float64"> => {
  const width = rows.shape.at(-1)!;
  checkColumns(width, maps.length);
  const result = zeros(rows.shape, "float64");
  for (let i = 0; i < rows.data.length; i++) result.data[i] = maps[i % width]!(rows.data[i]!, i);
  return result;
};

/**
 * Rows in the units of the model, float32.
 * @param rows [n, columns]
 * @param draw `seed`, and `part` to set sets of rows apart: they decide where in its range of ranks a repeated value goes.
 *   `steady`: in the middle
 * @throws ShapeError for another number of columns than fitted
 */
export const applyScaling = (
  scaling: Scaling,
  rows: NdArray<FloatType>,
  { seed, part, steady = false }: EncodeDraw,
): NdArray<"float32"> => {
  switch (scaling.kind) {
    case "none":
      return castArray(rows, "float32");
    case "standard":
      checkColumns(rows.shape[1]!, scaling.scale.length);
      return standardise(rows, { mean: scaling.mean, scale: scaling.scale.map((value) => value || 1) }, "float32");
    case "quantile": {
      const u = steady
        ? new Float64Array(rows.data.length).fill(0.5)
        : uniform(rows.shape, { seed, step: part, purpose: "augmentation", dtype: "float64" }).data;
      const maps = scaling.columns.map(quantileMap);
      return castArray(
        mapColumns(
          rows,
          maps.map((map) => (value, i) => map.toScore(value, u[i]! + 2 ** -54)),
        ),
        "float32",
      );
    }
  }
};

/**
 * Samples in the units of the data, float64; the inverse of {@link applyScaling}.
 * @throws ShapeError for another number of columns than fitted
 */
export const invertScaling = (scaling: Scaling, samples: NdArray<FloatType>): NdArray<"float64"> => {
  switch (scaling.kind) {
    case "none":
      return castArray(samples, "float64");
    case "standard":
      checkColumns(samples.shape[1]!, scaling.scale.length);
      return unstandardise(samples, scaling, "float64");
    case "quantile": {
      const maps = scaling.columns.map(quantileMap);
      return mapColumns(
        samples,
        maps.map((map) => map.toValue),
      );
    }
  }
};

/** Densities of rows by the slope of each column's quantile map. @throws ShapeError for another number of columns */
const quantileVolume = (columns: readonly Distribution[]): Codec["volume"] => {
  if (columns.some(({ values }) => values.length === 1)) return undefined;
  const maps = columns.map(quantileMap);
  return (values, encoded): Volume => {
    const [n = 0, width = 0] = values.shape;
    checkColumns(width, maps.length);
    const logVolume = new Float64Array(n);
    const atoms = new Int32Array(n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < width; j++) {
        const found = maps[j]!.volume(values.data[i * width + j]!, encoded.data[i * width + j]!);
        logVolume[i]! += found.logVolume;
        if (found.atom) atoms[i]!++;
      }
    return { logVolume, atoms };
  };
};

const standardVolume = (scale: readonly number[]): Codec["volume"] => {
  if (scale.includes(0)) return undefined;
  const each = scale.reduce((sum, value) => sum - Math.log(value), 0);
  return ({ shape: [n = 0] }) => ({ logVolume: new Float64Array(n).fill(each), atoms: new Int32Array(n) });
};

const beyondRange =
  (columns: readonly Distribution[]) =>
  ({ data, shape: [n = 0, width = 0] }: NdArray<FloatType>): number => {
    const beyond = (i: number): boolean =>
      columns.some(({ values }, j) => {
        const value = data[i * width + j]!;
        return value < values[0]! || value > values.at(-1)!;
      });
    return Array.from({ length: n }, (_, i) => i).filter(beyond).length;
  };

/**
 * The codec of a fitted scaling.
 * @param shape of a sample, which the scaling has to be for; default not checked
 * @throws ArgumentError for a scaling of another kind, or one that no rows have
 */
export const scalingCodec = (stored: StoredCodec, shape?: Shape): Codec => {
  const scaling = checkScaling(stored, shape);
  if (scaling.kind === "none") return identity;
  const volume = scaling.kind === "quantile" ? quantileVolume(scaling.columns) : standardVolume(scaling.scale);
  return {
    stored,
    encode: (values, draw) => applyScaling(scaling, values, draw),
    decode: (samples) => invertScaling(scaling, samples),
    ...(volume && { volume }),
    smooth: scaling.kind === "standard" && volume !== undefined,
    because: volume ? "quantile scaling" : "a constant column",
    ...(scaling.kind === "quantile" && { beyond: beyondRange(scaling.columns) }),
  };
};
