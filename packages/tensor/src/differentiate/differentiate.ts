/**
 * Derivatives of traced functions, of any order, reverse, forward and mixed. Forward mode needs no extra rules: the
 * pullback is linear in the cotangent, and its transpose is the pushforward (Townsend 2017, "A new trick for
 * calculating Jacobian vector products"). What was computed only for the unused cotangent is not reachable and
 * disappears.
 */
import { DataTypeError, ShapeError } from "../errors.ts";
import { inliningCalls } from "../graph/calls.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { sameShape } from "../graph/shape.ts";
import { describe, explain, Tensor } from "../graph/tensor.ts";
import { add, multiply } from "../operation/arithmetic.ts";
import { broadcastTo, sum } from "../operation/broadcast.ts";
import { alias, constant, isFloat } from "../operation/source.ts";
import { flattenTree, mapTree, type Tree } from "../tree.ts";
import { pullback } from "./pullback.ts";

/** Nested objects and arrays of tensors. */
export type Tensors = Tree<Tensor>;

const isTensor = (node: unknown): boolean => node instanceof Tensor;
const leavesOf = (tree: Tensors): Tensor[] => flattenTree<Tensor>(tree, isTensor).leaves;
const zeroLike = (x: Tensor): Tensor => broadcastTo(constant(0, x.dtype), x.shape);
const oneLike = (x: Tensor): Tensor => broadcastTo(constant(1, x.dtype), x.shape);

/** The same tree of values as new nodes, so that a derivative with respect to them means this use alone. */
const aliasTree = <T extends Tensors>(tree: T): T => mapTree(tree, alias, isTensor) as T;

const checkScalar = (name: string, value: unknown): void => {
  if (value instanceof Tensor && value.rank === 0 && isFloat(value.dtype)) return;
  const found = value instanceof Tensor ? describe(value) : String(value);
  throw explain(
    new ShapeError(
      `expected a function with one floating-point number (a tensor of shape []) as result, found ${found}`,
    ),
    name,
    [],
  );
};

/** The leaves of a tree that must have the structure, shapes and element types of another. */
const leavesLike = (name: string, what: string, tree: Tensors, model: Tensors): Tensor[] => {
  const expected = flattenTree<Tensor>(model, isTensor);
  const found = flattenTree<Tensor>(tree, isTensor);
  for (let i = 0; i < Math.max(expected.leaves.length, found.leaves.length); i++) {
    const [wanted, leaf] = [expected.leaves[i], found.leaves[i]];
    const at = (path: string | undefined, tensor: Tensor | undefined): string =>
      tensor ? `${describe(tensor)}${path ? ` at ${path}` : ""}` : "nothing";
    const message = `expected ${what} of ${at(expected.paths[i], wanted)}, found ${at(found.paths[i], leaf)}`;
    if (!wanted || !leaf || expected.paths[i] !== found.paths[i] || !sameShape(wanted.shape, leaf.shape))
      throw explain(new ShapeError(message), name, []);
    if (wanted.dtype !== leaf.dtype) throw explain(new DataTypeError(message), name, []);
  }
  return found.leaves;
};

/**
 * The value and the gradient of a scalar function with respect to its first argument, a tree of tensors.
 * @returns a function `(x, ...rest) => [value, gradient]` with the gradient in the structure of x
 * @throws ShapeError when the result is not a floating-point scalar
 */
export const valueAndGrad =
  <X extends Tensors, Rest extends unknown[]>(f: (x: X, ...rest: Rest) => Tensor) =>
  (x: X, ...rest: Rest): [value: Tensor, gradient: X] => {
    const point = aliasTree(x);
    const value = inliningCalls(() => f(point, ...rest));
    checkScalar("grad", value);
    const { leaves, unflatten } = flattenTree<Tensor>(point, isTensor);
    const gradients = pullback([value], [oneLike(value)], leaves);
    return [value, unflatten(leaves.map((leaf, i) => gradients[i] ?? zeroLike(leaf))) as X];
  };

/** The gradient of a scalar function with respect to its first argument; see {@link valueAndGrad}. */
export const grad =
  <X extends Tensors, Rest extends unknown[]>(f: (x: X, ...rest: Rest) => Tensor) =>
  (x: X, ...rest: Rest): X =>
    valueAndGrad(f)(x, ...rest)[1];

/**
 * Reverse mode: the value of f at x, and the function from cotangents of the value to the cotangent of x.
 * @throws ShapeError | DataTypeError when a cotangent does not have the structure and types of the value
 */
export const vjp = <X extends Tensors, Y extends Tensors>(
  f: (x: X) => Y,
  x: X,
): [value: Y, pull: (cotangent: Y) => X] => {
  const point = aliasTree(x);
  const value = inliningCalls(() => f(point));
  const { leaves, unflatten } = flattenTree<Tensor>(point, isTensor);
  const pull = (cotangent: Y): X => {
    const gradients = pullback(leavesOf(value), leavesLike("vjp", "a cotangent", cotangent, value), leaves);
    return unflatten(leaves.map((leaf, i) => gradients[i] ?? zeroLike(leaf))) as X;
  };
  return [value, pull];
};

/**
 * Forward mode: the value of f at x and its derivative along the tangent, `J v`.
 * @throws ShapeError | DataTypeError when the tangent does not have the structure and types of x
 */
export const jvp = <X extends Tensors, Y extends Tensors>(
  f: (x: X) => Y,
  x: X,
  tangent: X,
): [value: Y, derivative: Y] => {
  const point = aliasTree(x);
  const value = inliningCalls(() => f(point));
  const outputs = flattenTree<Tensor>(value, isTensor);
  const inputs = leavesOf(point);
  const tangents = leavesLike("jvp", "a tangent", tangent, x);
  const probes = outputs.leaves.map((y) => alias(zeroLike(y)));
  const pulled = pullback(outputs.leaves, probes, inputs);
  const pushed = pullback(
    pulled.flatMap((cotangent) => cotangent ?? []),
    tangents.filter((_, i) => pulled[i]),
    probes,
  );
  const derivative = pushed.map((y, i) => y ?? zeroLike(outputs.leaves[i]!));
  const used = new Set(topologicalOrder(derivative));
  const nonlinear = probes.find((probe) => used.has(probe));
  if (nonlinear) throw new Error("jvp: a pullback rule is not linear in its cotangent; report this as a defect");
  return [value, outputs.unflatten(derivative) as Y];
};

/**
 * The Hessian of a scalar function times a vector, forward over reverse: one gradient's cost, times a small constant.
 * @returns `[gradient, product]`, both in the structure of x
 */
export const hessianVectorProduct = <X extends Tensors>(
  f: (x: X) => Tensor,
  x: X,
  vector: X,
): [gradient: X, product: X] => jvp(grad(f), x, vector) as [X, X];

/**
 * The inner product of two trees of tensors, as a scalar.
 * @throws ShapeError | DataTypeError when they differ in structure or types
 */
export const dot = (a: Tensors, b: Tensors): Tensor => {
  const right = leavesLike("dot", "a factor", b, a);
  const products = leavesOf(a).map((x, i) => sum(multiply(x, right[i]!)));
  return products.length === 0 ? constant(0) : products.reduce((total, product) => add(total, product));
};
