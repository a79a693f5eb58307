/** A model with a class for each row whose every quantity is known: Gaussians that differ in mean and width. */
import { constant, fromNested, matmul, type NdArray, type Tensor } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import type { Process } from "../process/process.ts";

/** Mean and deviation of each class, in the plane; no class is N(0, 4). */
export const classes = [
  { mean: [2, 0], deviation: 0.5 },
  { mean: [-1, 1], deviation: 1 },
  { mean: [0, -3], deviation: 0.8 },
] as const;
const none = { mean: [0, 0], deviation: 2 } as const;

const parts = (process: Process, x: Tensor, t: Tensor, { class: given }: Given) => {
  const rows = (list: readonly (readonly number[])[]): Tensor =>
    constant(fromNested(list as number[][], "float64")).cast(x.dtype);
  const chosen = (values: readonly (readonly number[])[], otherwise: readonly number[]): Tensor => {
    const base = rows([otherwise]).broadcastTo([x.shape[0]!, otherwise.length]);
    return given ? base.add(matmul(given, rows(values.map((value) => value.map((v, j) => v - otherwise[j]!))))) : base;
  };
  const mean = chosen(
    classes.map((c) => c.mean),
    none.mean,
  );
  const variance = chosen(
    classes.map((c) => [c.deviation ** 2]),
    [none.deviation ** 2],
  );
  const [alpha, sigma] = [expandTime(process.alpha(t), 2), expandTime(process.sigma(t), 2)];
  const marginal = variance.multiply(alpha.square()).add(sigma.square());
  return { alpha, variance, mean, marginal, offset: x.subtract(mean.multiply(alpha)) };
};

export const classModel = (process: Process): ScoreModel & Required<Pick<ScoreModel, "logDensity">> => ({
  process,
  shape: [2],
  conditions: { class: { shape: [3], classes: 3 } },
  denoise: (x, t, given = {}) => {
    const { alpha, variance, mean, marginal, offset } = parts(process, x, t, given);
    return mean.add(offset.multiply(variance.multiply(alpha).divide(marginal)));
  },
  score: (x, t, given = {}) => {
    const { marginal, offset } = parts(process, x, t, given);
    return offset.divide(marginal).negate();
  },
  logDensity: (x, t, given = {}) => {
    const { marginal, offset } = parts(process, x, t, given);
    const squares = offset.square().divide(marginal).sum(1);
    return squares
      .add(marginal.log().reshape([x.shape[0]!]).multiply(2))
      .multiply(-0.5)
      .subtract(Math.log(2 * Math.PI));
  },
});

/** The class of row i, or none: by no pattern that a batch could share. */
export const labelsOf = (count: number): (number | null)[] =>
  Array.from({ length: count }, (_, i) => [0, 1, 2, null][(i * i + 3 * Math.floor(i / 7)) % 4]!);

/** Rows of an array, as one. */
export const rowsOf = (x: NdArray<"float64">, rows: readonly number[]): NdArray<"float64"> => {
  const size = x.data.length / x.shape[0]!;
  const data = Float64Array.from(rows.flatMap((i) => Array.from(x.data.subarray(i * size, (i + 1) * size))));
  return { ...x, shape: [rows.length, ...x.shape.slice(1)], data };
};
