/** How hard each noise level is, learnt along with the network. */
import type { NdArray, Tensor, Tensors } from "@scorefield/tensor";
import { noiseLevel } from "../model/preconditioning.ts";
import { fourierFeatures } from "../network/fourier-features.ts";
import { initialLinear, type Linear, linear } from "../network/linear.ts";
import type { Process } from "../process/process.ts";

// The preconditioned noise level, log(sigma / alpha) / 4, spans about [-2, 2]: periods of 6 down to 0.4, so that the
// uncertainty is a smooth function.
const features = 32;
const highestFrequency = 16;

/** Weights of zero: every level counts as its weighting says until the losses are known. */
export const initialUncertainty = (seed: number): Linear<NdArray> =>
  initialLinear(features, 1, { seed, step: 0, gain: 0 });

/**
 * The log-variance u(sigma) of a loss at times t: a linear function of Fourier features of log(sigma / alpha) / 4 (Karras
 * et al. 2024, section 2.1). Minimising loss e^-u + u drives e^u to the expected loss of each level, so that all levels
 * come to count alike.
 * @param parameters the tree of {@link initialUncertainty}, as tensors
 * @param t [n]
 * @returns [n]
 */
export const uncertainty = (parameters: Tensors, process: Process, t: Tensor): Tensor => {
  const level = noiseLevel(process.sigma(t).divide(process.alpha(t)));
  const found = linear(parameters as unknown as Linear<Tensor>, fourierFeatures(level, features, highestFrequency));
  return found.reshape([t.shape[0]!]);
};
