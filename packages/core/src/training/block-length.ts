/** How many steps of training make a block. */
import { sizeOf } from "@scorefield/tensor";

// About a tenth of a second of work per call of the runtime: often enough for progress and cancellation, seldom enough
// that the calls cost nothing. Every parameter is used once per sample, or once per pixel in a convolution.
const blockWork = 4e9;
const longestBlock = 100;

/** Steps per call of the runtime, for a network of that many parameters. */
export const blockLength = (parameters: number, batch: number, shape: readonly number[]): number =>
  Math.max(1, Math.min(longestBlock, Math.floor(blockWork / (6 * parameters * batch * sizeOf(shape.slice(1))))));
