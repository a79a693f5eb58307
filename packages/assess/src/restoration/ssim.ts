/** Structural similarity of images. */
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { checkPair, rangeWidth, type ValueRange } from "./image-pair.ts";

const radius = 5;
const side = 2 * radius + 1;
const [k1, k2] = [0.01, 0.03];

/** Gaussian window of 11 numbers with deviation 1.5. Their sum is 1. */
const window = (() => {
  const weights = Float64Array.from({ length: side }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * 1.5 ** 2)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
})();

/** Weighted means over every whole window of an image [height, width]. */
const windowMeans = (image: Float64Array, height: number, width: number): Float64Array => {
  const [rows, columns] = [height - side + 1, width - side + 1];
  const across = new Float64Array(height * columns);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < side; k++) across[i * columns + j]! += window[k]! * image[i * width + j + k]!;
  const means = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < side; k++) means[i * columns + j]! += window[k]! * across[(i + k) * columns + j]!;
  return means;
};

/**
 * Mean structural similarity: local means, contrasts and correlations compared in a Gaussian window of 11 x 11 pixels with deviation
 * 1.5. Windows that reach over the edge are left out. Each leading index, such as a channel, is an image of its own, and the mean is
 * over all.
 * Source: Wang, Bovik, Sheikh & Simoncelli (2004), equation 13, with K1 = 0.01 and K2 = 0.03.
 * @param restored [..., height, width], 11 pixels or more each way
 * @param truth the same shape
 * @param range what values can be, such as [-1, 1]
 * @returns -1 to 1; 1 where both are equal
 * @throws ArgumentError | ShapeError for arrays of different shapes or smaller than the window, and for a bad range
 */
export const ssim = (restored: NdArray, truth: NdArray, range: ValueRange): number => {
  const owner = "ssim";
  const dynamic = rangeWidth(owner, range);
  checkPair(owner, restored, truth);
  const [height = 0, width = 0] = truth.shape.slice(-2);
  if (truth.shape.length < 2 || height < side || width < side)
    throw new ShapeError(
      `${owner}: expected images of ${side} x ${side} pixels or more, [..., height, width], found [${truth.shape.join(", ")}]`,
    );
  const [c1, c2] = [(k1 * dynamic) ** 2, (k2 * dynamic) ** 2];
  const size = height * width;
  const images = truth.data.length / size;
  let sum = 0;
  for (let at = 0; at < images; at++) {
    const part = ({ data }: NdArray) => Float64Array.from({ length: size }, (_, i) => Number(data[at * size + i]));
    const [x, y] = [part(restored), part(truth)];
    const means = (values: Float64Array) => windowMeans(values, height, width);
    const [meanX, meanY] = [means(x), means(y)];
    const [squareX, squareY, product] = [
      means(x.map((v) => v * v)),
      means(y.map((v) => v * v)),
      means(x.map((v, i) => v * y[i]!)),
    ];
    let total = 0;
    for (let p = 0; p < meanX.length; p++) {
      const [mx, my] = [meanX[p]!, meanY[p]!];
      const covariance = product[p]! - mx * my;
      const variances = squareX[p]! - mx * mx + squareY[p]! - my * my;
      total += ((2 * mx * my + c1) * (2 * covariance + c2)) / ((mx * mx + my * my + c1) * (variances + c2));
    }
    sum += total / meanX.length;
  }
  return sum / images;
};
