/** The nearest point of a surface that is given by equations, inside traced functions. */
import { jvp, type Tensor, vjp, where } from "@scorefield/tensor";

/** Equations of a surface: from points [n, ...shape] to residuals [n, m], each row of its own point alone. */
type Residual = (x: Tensor) => Tensor;

const rowDot = (a: Tensor, b: Tensor): Tensor => {
  const n = a.shape[0]!;
  return a.multiply(b).reshape([n, -1]).sum(1).reshape([n, 1]);
};

/** A value of each row [n, 1] beside points [n, ...shape]. */
const beside = (perRow: Tensor, x: Tensor): Tensor => perRow.reshape([x.shape[0]!, ...x.shape.slice(1).map(() => 1)]);

/** a / b where b is positive, else 0: a direction in which nothing is left to solve. */
const share = (a: Tensor, b: Tensor): Tensor => {
  const zero = b.multiply(0);
  const positive = b.greater(0);
  return where(positive, a.divide(where(positive, b, zero.add(1))), zero);
};

/** J^T u of each row with J J^T u = b, by conjugate gradients (Hestenes & Stiefel 1952); least norm where J has dependent rows. */
const leastMove = (residual: Residual, y: Tensor, b: Tensor, inner: number): Tensor => {
  const [, pull] = vjp(residual, y);
  let [u, left, direction] = [b.multiply(0), b, b];
  let size = rowDot(b, b);
  for (let i = 0; i < inner; i++) {
    const product = jvp(residual, y, pull(direction))[1];
    const length = share(size, rowDot(direction, product));
    u = u.add(direction.multiply(length));
    if (i === inner - 1) break;
    left = left.subtract(product.multiply(length));
    const next = rowDot(left, left);
    direction = left.add(direction.multiply(share(next, size)));
    size = next;
  }
  return pull(u);
};

// Far from the surface, or where it turns sharply, a whole step leads away. Of these the one is taken that leaves least.
const lengths = [1, 1 / 4, 1 / 16, 1 / 64];

/** Of some lengths of a move from y, for each row the one after which the residual is least: the points there, and their residual. */
export const leastAlong = (residual: Residual, y: Tensor, move: Tensor): { readonly y: Tensor; readonly r: Tensor } => {
  const tries = lengths.map((length) => {
    const at = y.add(move.multiply(length));
    const r = residual(at);
    return { y: at, r, size: rowDot(r, r) };
  });
  return tries.reduce((best, tried) => {
    const better = tried.size.less(best.size);
    return {
      y: where(beside(better, y), tried.y, best.y),
      r: where(better, tried.r, best.r),
      size: where(better, tried.size, best.size),
    };
  });
};

/**
 * One step of sequential quadratic programming with the Lagrangian's Hessian taken as the identity (Nocedal & Wright 2006,
 * section 18.1): the point nearest to `centre` where the residual, linearised at y, vanishes. With `centre` = y it is a
 * Gauss-Newton step straight to the surface.
 * @param inner steps of conjugate gradients, m of them for the exact solution
 */
const surfaceStep = (residual: Residual, centre: Tensor, y: Tensor, inner: number): Tensor => {
  const away = centre.subtract(y);
  const [r, along] = jvp(residual, y, away);
  return leastAlong(residual, y, away.subtract(leastMove(residual, y, r.add(along), inner))).y;
};

// Each squares the residual, so four of them bring a tenth to rounding.
const straight = 4;

/**
 * The points of the surface residual = 0 nearest to x, from x on by a fixed number of steps, so that a sampler can take it in.
 * The last four go straight to the surface. Steps converge to the nearest point where x is nearer to the surface than its
 * radius of curvature; from further away they end on the surface, if at another point. A point where the Jacobian
 * vanishes, such as the centre of a sphere, stays where it is.
 * @param x [n, ...shape]
 * @param iterations steps, at least 5
 * @param inner steps of conjugate gradients in each, at most m
 */
export const nearestOnSurface = (
  residual: Residual,
  x: Tensor,
  { iterations, inner }: { readonly iterations: number; readonly inner: number },
): Tensor => {
  const equations = residual(x).shape[1]!;
  let y = x;
  for (let i = 0; i < iterations; i++)
    y = surfaceStep(residual, i < iterations - straight ? x : y, y, Math.min(inner, equations));
  return y;
};
