/** What is known of flows by Burgers' equation, as constraints in the units of a model, and what samples are measured by. */
import { linearConstraint, nonlinearConstraint } from "scorefield/core";
import { castArray, type NdArray, ndarray, type Tensor } from "scorefield/tensor";
import { advanced, type Burgers, burgersErrors, spectrum } from "./burgers.ts";

/** Data divided by their deviation, for a model, float32. */
export const scaled = (data: NdArray<"float64">): { readonly x: NdArray<"float32">; readonly unit: number } => {
  const unit = Math.sqrt(data.data.reduce((sum, value) => sum + value * value, 0) / data.data.length);
  return {
    x: castArray(
      ndarray(
        data.data.map((value) => value / unit),
        data.shape,
      ),
      "float32",
    ),
    unit,
  };
};

/** Samples of a model in the units of the data, float64. */
export const unscaled = ({ data, shape }: NdArray, unit: number): NdArray<"float64"> =>
  ndarray(
    Float64Array.from(data as Float64Array, (value) => value * unit),
    shape,
  );

/** Every snapshot has the mass of the first: linear equations, for any unit. */
export const massConstraint = ({ cells, snapshots }: Burgers) =>
  linearConstraint({
    matrix: Array.from({ length: snapshots - 1 }, (_, t) =>
      Array.from({ length: snapshots * cells }, (_, k) => {
        const snapshot = Math.floor(k / cells);
        return snapshot === 0 ? -1 / cells : snapshot === t + 1 ? 1 / cells : 0;
      }),
    ),
    values: new Array<number>(snapshots - 1).fill(0),
  });

/** Every snapshot is where the solver takes the one before it, in units of the data's deviation: a solver is differentiable. */
export const solverConstraint = (problem: Burgers, unit: number) => {
  const { cells, snapshots } = problem;
  return nonlinearConstraint(
    (x: Tensor) => {
      const n = x.shape[0]!;
      const before = x.slice([null, [0, snapshots - 1]]).reshape([n * (snapshots - 1), cells]);
      const after = x.slice([null, [1, snapshots]]).reshape([n * (snapshots - 1), cells]);
      const solved = advanced(before.multiply(unit), problem).divide(unit);
      return after.subtract(solved).reshape([n, (snapshots - 1) * cells]);
    },
    { name: "burgers" },
  );
};

/** Errors of samples in the units of the data: mass, residual, and the mean error of the spectrum's logarithm (base 10), waves 1 to 8. */
export const flowErrors = (samples: NdArray<"float64">, real: NdArray<"float64">, problem: Burgers) => {
  const [found, expected] = [spectrum(samples, problem), spectrum(real, problem)];
  const waves = Array.from({ length: 8 }, (_, k) => Math.abs(Math.log10(found[k]! / expected[k]!)));
  return { ...burgersErrors(samples, problem), spectrum: waves.reduce((a, b) => a + b) / waves.length };
};
