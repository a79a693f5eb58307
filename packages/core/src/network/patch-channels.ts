/** Patches of a sample as channels of a smaller one, and back. */
import { type Shape, ShapeError, type Tensor } from "@scorefield/tensor";

/**
 * The shape of a sample whose patches are channels.
 * @param shape [channels, ...spatial] of a sample
 * @returns [channels * patch^axes, ...spatial / patch]
 * @throws ShapeError unless the patch divides every spatial size
 */
export const patchedShape = (owner: string, shape: Shape, patch: number): Shape => {
  const [channels = 0, ...spatial] = shape;
  if (spatial.some((size) => size % patch !== 0))
    throw new ShapeError(
      `${owner}: expected spatial sizes that are multiples of the patch, ${patch}, found [${shape}]; choose another patch, or pad the data`,
    );
  return [channels * patch ** spatial.length, ...spatial.map((size) => size / patch)];
};

/**
 * Cuts samples into patches: each becomes the channels of one place.
 * @param x [n, channels, ...spatial], spatial sizes being multiples of `patch`
 * @returns [n, channels * patch^axes, ...spatial / patch]
 */
export const toPatchChannels = (x: Tensor, patch: number): Tensor => {
  if (patch === 1) return x;
  const [n, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const counts = spatial.map((size) => size / patch);
  return x
    .reshape([n, channels, ...counts.flatMap((count) => [count, patch])])
    .transpose([0, 1, ...spatial.map((_, i) => 3 + 2 * i), ...spatial.map((_, i) => 2 + 2 * i)])
    .reshape([n, channels * patch ** spatial.length, ...counts]);
};

/** Undoes {@link toPatchChannels}. @param x [n, channels * patch^axes, ...spatial / patch] */
export const fromPatchChannels = (x: Tensor, patch: number): Tensor => {
  if (patch === 1) return x;
  const [n, all, ...counts] = x.shape as [number, number, ...number[]];
  const rank = counts.length;
  const channels = all / patch ** rank;
  return x
    .reshape([n, channels, ...counts.map(() => patch), ...counts])
    .transpose([0, 1, ...counts.flatMap((_, i) => [2 + rank + i, 2 + i])])
    .reshape([n, channels, ...counts.map((count) => count * patch)]);
};
