/** A picture in a file, at its own size. */
import type { NdArray } from "@scorefield/tensor";
import { checkPath } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { decoding } from "./decode.ts";

/** Whether a path has the name of a picture: PNG, JPEG or WebP. */
export const isPictureName = (path: string): boolean => /\.(png|jpe?g|webp)$/i.test(path);

/**
 * The pixels of a PNG, JPEG or WebP file, neither cut nor resized: 8-bit levels 0 to 255 become -1 to 1. It is turned as its EXIF
 * orientation says. Transparent parts are on white.
 * @param channels 1 for shades of grey, 3 for red, green and blue
 * @returns [channels, height, width]
 * @throws DataError for a file that cannot be read or decoded, and for other channels
 */
export const readPicture = async (path: string, channels: 1 | 3): Promise<NdArray<"float32">> => {
  checkPath("readPicture", path);
  if (channels !== 1 && channels !== 3)
    throw new DataError({ path, expected: "to read 1 or 3 channels of a picture", found: `${channels}` });
  const { data, info } = await decoding(path, (picture) =>
    picture
      .autoOrient()
      .flatten({ background: "#ffffff" })
      .greyscale(channels === 1)
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true }),
  );
  const area = info.height * info.width;
  const values = new Float32Array(channels * area);
  for (let c = 0; c < channels; c++)
    // A grey file asked for in colour may come with one channel.
    for (let p = 0; p < area; p++)
      values[c * area + p] = data[p * info.channels + Math.min(c, info.channels - 1)]! / 127.5 - 1;
  return { dtype: "float32", shape: [channels, info.height, info.width], data: values };
};
