/** Images at the size and in the layout that a network takes. */
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, zeros } from "@scorefield/tensor";

/** Neighbouring pixels and the weight of the second, for every pixel of an axis of another size. */
const sources = (from: number, to: number) =>
  Array.from({ length: to }, (_, i) => {
    const place = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(first + 1, from - 1), weight: place - first };
  });

/**
 * Images at another size by bilinear interpolation between the centres of the four nearest pixels, without smoothing
 * when the size is smaller, as FID is usually computed.
 * @param images [n, c, h, w]
 * @returns float32, [n, c, height, width]
 */
export const resizeBilinear = (images: NdArray, height: number, width: number): NdArray<"float32"> => {
  checkArray("resizeBilinear images", images);
  const [n, c, h, w] = images.shape as [number, number, number, number];
  const resized = zeros([n, c, height, width]);
  const rows = sources(h, height);
  const columns = sources(w, width);
  let at = 0;
  for (let plane = 0; plane < n * c; plane++)
    for (const { first: top, second: bottom, weight: down } of rows)
      for (const { first: left, second: right, weight: across } of columns) {
        const pixel = (y: number, x: number): number => Number(images.data[(plane * h + y) * w + x]);
        const above = pixel(top, left) + across * (pixel(top, right) - pixel(top, left));
        const below = pixel(bottom, left) + across * (pixel(bottom, right) - pixel(bottom, left));
        resized.data[at++] = above + down * (below - above);
      }
  return resized;
};

/** [n, c, h, w] as [n, h, w, c] */
export const channelsLast = ({ data, shape }: NdArray<"float32">): NdArray<"float32"> => {
  const [n, c, h, w] = shape as [number, number, number, number];
  const turned = zeros([n, h, w, c]);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < h * w; p++) turned.data[(i * h * w + p) * c + k] = data[(i * c + k) * h * w + p]!;
  return turned;
};

/** Grey images as ones of `channels` equal channels. */
export const repeatChannel = ({ data, shape }: NdArray, channels: number): NdArray<"float32"> => {
  const [n, , h, w] = shape as [number, number, number, number];
  const repeated = zeros([n, channels, h, w]);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < channels; k++)
      for (let p = 0; p < h * w; p++) repeated.data[(i * channels + k) * h * w + p] = Number(data[i * h * w + p]);
  return repeated;
};
