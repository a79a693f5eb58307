/**
 * Whole lines of k-space seen by coils, in closed form, for `bench/mri.ts`. Each column of the image is a problem of its own once the
 * transform along the columns' axis is undone, of 2 * 128 real numbers, so that products cost little and nothing is iterated.
 */
import { type Process, type ScoreModel, scheduleAt } from "@scorefield/core";
import { type LinearOperator, linearOperator, mri } from "@scorefield/inverse";
import { concat, constant, matmul, type NdArray, ndarray, sliceAxis, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { cholesky } from "../packages/inverse/src/solve/cholesky.ts";
import { columns, pixels, rows } from "./heads.ts";
import { runOnce } from "./run-once.ts";

export const runtime = native({ threads: 1 });
export const coils = 8;

/** Runs a function of one array once. */
export const evaluate = async (f: (x: Tensor) => Tensor, x: NdArray): Promise<Float32Array> =>
  (await runOnce(f, x, runtime)).data as Float32Array;

/** The operator of all points of a mask, for any mask. */
export const operatorOf = (maps: NdArray, mask: Float32Array, steps = 30): LinearOperator =>
  mri({ input: [rows, columns, 2], maps, mask: ndarray(mask, [rows, columns]), steps });

/** k-space of coils [coils, rows, columns, 2] where a mask is 1, else 0. */
export const masked = (kspace: ArrayLike<number>, mask: Float32Array): Float32Array =>
  Float32Array.from(kspace, (value, at) => (mask[(at >> 1) % pixels] === 1 ? value : 0));

/** The measured points of all coils, in the operator's order. */
export const pointsOf = (kspace: ArrayLike<number>, mask: Float32Array): NdArray => {
  const values: number[] = [];
  for (let c = 0; c < coils; c++)
    for (let p = 0; p < pixels; p++)
      if (mask[p] === 1) values.push(kspace[2 * (c * pixels + p)]!, kspace[2 * (c * pixels + p) + 1]!);
  return ndarray(Float32Array.from(values), [1, coils, values.length / (2 * coils), 2]);
};

/** Maps times a complex image of unit size, point by point. */
const turned = (maps: NdArray, phase: ArrayLike<number>): NdArray => {
  const data = new Float32Array(maps.data.length);
  for (let at = 0; at < data.length; at += 2) {
    const p = at % (2 * pixels);
    const [a, b, c, d] = [Number(maps.data[at]), Number(maps.data[at + 1]), phase[p]!, phase[p + 1]!];
    data[at] = a * c - b * d;
    data[at + 1] = a * d + b * c;
  }
  return ndarray(data, maps.shape);
};

/**
 * Maps turned so that the image is nearly real: by the phase of what is reconstructed of the measured lines by least squares, smoothed by
 * a Hann window of k-space of this width.
 */
export const withPhase = async (
  maps: NdArray,
  kspace: Float32Array,
  mask: Float32Array,
  width = 28,
): Promise<NdArray> => {
  const window = (i: number, n: number): number =>
    Math.abs(i - n / 2) < width / 2 ? 0.5 + 0.5 * Math.cos((2 * Math.PI * (i - n / 2)) / width) : 0;
  const [operator, one] = [
    operatorOf(maps, mask, 15),
    mri({ input: [rows, columns, 2], mask: ndarray(new Float32Array(pixels).fill(1), [rows, columns]) }),
  ];
  const smooth = ndarray(
    Float32Array.from({ length: 2 * pixels }, (_, at) => {
      const p = at >> 1;
      return window(Math.floor(p / columns), rows) * window(p % columns, columns);
    }),
    [1, 1, pixels, 2],
  );
  const image = await evaluate(
    (y) => one.adjoint(one.apply(operator.solve(operator.adjoint(y), 0.01)).multiply(constant(smooth))),
    pointsOf(kspace, mask),
  );
  const phase = new Float32Array(2 * pixels);
  for (let p = 0; p < pixels; p++) {
    const size = Math.hypot(image[2 * p]!, image[2 * p + 1]!);
    phase[2 * p] = size > 0 ? image[2 * p]! / size : 1;
    phase[2 * p + 1] = size > 0 ? image[2 * p + 1]! / size : 0;
  }
  return turned(maps, phase);
};

/**
 * Images [2, rows, columns], real and imaginary part, through coils with lines measured: y = B x + noise of the measurement's own deviation,
 * with B* B = A* A and y = B^-* A* y_measured. B is Cholesky's factor for each column.
 */
export const lineOperator = (maps: NdArray, mask: Float32Array) => {
  const d = 2 * rows;
  // A point spread along a column, between pixels that are `step` apart.
  const spread = (step: number): [number, number] => {
    let [re, im] = [0, 0];
    for (let r = 0; r < rows; r++) {
      if (mask[r * columns] !== 1) continue;
      const angle = (2 * Math.PI * (r - rows / 2) * step) / rows;
      re += Math.cos(angle) / rows;
      im += Math.sin(angle) / rows;
    }
    return [re, im];
  };
  const spreads = Array.from({ length: 2 * rows - 1 }, (_, k) => spread(k - rows + 1));
  const factors = new Float32Array(columns * d * d);
  const inverses = new Float32Array(columns * d * d);
  for (let j = 0; j < columns; j++) {
    const gram = new Float64Array(d * d);
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < rows; k++) {
        // sum over coils of conj(S(i)) S(k), times the spread
        let [re, im] = [0, 0];
        for (let c = 0; c < coils; c++) {
          const [p, q] = [2 * ((c * rows + i) * columns + j), 2 * ((c * rows + k) * columns + j)];
          const [a, b, e, f] = [maps.data[p]!, maps.data[p + 1]!, maps.data[q]!, maps.data[q + 1]!].map(Number) as [
            number,
            number,
            number,
            number,
          ];
          re += a * e + b * f;
          im += a * f - b * e;
        }
        const [u, v] = spreads[i - k + rows - 1]!;
        const [x, y] = [re * u - im * v, re * v + im * u];
        gram[i * d + k] = x;
        gram[(rows + i) * d + rows + k] = x;
        gram[i * d + rows + k] = -y;
        gram[(rows + i) * d + k] = y;
      }
    // What is not measured at all counts as measured with a thousand times the noise.
    for (let i = 0; i < d; i++) gram[i * d + i]! += 1e-6;
    const { factor, inverse } = cholesky(gram, d)!;
    factors.set(factor, j * d * d);
    inverses.set(inverse, j * d * d);
  }
  const matrices = ndarray(factors, [columns, d, d]);
  const input = [2, rows, columns];
  /** [n, 2, rows, columns] to [columns, n, 2 rows], and back. */
  const toColumns = (x: Tensor): Tensor => x.transpose([3, 0, 1, 2]).reshape([columns, x.shape[0]!, d]);
  const operator = linearOperator({
    kind: "coil-lines",
    input,
    output: [columns, d],
    units: { input: "intensity", output: "intensity" },
    recipe: { kind: "coil-lines" },
    normBound: 1.01,
    steps: 20,
    apply: (x) => matmul(toColumns(x), constant(matrices).cast(x.dtype)).transpose([1, 0, 2]),
    adjoint: (y) =>
      matmul(y.transpose([1, 0, 2]), constant(matrices).cast(y.dtype).transpose([0, 2, 1]))
        .reshape([columns, y.shape[0]!, 2, rows])
        .transpose([1, 2, 3, 0]),
  });
  const full = operatorOf(maps, mask);
  /** What is measured, [columns, 2 rows], of k-space. */
  const measure = async (kspace: Float32Array): Promise<NdArray> => {
    const back = await evaluate((y) => full.adjoint(y), pointsOf(kspace, mask));
    const y = new Float32Array(columns * d);
    for (let j = 0; j < columns; j++)
      for (let i = 0; i < d; i++) {
        let sum = 0;
        for (let k = 0; k <= i; k++)
          sum += inverses[(j * d + i) * d + k]! * back[2 * ((k % rows) * columns + j) + (k < rows ? 0 : 1)]!;
        y[j * d + i] = sum;
      }
    return ndarray(y, [columns, d]);
  };
  return { operator, measure };
};

/**
 * The prior of [2, rows, columns]: the first channel by a model of real images; the second, what an estimate of the phase leaves over, is Gaussian
 * with a small deviation, each pixel alone.
 */
export const nearlyReal = (model: ScoreModel, process: Process, imaginary: number): ScoreModel => ({
  process,
  shape: [2, rows, columns],
  denoise: (x, t) => {
    const { sigma } = scheduleAt(process, t, x);
    const rest = sliceAxis(x, 1, 1, 2)
      .multiply(imaginary ** 2)
      .divide(sigma.square().add(imaginary ** 2));
    return concat([model.denoise(sliceAxis(x, 1, 0, 1), t), rest], 1);
  },
});
