/** Patches of images as training data. */
import { type NdArray, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { checkArray, checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { uniform } from "../random/uniform.ts";
import type { Dataset } from "../training/dataset.ts";
import { positionSize } from "./positioned.ts";

/** Settings of {@link patches}. */
export interface PatchesOptions {
  /** Rows and columns of a patch, at most those of the images. Default 32. */
  readonly patch?: number;
  /** How many different patches there are, default 100,000: an epoch of training. */
  readonly count?: number;
  /** Share of patches whose position is withheld, in [0, 1], so that the model also knows patches from anywhere. Default 0.1. */
  readonly withheld?: number;
  /** Default 0. */
  readonly seed?: number;
}

const known = { patch: true, count: true, withheld: true, seed: true } satisfies Known<PatchesOptions>;

/**
 * Patches from random places of random images, each place equally often, for `train` with a network that is {@link positioned}. With
 * each goes the position of its middle, `observed`. A patch is cut when it is read, and patch i is the same for a seed and images.
 *
 *     const model = await train({ data: patches(images), network: positioned(unet()), process: edm(), minutes: 20 }).result;
 *     const prior = patchModel(model, { shape: [1, 256, 256] });
 *
 * @param images [n, channels, height, width], of about unit scale
 * @throws ShapeError for other arrays than images; ArgumentError for numbers that are not finite, a patch larger than the images,
 *   and options out of range
 */
export const patches = (images: NdArray<"float32">, given: PatchesOptions = {}): Dataset => {
  checkArray("patches images", images);
  checkOptions("patches", given, known);
  const { patch = 32, count = 100_000, withheld = 0.1, seed = 0 } = given;
  if (images.dtype !== "float32" || images.shape.length !== 4 || sizeOf(images.shape) === 0)
    throw new ShapeError(
      `patches: expected images float32[n, channels, height, width] with n > 0, found ${images.dtype}[${images.shape}]`,
    );
  for (const [name, value] of Object.entries({ patch, count })) checkWhole(`patches ${name}`, value);
  const [n, channels, height, width] = images.shape as [number, number, number, number];
  if (patch > Math.min(height, width))
    throw new ArgumentError(
      `patches patch: expected at most ${Math.min(height, width)}, the images' size; found ${patch}`,
    );
  if (!(withheld >= 0 && withheld <= 1))
    throw new ArgumentError(`patches withheld: expected a share in [0, 1], found ${withheld}`);
  if (!images.data.every(Number.isFinite)) throw new ArgumentError("patches images: expected finite numbers");
  uniform([1], { seed });

  /** Image, first row and column, and whether the position is known. */
  const placeOf = (index: number): readonly [image: number, row: number, column: number, isKnown: boolean] => {
    const draws = uniform([1, 4], { seed, firstSample: index, purpose: "data", dtype: "float64" }).data;
    const below = (draw: number, limit: number): number => Math.floor(draws[draw]! * limit);
    return [below(0, n), below(1, height - patch + 1), below(2, width - patch + 1), draws[3]! >= withheld];
  };
  const shape = [channels, patch, patch];
  return {
    count,
    shape,
    read: (rows) => {
      const cut = zeros([rows.length, ...shape]) as NdArray<"float32">;
      let to = 0;
      for (const index of rows) {
        const [image, row, column] = placeOf(index);
        for (let c = 0; c < channels; c++)
          for (let i = 0; i < patch; i++, to += patch) {
            const from = ((image * channels + c) * height + row + i) * width + column;
            cut.data.set(images.data.subarray(from, from + patch), to);
          }
      }
      return cut;
    },
    observed: {
      size: positionSize,
      read: (rows) => {
        const positions = zeros([rows.length, positionSize]) as NdArray<"float32">;
        for (const [k, index] of rows.entries()) {
          const [, row, column, isKnown] = placeOf(index);
          if (isKnown) positions.data.set(positionOf([row, column], [patch, patch], [height, width]), k * positionSize);
        }
        return positions;
      },
    },
  };
};

/** The position of a patch that begins at a row and a column: its middle, in pixels from the image's middle, and 1. */
export const positionOf = (
  [row, column]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  [height, width]: readonly [number, number],
): readonly [number, number, 1] => [row + (rows - height) / 2, column + (columns - width) / 2, 1];
