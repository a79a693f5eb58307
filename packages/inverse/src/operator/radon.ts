/** Computed tomography: line integrals of an image along parallel rays or a fan of rays. */
import { ArgumentError, setting } from "@scorefield/core";
import { checkOptions } from "@scorefield/core/internal";
import {
  cast,
  constant,
  matmul,
  multiply,
  ndarray,
  reshape,
  type Shape,
  sparseMultiply,
  sparseTranspose,
  type Tensor,
} from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { positiveNormBound } from "../solve/positive-norm.ts";
import { declareOperator } from "./declare-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { linearOperator } from "./linear-operator.ts";
import { checkSamples, type LinearOperator } from "./operator.ts";
import { type RampWindow, rampMatrix } from "./ramp-filter.ts";
import { backProjectionMatrix, projectionMatrix, rayWeights, type Scan, spacingAtCentre } from "./rays.ts";

/** A tomograph. */
export interface Radon extends LinearOperator {
  /**
   * Filtered back-projection, an approximate inverse (Ramachandran & Lakshminarayanan 1971 for parallel rays; Kak & Slaney
   * 1988, section 3.4.2 for a flat fan, which needs a whole turn). It is no pseudo-inverse: A of it differs from y.
   * @param y [n, ...output]
   * @param options `window` "ramp" (default), or "hann", which damps noise
   * @returns [n, ...input]
   * @throws ShapeError for another shape; ArgumentError for another window, and a fan of less than a turn
   */
  filteredBackProjection(y: Tensor, options?: { readonly window?: RampWindow }): Tensor;
}

const settings = {
  views: setting.whole({ least: 1, default: 180, help: "number of angles" }),
  first: setting.number({ default: 0, help: "angle of the first view, in degrees" }),
  range: setting.number({
    above: 0,
    most: 360,
    otherwise: "180, or 360 with a fan",
    help: "degrees that the views divide evenly; its end is not a view",
  }),
  detectors: setting.whole({
    least: 1,
    otherwise: "as many as the diagonal of the image needs",
    help: "number of detectors",
  }),
  spacing: setting.number({
    above: 0,
    otherwise: "1, or with a fan 1 at the centre of rotation",
    help: "distance of two detectors, in pixels",
  }),
  offset: setting.number({
    default: 0,
    help: "where the centre of rotation is on the detector, from its middle, in detectors",
  }),
  source: setting.nullable(setting.number({ above: 0, help: "distance" }), {
    default: null,
    help: "distance of the source from the centre of rotation, in pixels; null: parallel rays",
  }),
  detector: setting.number({
    least: 0,
    default: 0,
    help: "distance of the flat detector from the centre of rotation, in pixels, with a fan",
  }),
  ...gradientSteps(),
};

/** Options of {@link radon}. */
export type RadonOptions = setting.OptionsOf<typeof settings> & {
  readonly input: Shape;
  readonly units?: string | undefined;
};

/**
 * Line integrals by Joseph's method. The adjoint is the exact transpose, by the same weights. The last two axes of `input` are
 * rows and columns of an image; others, such as channels, are kept. y is [..., views, detectors], in units of x times a pixel.
 * @throws ArgumentError for an input of less than two axes, and for a source within the circle around the image
 */
export const radon = declareOperator({
  kind: "radon",
  family: "imaging",
  summary: "computed tomography: line integrals along parallel rays or a fan",
  source: "Radon 1917; Joseph 1982",
  settings,
  make: (values, about): Radon => {
    const { steps } = values;
    const scan = scanOf(about.input, values);
    const { views, detectors, image } = scan;
    const leading = about.input.slice(0, -2);
    const output = [...leading, views, detectors];
    const [rays, pixels] = [views * detectors, image[0] * image[1]];
    const matrix = projectionMatrix(scan);
    const flat = (x: Tensor, size: number): Tensor => reshape(x, [...x.shape.slice(0, -2), size]);
    const parts = linearOperator({
      ...about,
      steps,
      output,
      units: { input: about.units.input, output: `${about.units.input}, times a pixel's side` },
      normBound: positiveNormBound(matrix),
      apply: (x) => reshape(sparseMultiply(matrix, flat(x, pixels)), [x.shape[0]!, ...output]),
      adjoint: (y) => reshape(sparseMultiply(sparseTranspose(matrix), flat(y, rays)), [y.shape[0]!, ...about.input]),
    });
    let back: ReturnType<typeof backProjectionMatrix> | undefined;
    return {
      ...parts,
      filteredBackProjection: (y, options = {}) => {
        checkOptions("radon filteredBackProjection", options, { window: true });
        const { window = "ramp" } = options;
        if (window !== "ramp" && window !== "hann")
          throw new ArgumentError(
            `radon filteredBackProjection window: expected ramp or hann, found ${showValue(window)}`,
          );
        if (scan.fan && scan.range < 360)
          throw new ArgumentError(
            `radon filteredBackProjection: expected a fan over 360 degrees, found ${scan.range}; use pseudoInverse or totalVariation`,
          );
        checkSamples("radon filteredBackProjection", y, output);
        back ??= backProjectionMatrix(scan);
        const weighted = multiply(y, cast(constant(ndarray(rayWeights(scan))), y.dtype));
        const filter = rampMatrix(detectors, spacingAtCentre(scan), window);
        const filtered = matmul(weighted, cast(constant(filter), y.dtype));
        return reshape(sparseMultiply(back, flat(filtered, rays)), [y.shape[0]!, ...about.input]);
      },
    };
  },
});

const scanOf = (input: readonly number[], values: setting.Values<typeof settings>): Scan => {
  if (input.length < 2) throw new ArgumentError(`radon input: expected [..., rows, columns], found [${input}]`);
  const { views, first, source, detector, offset } = values;
  const image = input.slice(-2) as unknown as readonly [number, number];
  // A pixel reaches half its side beyond its centre.
  const radius = Math.hypot(...image) / 2;
  if (source !== null && source <= radius)
    throw new ArgumentError(
      `radon source: expected it outside of the image, beyond ${radius.toFixed(1)} pixels, found ${source}`,
    );
  const fan = source === null ? undefined : { source, detector };
  const { range = fan ? 360 : 180, spacing = fan ? (fan.source + detector) / fan.source : 1 } = values;
  // A tangent to the image's circle, where it meets the detector.
  const reach = fan ? (radius * (fan.source + detector)) / Math.sqrt(fan.source ** 2 - radius ** 2) : radius;
  const { detectors = 2 * Math.ceil(reach / spacing) + 1 } = values;
  return { image, views, first, range, detectors, spacing, offset, ...(fan && { fan }) };
};
