/** The linear codec: principal components of data, with or without noise. */
import { constant, type NdArray, ndarray, ShapeError, sizeOf, type Tensor } from "@scorefield/tensor";
import { checkFloats, checkWhole } from "../../check.ts";
import { ArgumentError } from "../../errors.ts";
import { symmetricEigen } from "../../numeric/symmetric-eigen.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import type { LatentCodec } from "./latent-codec.ts";

/** Options of {@link principalCodec}. */
export interface PrincipalCodecOptions {
  /** Components that are kept. */
  readonly rank: number;
  /**
   * Whether what is left out counts as noise of equal variance in all directions (probabilistic principal components). Latents are then
   * distributions, and the bound on the likelihood is the likelihood itself. Default no: latents are known, and samples have
   * exactly the covariance of the components.
   */
  readonly noise?: boolean;
}

const known = { rank: true, noise: true } satisfies Known<PrincipalCodecOptions>;

/** Mean and covariance of rows, the latter over n. */
const momentsOf = ({ data }: NdArray, n: number, d: number): { mean: Float64Array; covariance: Float64Array } => {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j]! += Number(data[i * d + j]) / n;
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) {
      const a = Number(data[i * d + j]) - mean[j]!;
      for (let k = 0; k <= j; k++) covariance[j * d + k]! += (a * (Number(data[i * d + k]) - mean[k]!)) / n;
    }
  for (let j = 0; j < d; j++) for (let k = 0; k < j; k++) covariance[k * d + j] = covariance[j * d + k]!;
  return { mean, covariance };
};

/**
 * Principal components as a codec. With eigenvalues l and eigenvectors U of the data's covariance, and s^2 the mean of the eigenvalues that
 * are left out, or 0 without `noise`:
 *
 *     D(z) = m + U (l - s^2)^(1/2) z      q(z | x) = N((l - s^2)^(1/2) / l  U^T (x - m), s^2 / l)
 *
 * For Gaussian data whose latents are N(0, I) that is exact (Tipping & Bishop 1999, equations 6 and 12). The components of d
 * numbers take some 50 d^3 operations: a second for 200, minutes for a thousand.
 * @param data [n, ...shape], float32 or float64, n above 1
 * @throws ShapeError for fewer than two samples; ArgumentError for a rank out of range, components of variance 0, or nothing
 *   left out with `noise`
 */
export const principalCodec = (data: NdArray, options: PrincipalCodecOptions): LatentCodec => {
  checkFloats("principalCodec data", data);
  checkOptions("principalCodec", options, known);
  const { rank, noise = false } = options;
  checkWhole("principalCodec rank", rank);
  const [n = 0, ...shape] = data.shape;
  const d = sizeOf(shape);
  if (n < 2 || shape.length === 0)
    throw new ShapeError(`principalCodec: expected data [n, ...shape] with n > 1, found [${data.shape}]`);
  if (rank > d - (noise ? 1 : 0))
    throw new ArgumentError(
      `principalCodec rank: expected at most ${d - (noise ? 1 : 0)} for samples of ${d} numbers, found ${rank}`,
    );
  const { mean, covariance } = momentsOf(data, n, d);
  const { values, vectors } = symmetricEigen(covariance, d);
  const order = Array.from({ length: d }, (_, j) => j).sort((i, j) => values[j]! - values[i]!);
  const kept = order.slice(0, rank);
  const rest = order.slice(rank).reduce((sum, j) => sum + values[j]!, 0);
  const variance = noise ? rest / (d - rank) : 0;
  const least = values[kept.at(-1)!]!;
  // Below, nothing but rounding.
  if (!(least > Math.max(variance, 1e-12 * values[order[0]!]!)))
    throw new ArgumentError(
      `principalCodec: expected components of more variance than ${variance}, found ${least}; keep fewer`,
    );
  const loading = new Float64Array(rank * d);
  const encoder = new Float64Array(d * rank);
  for (const [k, j] of kept.entries())
    for (let i = 0; i < d; i++) {
      const root = Math.sqrt(values[j]! - variance);
      loading[k * d + i] = root * vectors[i * d + j]!;
      encoder[i * rank + k] = (root / values[j]!) * vectors[i * d + j]!;
    }
  const deviations = Float64Array.from(kept, (j) => Math.sqrt(variance / values[j]!));
  const fixed = (array: Float64Array, own: readonly number[], like: Tensor): Tensor =>
    constant(ndarray(array, own)).cast(like.dtype);
  return {
    shape,
    latent: [rank],
    ...(noise && { leftOut: { distribution: "gaussian", scale: Math.sqrt(variance) } }),
    encode: (x) => {
      const centred = x.reshape([x.shape[0]!, d]).subtract(fixed(mean, [1, d], x));
      return {
        mean: centred.matmul(fixed(encoder, [d, rank], x)),
        deviation: fixed(deviations, [1, rank], x).broadcastTo([x.shape[0]!, rank]),
      };
    },
    decode: (z) =>
      z
        .matmul(fixed(loading, [rank, d], z))
        .add(fixed(mean, [1, d], z))
        .reshape([z.shape[0]!, ...shape]),
  };
};
