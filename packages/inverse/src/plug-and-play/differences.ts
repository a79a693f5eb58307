/** Differences between neighbours, of which total variation is the sum of sizes. */
import { pad, sliceAxis, subtract, sum, type Tensor, vjp } from "@scorefield/tensor";

/** x[i + 1] - x[i] along each axis, 0 at its end: a tensor of the shape of x for every axis. */
export const differences = (x: Tensor, axes: readonly number[]): Tensor[] =>
  axes.map((axis) => {
    const n = x.shape[axis]!;
    const inner = subtract(sliceAxis(x, axis, 1, n), sliceAxis(x, axis, 0, n - 1));
    return pad(
      inner,
      x.shape.map((_, i) => [0, i === axis ? 1 : 0]),
    );
  });

/** The transpose of {@link differences}; `like` has the shape of x. */
export const differencesTransposed = (q: readonly Tensor[], axes: readonly number[], like: Tensor): Tensor =>
  vjp((x: Tensor) => differences(x, axes), like)[1](q as Tensor[]) as Tensor;

/** The size of the vector of differences at each place, over directions and `joined` axes such as the pair of a complex number. */
export const sizes = (q: readonly Tensor[], joined: readonly number[]): Tensor => {
  const square = q.map((part) => part.square()).reduce((a, b) => a.add(b));
  return (joined.length > 0 ? sum(square, joined, { keepDims: true }) : square).sqrt();
};
