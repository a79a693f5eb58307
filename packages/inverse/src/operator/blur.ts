import { ArgumentError, setting } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { circulantParts } from "./circulant.ts";
import { declareOperator } from "./declare-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { filteredAxes, gaussianKernel, motionKernel, onGrid } from "./kernels.ts";
import { linearOperator } from "./linear-operator.ts";
import { validConvolution } from "./valid-convolution.ts";

const settings = {
  sigma: setting.number({ above: 0, most: 1000, otherwise: "no Gaussian", help: "deviation of a Gaussian, in pixels" }),
  radius: setting.whole({
    least: 0,
    most: 10_000,
    otherwise: "4 sigma, rounded up",
    help: "of a Gaussian, in pixels: beyond it the kernel is 0",
  }),
  length: setting.number({
    least: 1,
    most: 10_000,
    otherwise: "no motion",
    help: "of a motion along a line, in pixels",
  }),
  angle: setting.number({ default: 0, help: "of a motion, in degrees from left-to-right, counter-clockwise" }),
  kernel: setting.array({
    otherwise: "no given kernel",
    help: "weights; index floor(size / 2) of each axis is the centre",
  }),
  edges: setting.choice({
    values: ["circular", "valid"],
    default: "circular",
    help: "circular: the ends of the sample meet; valid: only what the edges do not touch is seen",
  }),
  axes: setting.whole({
    least: 1,
    most: 3,
    otherwise: "2, or 1 where a sample has one axis; those of a given kernel",
    help: "how many of the last axes are blurred",
  }),
  ...gradientSteps("for valid edges"),
};

/** Options of {@link blur}. */
export type BlurOptions = Parameters<typeof blur>[0];

const kernelOf = (values: setting.Values<typeof settings>, axes: number): NdArray<"float64"> => {
  const { sigma, radius, length, angle, kernel } = values;
  const choices = [sigma, length, kernel].filter((choice) => choice !== undefined);
  if (choices.length !== 1)
    throw new ArgumentError(
      `blur: expected one of sigma, length and kernel, such as { sigma: 2 }, found ${choices.length === 0 ? "none" : "several"}`,
    );
  if (radius !== undefined && sigma === undefined)
    throw new ArgumentError("blur: expected radius with sigma alone, found it without; leave it out");
  if (sigma !== undefined) return gaussianKernel(sigma, radius ?? Math.ceil(4 * sigma), axes);
  if (length !== undefined) {
    if (axes !== 2) throw new ArgumentError(`blur: expected 2 axes for a motion, found ${axes}`);
    return motionKernel(length, angle);
  }
  if (kernel!.shape.length !== axes || kernel!.data.length === 0)
    throw new ArgumentError(`blur kernel: expected ${axes} axes, found [${kernel!.shape}]`);
  return kernel!;
};

/**
 * y = k * x, a convolution along the last axes, channel by channel:
 *
 *     y[i] = sum over j of k[j] x[i - j + c]        c the centre of k
 *
 * With circular edges it is diagonal in the basis of Fourier, and all its solutions are closed forms. Singular values are the absolute
 * values of the kernel's transform. Gaussian and motion kernels have the sum 1, so that y has the range of x.
 * @throws ArgumentError unless exactly one of `sigma`, `length` and `kernel` is given; for a kernel of other axes, or, with valid
 *   edges, larger than the sample
 */
export const blur = declareOperator({
  kind: "blur",
  family: "filters",
  summary: "blur by a Gaussian, by motion along a line, or by a given kernel",
  source: "Hansen, Nagy & O'Leary 2006, chapter 4",
  settings,
  make: ({ input, ...values }, about) => {
    const rank = filteredAxes("blur", values.axes ?? values.kernel?.shape.length, input);
    const kernel = kernelOf(values, rank);
    return linearOperator(
      values.edges === "circular"
        ? { ...about, ...circulantParts(input, onGrid(kernel, input.slice(-rank))) }
        : { ...about, ...validConvolution("blur", input, kernel), steps: values.steps },
    );
  },
});
