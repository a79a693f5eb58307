/** The normal distribution: a mixture of one. */
import { ShapeError, sizeOf } from "@scorefield/tensor";
import { checkOptions, type Known } from "../part/check-options.ts";
import { gaussianComponent, toFloat64, type Values } from "./gaussian-component.ts";
import { type Mixture, mixtureFrom } from "./mixture.ts";

/** Options of {@link gaussian}. */
export interface GaussianOptions {
  /** Its shape is the shape of a sample. */
  readonly mean: Values;
  /**
   * One variance for all elements (default 1), a variance for each, or the full matrix of the flattened sample, in units
   * of the data squared. Singular covariances are allowed: points, lines, planes.
   */
  readonly covariance?: Values;
}

/**
 * The Gaussian N(mean, covariance).
 * @throws ShapeError for a covariance that does not fit the mean; ArgumentError unless it is symmetric positive
 *   semidefinite and everything finite
 */
export const gaussian = (options: GaussianOptions): Mixture => {
  checkOptions("gaussian", options, { mean: true, covariance: true } satisfies Known<GaussianOptions>);
  const { mean, covariance = 1 } = options;
  const { shape, data } = toFloat64(mean);
  if (sizeOf(shape) === 0) throw new ShapeError(`gaussian: expected a mean of at least one number, found [${shape}]`);
  return mixtureFrom(shape, Float64Array.of(1), [gaussianComponent("gaussian: covariance", data, covariance)]);
};
