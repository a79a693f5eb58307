/** Bits per dimension: a density of continuous data as a code length for the integers that it stands for. */
import { type FloatType, type NdArray, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkArray } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { uniform } from "../random/uniform.ts";
import { type LogDensityOptions, logDensityDetails, logDensityOptions } from "./log-density.ts";

/** How integers became the model's data. */
export interface Quantisation {
  /** Values are whole numbers from 0 to levels - 1. Default 256: 8 bits. */
  readonly levels?: number;
  /**
   * What the model sees for the lowest and the highest value, by default [-1, 1]. Where training put the edges of the
   * cells at -1 and 1 instead, (value + u) / 128 - 1 for 8 bits, that is [-1 + 1/256, 1 - 1/256].
   */
  readonly range?: readonly [low: number, high: number];
}

/** Options of {@link dequantise}. */
export interface DequantiseOptions<D extends FloatType = FloatType> extends Quantisation {
  /** Default 0. */
  readonly seed?: number;
  /** Independent draws under one seed, default 0. */
  readonly draw?: number;
  /** Number of the first sample, default 0: so parts of some samples have the draws of all. */
  readonly firstSample?: number;
  /** Default float32. */
  readonly dtype?: D;
}

const quantisation = { levels: true, range: true } satisfies Known<Quantisation>;
const dequantiseOptions = {
  ...quantisation,
  seed: true,
  draw: true,
  firstSample: true,
  dtype: true,
} satisfies Known<DequantiseOptions>;

/** The width of a value's cell in the model's units. @throws ArgumentError for bad settings */
const cellWidth = ({ levels = 256, range = [-1, 1] }: Quantisation): number => {
  if (!(Number.isInteger(levels) && levels >= 2))
    throw new ArgumentError(`dequantise: expected at least 2 levels, found ${levels}`);
  const [low, high] = Array.isArray(range) ? range : [Number.NaN, Number.NaN];
  if (!(low < high && Number.isFinite(high - low)))
    throw new ArgumentError(`dequantise: expected a range [low, high] of low < high, found ${showValue(range)}`);
  return (high - low) / (levels - 1);
};

/**
 * Whole numbers as points of the model's space, uniform in their cells: low + width (value + u), u ~ U[-1/2, 1/2), with
 * width = (high - low) / (levels - 1) (uniform dequantisation: Theis et al. 2016, section 3.1).
 * @param values whole numbers of any element type, [n, ...shape]
 * @throws ArgumentError for values that are not whole numbers in range, and for bad settings
 */
export const dequantise = <D extends FloatType = "float32">(
  values: NdArray,
  options: DequantiseOptions<D> = {},
): NdArray<D> => {
  checkArray("dequantise values", values);
  checkOptions("dequantise", options, dequantiseOptions);
  const width = cellWidth(options);
  const { levels = 256, range: [low] = [-1, 1], seed = 0, draw = 0, firstSample = 0, dtype = "float32" as D } = options;
  const noise = uniform(values.shape, { seed, step: draw, firstSample, purpose: "augmentation", dtype: "float64" });
  const result = zeros(values.shape, dtype);
  for (let i = 0; i < result.data.length; i++) {
    const value = Number(values.data[i]);
    if (!(Number.isInteger(value) && value >= 0 && value < levels))
      throw new ArgumentError(`dequantise: expected whole numbers from 0 to ${levels - 1}, found ${value} at ${i}`);
    result.data[i] = low + width * (value + noise.data[i]! - 0.5);
  }
  return result;
};

/** Options of {@link bitsPerDimension}. */
export interface BitsOptions extends LogDensityOptions, Quantisation {
  /** Of the dequantisation. Default 0. */
  readonly seed?: number;
  /** Number of the first sample, default 0: see {@link dequantise}. */
  readonly firstSample?: number;
  /** Points drawn in each sample's cell, whose log-densities are averaged. Default 1. */
  readonly draws?: number;
  /** In which the model is evaluated. Default float32. */
  readonly dtype?: FloatType;
}

const bitsOptions = {
  ...logDensityOptions,
  ...quantisation,
  seed: true,
  firstSample: true,
  draws: true,
  dtype: true,
} satisfies Known<BitsOptions>;

/** The result of {@link bitsPerDimension}. */
export interface BitsPerDimension {
  /** Of each sample, [n]. */
  readonly bits: NdArray<"float64">;
  readonly mean: number;
  /** Of the mean over samples, from their spread: data, dequantisation and probes together. NaN for one sample. */
  readonly standardError: number;
  /** How far the mean may be off besides that, by the `errorEstimate` of `logDensityDetails`. */
  readonly errorEstimate: number;
}

/**
 * -log2 of the probability that a log-density gives to a cell, over the number of dimensions. By Jensen's inequality it
 * is an upper bound in expectation over the cell: -(log p / (d ln 2)) - log2(width).
 */
export const bitsOf = (logDensity: number, size: number, width: number): number =>
  -logDensity / (size * Math.LN2) - Math.log2(width);

/**
 * Bits per dimension of data of whole numbers, such as images of 8 bits, under a model of the scaled data. The model's
 * density is taken at `options.time`, under the least noise by default.
 * @param values whole numbers of any element type, [n, ...model.shape]
 * @throws ShapeError, ArgumentError as {@link dequantise} and `logDensityDetails`
 */
export const bitsPerDimension = async (
  model: ScoreModel,
  values: NdArray,
  options: BitsOptions = {},
): Promise<BitsPerDimension> => {
  checkModel("bitsPerDimension", model);
  checkArray("bitsPerDimension values", values);
  checkOptions("bitsPerDimension", options, bitsOptions);
  const { levels, range, seed, firstSample, draws = 1, dtype, ...rest } = options;
  if (!(Number.isInteger(draws) && draws > 0))
    throw new ArgumentError(`bitsPerDimension: expected draws to be a positive whole number, found ${draws}`);
  const [count] = values.shape;
  if (!count) throw new ShapeError(`bitsPerDimension: expected at least one sample, found shape [${values.shape}]`);
  const cells = { ...(levels !== undefined && { levels }), ...(range !== undefined && { range }) };
  const width = cellWidth(cells);
  const size = sizeOf(model.shape);
  const bits = zeros([count], "float64");
  let nats = 0;
  for (let draw = 0; draw < draws; draw++) {
    const x = dequantise(values, {
      ...cells,
      seed: seed ?? 0,
      firstSample: firstSample ?? 0,
      draw,
      dtype: dtype ?? "float32",
    });
    const { logDensity, errorEstimate } = await logDensityDetails(model, x, rest);
    for (let i = 0; i < count; i++) {
      bits.data[i]! += bitsOf(logDensity.data[i]!, size, width) / draws;
      nats += errorEstimate.data[i]! / draws / count;
    }
  }
  const mean = bits.data.reduce((sum, value) => sum + value, 0) / count;
  const squares = bits.data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  return { bits, mean, standardError, errorEstimate: nats / (size * Math.LN2) };
};
