/** Images by number: what readers of images return, and training takes as a dataset. */

import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { checkMade } from "../check-call.ts";
import { DataError } from "../errors.ts";

/** Images of one shape, decoded when they are asked for. */
export interface Images {
  readonly count: number;
  /** Of one image: channels (1 grey, 3 red, green, blue), height, width. */
  readonly shape: readonly [number, number, number];
  /** The class of every image, an index into `classes`. */
  readonly labels?: Int32Array;
  /** Names of the classes. */
  readonly classes?: readonly string[];
  /** Numbers of what images belong to, such as a patient's volume, so that no patient is both learnt from and held out. */
  readonly groups?: Int32Array;
  /** Whether the next reads still decode files; false once all is in memory. */
  readonly decodes: boolean;
  /** SHA-256 of what tells these images from others: of pixels and labels of an array, of names and sizes of files. */
  readonly sha256: string;
  /**
   * Images in the order asked for, the 8-bit range scaled to [-1, 1].
   * @param rows numbers below `count`, which may repeat
   * @returns [rows.length, ...shape]
   * @throws DataError naming a file that cannot be decoded
   */
  read(rows: readonly number[]): Promise<NdArray<"float32">>;
}

const levels = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/** 8-bit pixels of images, one after the other, as values in [-1, 1]: [pixels.length, ...shape]. */
export const scalePixels = (pixels: readonly Uint8Array[], shape: Images["shape"]): NdArray<"float32"> => {
  const size = sizeOf(shape);
  const values = new Float32Array(pixels.length * size);
  for (const [i, image] of pixels.entries()) for (let j = 0; j < size; j++) values[i * size + j] = levels[image[j]!]!;
  return ndarray(values, [pixels.length, ...shape]);
};

/** The 8-bit level of a value in [-1, 1]; values beyond are clipped. */
export const pixelLevel = (value: number): number => Math.round((Math.min(1, Math.max(-1, value)) + 1) * 127.5);

/**
 * Some of the images, in the order of `positions`; nothing is copied or decoded.
 * @throws DataError for positions outside the images
 */
export const takeImages = (images: Images, positions: ArrayLike<number>): Images => {
  checkMade("takeImages", images, ["count", "shape", "read"], "images");
  checkMade("takeImages", positions, ["length"], "positions of images");
  const { count, shape, labels, classes, groups, sha256 } = images;
  const chosen = Int32Array.from(positions);
  const beyond = chosen.find((position) => !(position >= 0 && position < count));
  if (beyond !== undefined) throw new DataError({ expected: `positions below ${count}`, found: `${beyond}` });
  return {
    count: chosen.length,
    shape,
    ...(labels && { labels: chosen.map((position) => labels[position]!) }),
    ...(classes && { classes }),
    ...(groups && { groups: chosen.map((position) => groups[position]!) }),
    get decodes() {
      return images.decodes;
    },
    sha256,
    read: (rows) => images.read(rows.map((row) => chosen[row]!)),
  };
};

/** Twice the images: after the given images, their mirror images. */
export const withMirrored = (images: Images): Images => {
  checkMade("withMirrored", images, ["count", "shape", "read"], "images");
  const { count, shape } = images;
  const [size, width] = [sizeOf(shape), shape[2]];
  const twice = takeImages(
    images,
    Array.from({ length: 2 * count }, (_, i) => i % count),
  );
  return {
    ...twice,
    get decodes() {
      return images.decodes;
    },
    read: async (rows) => {
      const read = await twice.read(rows);
      for (const [i, row] of rows.entries())
        if (row >= count)
          for (let line = i * size; line < (i + 1) * size; line += width)
            read.data.subarray(line, line + width).reverse();
      return read;
    },
  };
};
