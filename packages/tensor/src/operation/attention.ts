/** Attention of queries to keys and values. */
import { ShapeError } from "../errors.ts";
import { broadcastShapes, sameShape } from "../graph/shape.ts";
import { explain, type Tensor } from "../graph/tensor.ts";
import { add, multiply } from "./arithmetic.ts";
import { where } from "./comparison.ts";
import { matmul } from "./matmul.ts";
import { transpose } from "./reshape.ts";
import { cast, inFloat32 } from "./source.ts";
import { softmax } from "./statistics.ts";

/** Settings of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /**
   * Which keys a query sees, broadcast to [..., queries, keys]: bools, true where seen, or numbers added to the scores.
   * A query that sees no key by bools takes the mean of all values.
   */
  readonly mask?: Tensor | undefined;
  /** Factor of the scores. Default 1 / sqrt(d). */
  readonly scale?: number;
}

// Finite, so that a row without any key has no NaN. e to this power is 0 compared to any real score.
const unseen = -1e30;

/**
 * softmax(q k' / sqrt(d)) v (Vaswani et al. 2017, equation 1).
 * @param q [..., queries, d]; leading axes, such as batch and heads, broadcast
 * @param k [..., keys, d]
 * @param v [..., keys, e]
 * @returns [..., queries, e]
 * @throws ShapeError when sizes do not fit
 */
export const scaledDotProductAttention = (
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, scale }: AttentionOptions = {},
): Tensor => {
  const fail = (reason: string): Error =>
    explain(new ShapeError(reason), "scaledDotProductAttention", mask ? [q, k, v, mask] : [q, k, v]);
  const [depth, keys] = [q.shape.at(-1), k.shape.at(-2)];
  if (q.rank < 2 || k.rank < 2 || v.rank < 2 || k.shape.at(-1) !== depth || v.shape.at(-2) !== keys)
    throw fail("expected q [..., queries, d], k [..., keys, d] and v [..., keys, e]");
  // The queries are the smallest thing that the factor can be applied to.
  const scores = matmul(multiply(q, scale ?? 1 / Math.sqrt(depth!)), transpose(k));
  if (!mask) return matmul(softmax(scores), v);
  let fits = false;
  try {
    fits = sameShape(broadcastShapes(mask.shape, scores.shape), scores.shape);
  } catch {
    // Reported below, with the shape expected.
  }
  if (!fits) throw fail(`expected a mask that broadcasts to the scores' shape [${scores.shape}]`);
  const masked = (s: Tensor): Tensor =>
    mask.dtype === "bool" ? where(mask, s, unseen) : add(s, scores.dtype === "float16" ? cast(mask, s.dtype) : mask);
  return matmul(
    inFloat32(scores, (s) => softmax(masked(s))),
    v,
  );
};
