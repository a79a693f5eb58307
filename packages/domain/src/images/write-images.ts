/** Images as 8-bit pixels: PNG files, or one array. */
import { npyBytes, pixelLevel } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { SampleFile, Shown } from "../domain.ts";

/** 8-bit pixels with channels last, [n, h, w, c]. */
const bytesOf = ({ data, shape }: NdArray<FloatType>): Uint8Array => {
  const [n, c, h, w] = shape as [number, number, number, number];
  const area = h * w;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < area; p++) bytes[(i * area + p) * c + k] = pixelLevel(data[(i * c + k) * area + p]!);
  return bytes;
};

/** Images [n, c, h, w] in [-1, 1] as the content of an NPY file of uint8, [n, h, w] or with colours [n, h, w, 3]. */
export const imageArrayBytes = (images: NdArray<FloatType>): Iterable<Uint8Array> => {
  const [n, c, h, w] = images.shape as [number, number, number, number];
  return npyBytes({ dtype: "uint8", shape: c === 1 ? [n, h, w] : [n, h, w, c], data: bytesOf(images) });
};

/** Images [n, c, h, w], c = 1 or 3, in [-1, 1] as PNG files 00000.png, 00001.png, ..., each in the folder of its class. */
export async function* imageFiles(
  images: NdArray<FloatType>,
  { classNames = [], firstSample = 0 }: Shown,
): AsyncGenerator<SampleFile, void, undefined> {
  const { default: sharp } = await import("sharp");
  const [n, c, h, w] = images.shape as [number, 1 | 3, number, number];
  const bytes = bytesOf(images);
  const size = c * h * w;
  for (let i = 0; i < n; i++) {
    const png = sharp(bytes.subarray(i * size, (i + 1) * size), { raw: { width: w, height: h, channels: c } })
      .toColourspace(c === 1 ? "b-w" : "srgb")
      .png();
    const number = firstSample + i;
    const folder = classNames[number % classNames.length];
    yield {
      name: `${`${number}`.padStart(5, "0")}.png`,
      ...(folder !== undefined && { folder }),
      content: await png.toBuffer(),
    };
  }
}
