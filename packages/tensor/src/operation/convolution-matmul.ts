/** Convolutions as matrix products over shifted views, for what the runtime has no fast kernel. */
import type { Tensor } from "../graph/tensor.ts";
import { ndarray, sizeOf, storage } from "../ndarray.ts";
import { sum } from "./broadcast.ts";
import { outputSize, type Window } from "./convolution-window.ts";
import { gather } from "./index-select.ts";
import { matmul } from "./matmul.ts";
import { expandDims, reshape, transpose } from "./reshape.ts";
import { sharedConstant } from "./source.ts";
import { pad } from "./window.ts";

/** Where the elements of views come from along one axis: `source[view][place]`, or -1 for a zero. */
type Table = readonly (readonly number[])[];

const table = (views: number, places: number, size: number, source: (view: number, place: number) => number): Table =>
  Array.from({ length: views }, (_, view) =>
    Array.from({ length: places }, (_, place) => {
      const at = source(view, place);
      return at >= 0 && at < size ? at : -1;
    }),
  );

/** For each kernel element k, what it meets of the input at each output: x[o * stride + k * dilation - before]. */
const inputViews = ({ input, kernel, stride, dilation, padding }: Window, output: readonly number[]): Table[] =>
  input.map((n, i) => table(kernel[i]!, output[i]!, n, (k, o) => o * stride[i]! + k * dilation[i]! - padding[i]![0]));

/** At stride 1, for each kernel element k, the output that meets each input through it: y[i - k * dilation + before]. */
const outputViews = ({ input, kernel, dilation, padding }: Window, output: readonly number[]): Table[] =>
  input.map((n, i) => table(kernel[i]!, n, output[i]!, (k, at) => at - k * dilation[i]! + padding[i]![0]));

const isPlain = (views: Table, size: number): boolean =>
  views.length === 1 && views[0]!.length === size && views[0]!.every((at, i) => at === i);

/** Matrices of zeros and ones, one per view, that pick its elements out of a row. */
const selection = (views: Table, size: number): Tensor =>
  sharedConstant(`selection ${size} ${views.join(";")}`, () => {
    const places = views[0]!.length;
    const data = storage("float32", views.length * size * places);
    for (const [view, sources] of views.entries())
      for (const [place, at] of sources.entries()) if (at >= 0) data[(view * size + at) * places + place] = 1;
    return ndarray(data, [views.length, size, places]);
  });

/**
 * Views of x [n, c, ...spatial] along the axes that have a table, as [n, ...views, c, ...places]: the views of the last
 * axis, c, the views of the other axes, the places of all.
 *
 * Rows are gathered whole. Within a row that would copy single elements; in float32 a product with a matrix of zeros and
 * ones does it several times as fast, but spreads an infinity or NaN as NaN along its row.
 */
const viewsOf = (x: Tensor, tables: readonly (Table | undefined)[]): Tensor => {
  const [n, c, ...size] = x.shape as [number, number, ...number[]];
  const last = size.length - 1;
  const columns = tables[last];
  const byMatrix = x.dtype === "float32" && columns !== undefined && !isPlain(columns, size[last]!);
  let result = reshape(x, [n, 1, c, ...size]);
  if (byMatrix) {
    const rows = reshape(x, [n, 1, c * sizeOf(size.slice(0, -1)), size[last]!]);
    const picked = matmul(rows, selection(columns, size[last]!));
    result = reshape(picked, [n, columns.length, c, ...size.slice(0, -1), columns[0]!.length]);
  }
  // From the back, so that the axes in front keep their places.
  for (let axis = last; axis >= 0; axis--) {
    const views = tables[axis];
    const at = axis + 3;
    if (!views || isPlain(views, size[axis]!) || (axis === last && byMatrix)) {
      result = expandDims(result, at);
      continue;
    }
    const sources = views.flat();
    const margin = result.shape.map((_, i) => [0, i === at ? 1 : 0]);
    const padded = sources.includes(-1) ? pad(result, margin) : result;
    const places = sharedConstant(`places ${size[axis]} ${views.join(";")}`, () =>
      ndarray(
        Int32Array.from(sources, (source) => (source < 0 ? size[axis]! : source)),
        [views.length, views[0]!.length],
      ),
    );
    result = gather(padded, places, at);
  }
  // n, views by matrix, c, then views and places of each axis in turn
  const axes = size.map((_, i) => 2 * i + 3);
  const ordered = transpose(result, [0, 1, axes[last]!, 2, ...axes.slice(0, -1), ...axes.map((axis) => axis + 1)]);
  const [, first, second, ...rest] = ordered.shape as [number, number, number, ...number[]];
  return reshape(ordered, [n, first * second, ...rest]);
};

const grouped = (x: Tensor, groups: number): Tensor => {
  const [n, c, ...size] = x.shape as [number, number, ...number[]];
  return reshape(x, [n * groups, c / groups, ...size]);
};

/** The convolution of x [n, c, ...input] with weight [out, c / groups, ...kernel] as one product with all views of x. */
export const convolutionByMatmul = (x: Tensor, weight: Tensor, window: Window): Tensor => {
  const { groups, kernel } = window;
  const output = outputSize(window);
  const [out, c] = weight.shape as [number, number];
  const taps = sizeOf(weight.shape.slice(1));
  const views = viewsOf(grouped(x, groups), inputViews(window, output));
  const last = kernel.length + 1;
  const rows = transpose(weight, [0, last, ...weight.shape.map((_, axis) => axis).slice(1, last)]);
  const product = matmul(
    reshape(rows, [groups, out / groups, taps]),
    reshape(views, [x.shape[0]!, groups, kernel.at(-1)! * c * sizeOf(kernel.slice(0, -1)), sizeOf(output)]),
  );
  return reshape(product, [x.shape[0]!, out, ...output]);
};

/**
 * Which spatial axes have their views taken of the input rather than of the output's cotangent. Views are copies, one
 * for each kernel element on a side, so using both sides keeps them few. Strided axes need the input.
 */
const inputSides = ({ kernel, stride }: Window, c: number, out: number): boolean[] => {
  const copies = (sides: readonly boolean[]): number =>
    sides.reduce((n, side, i) => (side ? n * kernel[i]! : n), c) +
    sides.reduce((n, side, i) => (side ? n : n * kernel[i]!), out);
  const choices = Array.from({ length: 2 ** kernel.length }, (_, bits) =>
    kernel.map((_, i) => (bits & (1 << i)) === 0),
  );
  return choices
    .filter((sides) => sides.every((side, i) => side || stride[i] === 1))
    .reduce((best, sides) => (copies(sides) < copies(best) ? sides : best));
};

/**
 * The cotangent of a convolution's weight as one matrix product: sum over samples and places of cotangent times shifted
 * input. A Conv whose kernel is the cotangent gives the same, but its kernel is as large as an image.
 */
export const weightGradientByMatmul = (x: Tensor, cotangent: Tensor, window: Window): Tensor => {
  const { groups, kernel } = window;
  const output = outputSize(window);
  const [n] = x.shape as [number];
  const [c, out] = [x.shape[1]! / groups, cotangent.shape[1]! / groups];
  const sides = inputSides(window, c, out);
  const choose = (tables: Table[], side: boolean) => tables.map((entry, i) => (sides[i] === side ? entry : undefined));
  const left = viewsOf(grouped(cotangent, groups), choose(outputViews(window, output), false));
  const right = viewsOf(grouped(x, groups), choose(inputViews(window, output), true));
  const axes = kernel.length;
  const [leftViews, rightViews] = [left, right].map((views) => views.shape.slice(1, axes + 2)) as [number[], number[]];
  const [rows, columns] = [sizeOf(leftViews), sizeOf(rightViews)];
  const places = sizeOf(left.shape.slice(axes + 2));
  let product: Tensor;
  if (4 * places * (rows + columns) < rows * columns) {
    // Few places: a product per sample would be larger than what goes into it. All samples in one, after a transpose.
    const flat = (views: Tensor, size: number): Tensor =>
      reshape(transpose(reshape(views, [n, groups, size, places]), [1, 2, 0, 3]), [groups, size, n * places]);
    product = matmul(flat(left, rows), transpose(flat(right, columns)));
  } else {
    const each = matmul(
      reshape(left, [n * groups, rows, places]),
      transpose(reshape(right, [n * groups, columns, places])),
    );
    product = sum(reshape(each, [n, groups, rows, columns]), 0);
  }
  // groups, then last views, channels and other views of both sides
  const [lastLeft, outAxis, lastRight, inAxis] = [1, 2, axes + 2, axes + 3];
  const others = kernel.slice(1).flatMap((_, i) => [3 + i, axes + 4 + i]);
  const order = [0, outAxis, inAxis, ...others, lastLeft, lastRight];
  return reshape(transpose(reshape(product, [groups, ...leftViews, ...rightViews]), order), [
    groups * out,
    c,
    ...kernel,
  ]);
};
