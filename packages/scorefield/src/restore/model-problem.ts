/** A problem in the units of a run's data, as the same problem in the units of its model. */
import {
  applyOperator,
  gaussianNoise,
  isLinear,
  type LinearOperator,
  matrix,
  type Noise,
  type Operator,
} from "@scorefield/inverse";
import { operatorMatrix } from "@scorefield/inverse/internal";
import {
  castArray,
  compile,
  constant,
  type FloatType,
  type NdArray,
  ndarray,
  ShapeError,
  sizeOf,
} from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";

/** What stands between the model and the measurement, and what it makes of a measurement. */
export interface ModelProblem {
  readonly operator: Operator;
  readonly noise: Noise;
  /** A measurement [...operator.output] in the units that the user gave it in, as the problem takes it. */
  readonly measured: (y: NdArray) => Promise<NdArray>;
  /** What a misfit is in, in words. */
  readonly misfitUnits: string;
}

interface Standard {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** What numbers of a sample are, in words, for operators. */
export const dataUnits = ({ codec, made }: Pick<LoadedRun, "codec" | "made">): string => {
  if (codec.stored.kind === "images") return "intensity in [-1, 1]";
  return made.columns ? "units of the columns" : "units of the data";
};

const plainCodecs: readonly string[] = ["images", "none"];

/**
 * The scaling of a run between data and model.
 * @returns undefined where units are the same
 * @throws RunError where columns are coded by their ranks or as categories: an operator on the data is then none on the model's numbers
 */
const scalingOf = ({ path, codec, made }: LoadedRun): Standard | undefined => {
  const { kind, ...stored } = codec.stored;
  if (plainCodecs.includes(kind)) return undefined;
  if (kind === "standard") return stored as unknown as Standard;
  if (codec.affine) return codec.affine;
  throw new RunError(
    `${path}: expected a run whose model works in the units of its data, or in these shifted and scaled; found the scaling ${kind}` +
      `${made.columns ? ", which codes columns by their ranks or as categories. Fill missing cells with scorefield impute, or train on numbers with --set scaling=standard" : ""}`,
  );
};

/** Refuses a run that nothing is restored with, before measurements are read. @throws RunError as {@link modelProblem} */
export const checkUnits = (run: LoadedRun): void => {
  if (run.codec.stored.kind !== "waveform") scalingOf(run);
};

/**
 * The problem where data are the model's numbers times one factor d, as waveforms are. With Gaussian noise, y / d = A z + e / d keeps the form
 * of A.
 * @throws RunError for other noise that is added
 */
const scaledProblem = (run: LoadedRun, d: number, operator: Operator, noise: Noise): ModelProblem => {
  const misfitUnits = operator.units.output;
  const units = { input: "deviations of the waveform", output: misfitUnits };
  if (!isLinear(operator))
    return {
      operator: { ...operator, units, apply: (z) => operator.apply(z.multiply(d)) },
      noise,
      measured: async (y) => y,
      misfitUnits,
    };
  if (noise.sigma === undefined)
    throw new RunError(
      `${run.path}: expected Gaussian noise of one deviation for a linear operator on a waveform, found ${noise.kind}; take gaussian:SIGMA`,
    );
  return {
    operator: { ...operator, units: { input: units.input, output: units.input } } as LinearOperator,
    noise: gaussianNoise({ sigma: noise.sigma / d }),
    measured: async (y) => ({
      dtype: "float64",
      shape: y.shape,
      data: Float64Array.from(y.data as Float64Array, (value) => value / d),
    }),
    misfitUnits: units.input,
  };
};

/** Refuses an operator for samples of another shape than the data's. */
export const checkFits = ({ made, path }: LoadedRun, operator: Operator): void => {
  if (operator.input.join() !== made.shape.join())
    throw new ShapeError(
      `operator: expected one of samples [${made.shape.join(", ")}], as ${path} draws them, found ${operator.kind} of [${operator.input.join(", ")}]; leave its input out`,
    );
};

/**
 * The problem in the units of the model. Where data are shifted and scaled, x = m + S z, and noise is added,
 *
 *     y = A x + e, e ~ N(0, R)    is    W (y - A m) = W A S z + N(0, 1), with W R W* = 1
 *
 * and a misfit is then in deviations of the noise. Other additive noise keeps its units. Any other operator or noise is applied to m + S z.
 * @throws RunError for a run whose data are coded in another way; ShapeError for an operator of other samples
 */
export const modelProblem = async (run: LoadedRun, operator: Operator, noise: Noise): Promise<ModelProblem> => {
  const { kind, deviation } = run.codec.stored;
  if (kind === "waveform") {
    checkFits(run, operator);
    return scaledProblem(run, deviation as number, operator, noise);
  }
  const scaling = scalingOf(run);
  checkFits(run, operator);
  const misfitUnits = operator.units.output;
  if (!scaling) return { operator, noise, measured: async (y) => y, misfitUnits };
  const { input, output } = operator;
  const about = { input, units: "standard deviations of the columns" };
  const [mean, scale] = [scaling.mean, scaling.scale].map((values) =>
    ndarray(Float64Array.from(values), [1, ...input]),
  );
  if (!isLinear(operator) || !noise.additive)
    return {
      operator: {
        kind: operator.kind,
        input,
        output,
        units: { input: about.units, output: operator.units.output },
        recipe: operator.recipe,
        apply: (z) =>
          operator.apply(
            z
              .multiply(constant(castArray(scale!, z.dtype as FloatType)))
              .add(constant(castArray(mean!, z.dtype as FloatType))),
          ),
      },
      noise,
      measured: async (y) => y,
      misfitUnits,
    };
  const whiten = noise.whiten && ((y: Parameters<NonNullable<Noise["whiten"]>>[0]) => noise.whiten!(y));
  const m = sizeOf(output);
  const whitened: Operator = {
    ...operator,
    apply: (z) => {
      const y = operator.apply(z.multiply(constant(castArray(scale!, z.dtype as FloatType))));
      return whiten ? whiten(y) : y;
    },
  };
  const values = await operatorMatrix("restore", whitened);
  const atMean = await applyOperator(operator, mean!);
  const measured = async (y: NdArray): Promise<NdArray> => {
    const rest = castArray(y as NdArray<FloatType>, "float64").data.map((value, i) => value - atMean.data[i]!);
    const array = ndarray(rest, [1, ...output]);
    if (!whiten) return { ...array, shape: [m] };
    const compiled = await compile(whiten, [{ shape: [1, ...output], dtype: "float64" }], { name: "whiten" });
    try {
      return { ...(await compiled(array)), shape: [m] };
    } finally {
      await compiled.dispose();
    }
  };
  return {
    operator: matrix({ ...about, matrix: ndarray(values, [m, sizeOf(input)]) }),
    noise: whiten ? gaussianNoise({ sigma: 1 }) : noise,
    measured,
    misfitUnits: whiten ? "deviations of the noise" : misfitUnits,
  };
};
