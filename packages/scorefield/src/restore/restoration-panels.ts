/** What was restored as pictures: the measurement, mean, draws, deviation, truth and error. */
import { isLinear, type Operator } from "@scorefield/inverse";
import { compile, type FloatType, type NdArray, type Shape, type Spec, sizeOf, type Tensor } from "@scorefield/tensor";
import type { Panel } from "../figure/picture-row.ts";
import type { LoadedRun } from "../run/load.ts";
import type { Restored } from "./restore-run.ts";

/** A shape as that of a picture [1 or 3, height, width]; undefined where it is none. */
const pictureShape = (shape: Shape): Shape | undefined => {
  const flat = shape.length > 3 ? undefined : shape.length === 2 ? [1, ...shape] : shape;
  return flat?.length === 3 && (flat[0] === 1 || flat[0] === 3) && flat[1]! * flat[2]! > 1 ? flat : undefined;
};

/** Whether samples of a run can be drawn as pictures. */
export const drawsPictures = ({ made }: Pick<LoadedRun, "made">): boolean => pictureShape(made.shape) !== undefined;

/** A function of tensors on one host array. */
const once = async (name: string, call: (x: Tensor) => Tensor, array: NdArray<"float64">): Promise<NdArray> => {
  const shape = [1, ...array.shape];
  const compiled = await compile((x: Tensor) => call(x), [{ shape, dtype: "float64" } as Spec], { name });
  try {
    return await compiled({ ...array, shape } as NdArray);
  } finally {
    await compiled.dispose();
  }
};

const rangeOf = (arrays: readonly NdArray<"float64">[]): readonly [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { data } of arrays)
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return [low, high];
};

const short = (value: number): string => `${Number(value.toPrecision(2))}`;

/** The measurement as a picture: as it is, in its place in the sample, or by the least-norm solution. Undefined where there is none. */
const measuredPanel = async (
  operator: Operator,
  y: NdArray<"float64">,
  range: readonly [number, number] | undefined,
): Promise<Panel | undefined> => {
  const own = pictureShape(operator.output);
  const title = "measurement";
  const samePixels = operator.units.output === operator.units.input;
  if (own) {
    const values = { ...y, shape: own };
    const at = range && samePixels ? range : rangeOf([values]);
    return { title, about: operator.output.join(" x "), values, range: at };
  }
  const shape = pictureShape(operator.input);
  if (!shape || !isLinear(operator)) return undefined;
  if (operator.selects) {
    const area = sizeOf(shape.slice(1));
    const ones = { ...y, data: new Float64Array(y.data.length).fill(1) };
    const place = (of: NdArray<"float64">) => once("mask", operator.adjoint, of);
    const [values, seen] = [await place(y), await place(ones)];
    const pixels = Float64Array.from({ length: area }, (_, p) =>
      [...Array(shape[0]!).keys()].some((c) => Number(seen.data[c * area + p]) > 0.5) ? 1 : 0,
    );
    const filled = {
      dtype: "float64",
      shape,
      data: Float64Array.from(values.data as Float64Array),
    } as NdArray<"float64">;
    return { title, about: "blue-grey: not seen", values: filled, range: range ?? rangeOf([y]), seen: pixels };
  }
  const least = await once("least norm", operator.pseudoInverse, y);
  const values = { dtype: "float64", shape, data: Float64Array.from(least.data as Float64Array) } as NdArray<"float64">;
  return { title, about: "least-norm solution", values, range: range ?? rangeOf([values]) };
};

const shownDraws = 3;

/**
 * Panels of what was restored, in one row.
 * @param y the measurement, [...operator.output]
 * @returns no panels where samples are no pictures
 */
export const restorationPanels = async (
  run: LoadedRun,
  operator: Operator,
  y: NdArray<"float64">,
  { draws, mean, deviation, quality }: Restored,
  truth?: NdArray<FloatType>,
): Promise<Panel[]> => {
  const shape = pictureShape(run.made.shape);
  if (!shape) return [];
  const picture = (values: ArrayLike<number>): NdArray<"float64"> => ({
    dtype: "float64",
    shape,
    data: Float64Array.from(values),
  });
  const size = sizeOf(shape);
  const own = truth && picture(truth.data);
  const range = run.codec.stored.kind === "images" ? ([-1, 1] as const) : rangeOf([mean, ...(own ? [own] : [])]);
  const count = draws.shape[0]!;
  const error = own && picture(mean.data.map((value, i) => Math.abs(value - own.data[i]!)));
  // Both on one scale, so that they can be compared.
  const most = Math.max(
    1e-12,
    ...(deviation ? [rangeOf([deviation])[1]] : []),
    ...(error ? [rangeOf([error])[1]] : []),
  );
  const scale = `0 (dark) to ${short(most)}`;
  const measured = await measuredPanel(operator, y, run.codec.stored.kind === "images" ? range : undefined);
  return [
    ...(measured ? [measured] : []),
    {
      title: count > 1 ? `mean of ${count}` : "restored",
      ...(quality?.psnr !== undefined && { about: `PSNR ${quality.psnr.toFixed(1)} dB` }),
      values: picture(mean.data),
      range,
    },
    ...(own ? [{ title: "truth", values: own, range }] : []),
    ...(count > 1
      ? Array.from({ length: Math.min(shownDraws, count) }, (_, i) => ({
          title: `draw ${i + 1}`,
          values: picture(draws.data.subarray(i * size, (i + 1) * size)),
          range,
        }))
      : []),
    ...(deviation
      ? [{ title: "deviation", about: scale, values: picture(deviation.data), range: [0, most] as const, size: true }]
      : []),
    ...(error
      ? [
          {
            title: "|mean - truth|",
            about: deviation ? "same scale" : scale,
            values: error,
            range: [0, most] as const,
            size: true,
          },
        ]
      : []),
  ];
};
