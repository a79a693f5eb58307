/** Numbers of a sample that are seen, and others that are not: inpainting. */
import { ArgumentError, permutation, setting } from "@scorefield/core";
import { type NdArray, ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import { coordinates } from "./coordinates.ts";
import { declareOperator } from "./declare-operator.ts";
import { linearOperator } from "./linear-operator.ts";
import { selectionParts } from "./selection.ts";

const settings = {
  box: setting.list(setting.whole({ least: 0, help: "start or length" }), {
    fewest: 2,
    otherwise: "no box",
    help: "a part that is hidden: its start and then its length along each of the last axes, such as [8, 8, 12, 12]",
  }),
  share: setting.number({
    above: 0,
    most: 1,
    otherwise: "no random choice",
    help: "share of positions of the last axes that are seen, chosen at random by the seed",
  }),
  seed: setting.whole({ least: 0, default: 0, help: "of the random choice" }),
  axes: setting.whole({
    least: 1,
    otherwise: "2, or 1 where a sample has one axis",
    help: "how many of the last axes a random choice is made on; along others, such as channels, it is the same",
  }),
  mask: setting.array({
    otherwise: "no given mask",
    help: "1 where a number is seen and 0 elsewhere, with the shape of the last axes",
  }),
};

/** Options of {@link mask}. */
export type MaskOptions = Parameters<typeof mask>[0];

/** 0 in a box of the last axes and 1 elsewhere. */
const outsideBox = (box: readonly number[], input: Shape): NdArray<"float64"> => {
  const rank = box.length / 2;
  if (!Number.isInteger(rank) || rank > input.length)
    throw new ArgumentError(
      `mask box: expected starts and lengths along one to ${input.length} axes, such as [8, 8, 12, 12], found [${box}]`,
    );
  const shape = input.slice(-rank);
  const [start, length] = [box.slice(0, rank), box.slice(rank)];
  for (const [i, size] of shape.entries())
    if (length[i]! < 1 || start[i]! + length[i]! > size)
      throw new ArgumentError(
        `mask box: expected it within [${shape}], found start ${start[i]} and length ${length[i]} along an axis of ${size}`,
      );
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < data.length; at++) {
    const inside = coordinates(at, shape).every(
      (index, axis) => index >= start[axis]! && index < start[axis]! + length[axis]!,
    );
    data[at] = inside ? 0 : 1;
  }
  return ndarray(data, shape);
};

/** 1 at a share of positions, rounded to whole positions and at least one. */
const randomShare = (share: number, shape: Shape, seed: number): NdArray<"float64"> => {
  const size = sizeOf(shape);
  const data = new Float64Array(size);
  const order = permutation(size, { seed, purpose: "measurement" }).data;
  for (let i = 0; i < Math.max(1, Math.round(share * size)); i++) data[order[i]!] = 1;
  return ndarray(data, shape);
};

/**
 * y = the numbers of x that are seen, in row-major order, as one axis. The unseen are left out of y, so that noise is of seen numbers
 * alone. Exactly one of `box`, `share` and `mask` says which they are. A* puts zeros where nothing is seen. A A* = I.
 * @throws ArgumentError unless exactly one is given; for a box outside of the sample; a mask of other numbers than 0 and 1, of
 *   another shape, or one that shows nothing
 */
export const mask = declareOperator({
  kind: "mask",
  family: "parts",
  summary: "inpainting: a box is hidden, a random share is seen, or a mask is given",
  source: "Bertalmio et al. 2000; elementary",
  settings,
  make: ({ input, box, share, seed, axes, mask: given }, about) => {
    const choices = [box, share, given].filter((choice) => choice !== undefined);
    if (choices.length !== 1)
      throw new ArgumentError(
        `mask: expected one of box, share and mask, found ${choices.length === 0 ? "none" : `${choices.length} of them`}`,
      );
    const count = axes ?? Math.min(2, input.length);
    if (count > input.length)
      throw new ArgumentError(`mask axes: expected at most the ${input.length} of a sample, found ${count}`);
    const seen = box
      ? outsideBox(box, input)
      : share !== undefined
        ? randomShare(share, input.slice(-count), seed)
        : given!;
    if (!seen.shape.every((size, i) => size === input[input.length - seen.shape.length + i]))
      throw new ArgumentError(`mask: expected the shape of the last axes of [${input}], found [${seen.shape}]`);
    if (!seen.data.every((value) => value === 0 || value === 1))
      throw new ArgumentError("mask: expected 1 where a number is seen and 0 elsewhere, found other numbers");
    const size = sizeOf(input);
    const indices = Array.from({ length: size }, (_, i) => i).filter((i) => seen.data[i % seen.data.length] === 1);
    if (indices.length === 0) throw new ArgumentError("mask: expected at least one number that is seen, found none");
    return linearOperator({ ...about, selects: true, ...selectionParts(input, indices) });
  },
});
