/** What is known of ground and pressure, as a constraint in the units of a model, and what samples are measured by. */
import { nonlinearConstraint } from "scorefield/core";
import { type NdArray, ndarray, type Tensor } from "scorefield/tensor";
import { type Darcy, darcyResidual } from "./darcy.ts";

/** Units of a model: log K by its deviation, and pressure by its mean and deviation. */
export interface DarcyUnits {
  readonly log: number;
  readonly centre: number;
  readonly pressure: number;
}

const half = (data: ArrayLike<number>, cells: number, channel: 0 | 1): Float64Array =>
  Float64Array.from(data).filter((_, k) => Math.floor(k / cells) % 2 === channel);

const moments = (values: Float64Array): { readonly mean: number; readonly deviation: number } => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
};

/** The units of pairs [n, 2, size, size]. */
export const darcyUnits = ({ data }: NdArray<"float64">, { size }: Darcy): DarcyUnits => {
  const pressure = moments(half(data, size * size, 1));
  return { log: moments(half(data, size * size, 0)).deviation, centre: pressure.mean, pressure: pressure.deviation };
};

/** Pairs in the units of a model, float32. */
export const toModel = ({ data, shape }: NdArray, units: DarcyUnits, { size }: Darcy): NdArray<"float32"> =>
  ndarray(
    Float32Array.from(data as Float64Array, (value, k) =>
      Math.floor(k / size ** 2) % 2 === 0 ? value / units.log : (value - units.centre) / units.pressure,
    ),
    shape,
  );

/** Samples of a model as pairs, float64. */
export const fromModel = ({ data, shape }: NdArray, units: DarcyUnits, { size }: Darcy): NdArray<"float64"> =>
  ndarray(
    Float64Array.from(data as Float64Array, (value, k) =>
      Math.floor(k / size ** 2) % 2 === 0 ? value * units.log : units.centre + value * units.pressure,
    ),
    shape,
  );

/** The equation in every cell, for samples of a model, [n, size * size]. */
export const darcyConstraint = ({ size }: Darcy, units: DarcyUnits) =>
  nonlinearConstraint(
    (x: Tensor) => {
      const field = (channel: number): Tensor =>
        x.slice([null, [channel, channel + 1]]).reshape([x.shape[0]!, size, size]);
      return darcyResidual(field(0).multiply(units.log), field(1).multiply(units.pressure).add(units.centre), size);
    },
    { name: "darcy" },
  );

/** Root mean square of an array. */
export const rootMeanSquare = ({ data }: NdArray): number =>
  Math.sqrt((data as Float64Array).reduce((sum, value) => sum + value * value, 0) / data.length);

/** Statistics of the pressure, relative to those of real pairs: the error of its mean field, and of the field of its deviation. */
export const pressureErrors = (samples: NdArray<"float64">, real: NdArray<"float64">, { size }: Darcy) => {
  const cells = size * size;
  const fields = ({ data, shape }: NdArray<"float64">) =>
    Array.from({ length: cells }, (_, i) =>
      moments(Float64Array.from({ length: shape[0]! }, (_, s) => data[(2 * s + 1) * cells + i]!)),
    );
  const [found, expected] = [fields(samples), fields(real)];
  const relative = (of: "mean" | "deviation") =>
    Math.sqrt(
      found.reduce((sum, value, i) => sum + (value[of] - expected[i]![of]) ** 2, 0) /
        expected.reduce((sum, value) => sum + value[of] ** 2, 0),
    );
  return { mean: relative("mean"), deviation: relative("deviation") };
};
