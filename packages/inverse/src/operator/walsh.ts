/** The transform of Walsh and Hadamard. */
import { matmul, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";

/** A product of matrices of this size is cheaper than the transform's own stages of two. */
const mostAtOnce = 64;

const matrices = new Map<number, NdArray<"float64">>();

/** H / sqrt(n): entries (-1)^(bits that i and j have in common) / sqrt(n), symmetric. */
const matrixOf = (n: number): NdArray<"float64"> => {
  const known = matrices.get(n);
  if (known) return known;
  const parity = (bits: number): number => {
    let [rest, odd] = [bits, 0];
    for (; rest > 0; rest &= rest - 1) odd ^= 1;
    return odd;
  };
  const values = Float64Array.from(
    { length: n * n },
    (_, i) => (parity(Math.floor(i / n) & (i % n)) ? -1 : 1) / Math.sqrt(n),
  );
  const made = ndarray(values, [n, n]);
  matrices.set(n, made);
  return made;
};

/**
 * H x / sqrt(size), in the order of Hadamard. Orthonormal, and its own inverse. H of a product of sizes is a product along axes, so
 * it takes a few small matrix products.
 * @param x [n, size], size a power of two
 */
export const walshHadamard = (x: Tensor): Tensor => {
  const [n, size] = x.shape as [number, number];
  let result = x;
  for (let done = 1; done < size; ) {
    const part = Math.min(mostAtOnce, size / done);
    const rest = size / part;
    // The last `part` places in front of those done: they come to the front, all in turn.
    result = matmul(result.reshape([n, rest, part]), constantLike(matrixOf(part), x))
      .transpose([0, 2, 1])
      .reshape([n, size]);
    done *= part;
  }
  return result;
};
