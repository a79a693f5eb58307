/** Distributions that stay known when they are scaled and Gaussian noise is added. */
import type { NdArray, Shape, Tensor } from "@scorefield/tensor";

/** The distribution of x = alpha x_0 + sigma z at a point x, for each of n points. */
export interface NoisyDensity {
  /** log p(x) in nats, [n] */
  readonly logDensity: Tensor;
  /** grad_x log p(x), [n, ...shape], without the cancellation of Tweedie's formula where sigma is small */
  readonly score: Tensor;
  /** E[x_0 | x], [n, ...shape] */
  readonly denoised: Tensor;
}

/** A distribution of data, known exactly at every noise level. */
export interface Density {
  /** Shape of one sample, without the batch axis. */
  readonly shape: Shape;
  /**
   * Draws `count` samples, float32 [count, ...shape]. Row i is sample `firstSample + i` (default 0) of `seed`, in any
   * batch.
   * @throws ShapeError, ArgumentError for a count, seed or firstSample out of range
   */
  sample(count: number, seed: number, firstSample?: number): NdArray<"float32">;
  /**
   * Density, score and posterior mean of noisy points. With alpha = 1 and sigma = 0 they are the data's own.
   * @param x noisy points, [n, ...shape], float32 or float64
   * @param alpha scale of the data, [n], of the same element type
   * @param sigma standard deviation of the noise, [n], of the same element type
   */
  noisy(x: Tensor, alpha: Tensor, sigma: Tensor): NoisyDensity;
}
