/** Geometry of convolutions: how a kernel moves over an input, and the sizes that follow. */
import { ShapeError } from "../errors.ts";
import type { Shape } from "../ndarray.ts";

/** A number for every spatial axis, or one number for all. */
export type PerAxis = number | readonly number[];

/**
 * Zeros around the input: one width for all edges, or a width or a `[before, after]` pair per axis, or "same". "same"
 * makes the output as long as the input divided by the stride, rounded up. The odd zero goes behind.
 */
export type Padding = number | readonly (number | readonly [before: number, after: number])[] | "same";

/** How a kernel moves; every entry defaults to 1 or, for the padding, 0. */
export interface WindowOptions {
  /** Steps between neighbouring outputs. */
  readonly stride?: PerAxis;
  readonly padding?: Padding;
  /** Steps between neighbouring kernel elements. */
  readonly dilation?: PerAxis;
  /** Channels fall into this many groups, each convolved separately. */
  readonly groups?: number;
}

/** A convolution's geometry, one entry per spatial axis: output o meets input o * stride + k * dilation - before. */
export interface Window {
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [before: number, after: number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** Input elements under the kernel, from the first to the last. */
export const span = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** Sizes of the output of a convolution. */
export const outputSize = ({ input, kernel, stride, padding, dilation }: Window): number[] =>
  input.map((n, i) => {
    const [before, after] = padding[i]!;
    return Math.floor((n + before + after - span(kernel[i]!, dilation[i]!)) / stride[i]!) + 1;
  });

const whole = (name: string, value: PerAxis, axes: number, least: number): number[] => {
  const list = typeof value === "number" ? new Array<number>(axes).fill(value) : [...value];
  if (list.length !== axes || list.some((n) => !Number.isInteger(n) || n < least))
    throw new ShapeError(
      `expected ${name} to be whole numbers >= ${least}, one or ${axes} of them, found ${JSON.stringify(value)}`,
    );
  return list;
};

const pairs = (padding: Exclude<Padding, "same">, axes: number): [number, number][] => {
  const list = typeof padding === "number" ? new Array<number>(axes).fill(padding) : padding;
  const found = list.map((edge) => (typeof edge === "number" ? [edge, edge] : [...edge]) as [number, number]);
  if (found.length !== axes || found.some((edge) => edge.length !== 2))
    throw new ShapeError(paddingReason(padding, axes));
  whole("padding", found.flat(), 2 * axes, 0);
  return found;
};

const paddingReason = (padding: Padding, axes: number): string =>
  `expected padding to be a number, "same", or ${axes} numbers or [before, after] pairs, found ${JSON.stringify(padding)}`;

interface Options extends Required<WindowOptions> {
  /** Sizes of the spatial axes of the kernel. */
  readonly kernel: readonly number[];
}

/** @throws ShapeError for options that fit no convolution, without naming one */
const resolve = (
  kernel: readonly number[],
  options: WindowOptions,
): Options & { stride: number[]; dilation: number[] } => {
  const axes = kernel.length;
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  if (!Number.isInteger(groups) || groups < 1)
    throw new ShapeError(`expected groups to be a whole number >= 1, found ${groups}`);
  if (kernel.some((n) => n < 1)) throw new ShapeError(`expected a kernel without empty axes, found [${kernel}]`);
  return {
    kernel,
    stride: whole("stride", stride, axes, 1),
    padding,
    dilation: whole("dilation", dilation, axes, 1),
    groups,
  };
};

const samePadding = (
  input: readonly number[],
  { kernel, stride, dilation }: Omit<Window, "padding">,
): [number, number][] =>
  input.map((n, i) => {
    const total = Math.max(0, (Math.ceil(n / stride[i]!) - 1) * stride[i]! + span(kernel[i]!, dilation[i]!) - n);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });

/**
 * The geometry of a convolution.
 * @param input sizes of the spatial axes of the input
 * @param kernel sizes of the spatial axes of the kernel
 * @throws ShapeError when an option does not fit, or the kernel is larger than the padded input
 */
export const windowOver = (input: Shape, kernel: Shape, options: WindowOptions): Window => {
  const { padding, ...rest } = resolve(kernel, options);
  const sized = { ...rest, input: [...input], kernel: [...kernel] };
  const window: Window = {
    ...sized,
    padding: padding === "same" ? samePadding(input, sized) : pairs(padding, kernel.length),
  };
  for (const [i, n] of outputSize(window).entries())
    if (n < 1)
      throw new ShapeError(
        `the kernel spans ${span(kernel[i]!, window.dilation[i]!)} elements of spatial axis ${i}, whose padded size is only ` +
          `${input[i]! + window.padding[i]![0] + window.padding[i]![1]}`,
      );
  return window;
};

/**
 * The geometry of the convolution whose transpose turns `output` back into an input.
 * @param output sizes of the spatial axes of what the transpose takes
 * @param extra elements that the transpose adds behind each axis, less than the stride
 * @throws ShapeError when an option does not fit
 */
export const windowUnder = (output: Shape, kernel: Shape, options: WindowOptions, extra: PerAxis): Window => {
  const { padding, ...rest } = resolve(kernel, options);
  const { stride, dilation } = rest;
  const added = whole("outputPadding", extra, kernel.length, 0);
  if (added.some((n, i) => n >= stride[i]!))
    throw new ShapeError(`expected outputPadding to be less than the stride [${stride}], found [${added}]`);
  if (padding === "same") {
    if (added.some((n) => n > 0)) throw new ShapeError('expected no outputPadding with padding "same"');
    return windowOver(
      output.map((n, i) => n * stride[i]!),
      kernel,
      options,
    );
  }
  const edges = pairs(padding, kernel.length);
  const input = output.map((n, i) => {
    const size = (n - 1) * stride[i]! + span(kernel[i]!, dilation[i]!) - edges[i]![0] - edges[i]![1] + added[i]!;
    if (size < 1) throw new ShapeError(`padding [${edges[i]}] leaves nothing of spatial axis ${i}`);
    return size;
  });
  return { ...rest, input, kernel: [...kernel], padding: edges };
};
