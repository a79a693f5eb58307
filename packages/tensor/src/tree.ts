/** Nested objects and arrays of leaves: how functions take and return many tensors at once. */

import { DataTypeError } from "./errors.ts";

/** A leaf, or arrays and plain objects of trees, to any depth. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The tree `S` with every leaf of type `From` replaced by `To`. */
export type MapTree<S, From, To> = S extends From
  ? To
  : S extends readonly unknown[]
    ? { [K in keyof S]: MapTree<S[K], From, To> }
    : S extends object
      ? { [K in keyof S]: MapTree<S[K], From, To> }
      : never;

/** Is this an inner node: an array or a plain object? */
export const isBranch = (tree: unknown): tree is Record<string, unknown> | readonly unknown[] =>
  Array.isArray(tree) ||
  (typeof tree === "object" && tree !== null && Object.getPrototypeOf(tree) === Object.prototype);

/**
 * Maps every leaf, keeping the structure. Leaves are met in order: arrays by index, objects by their keys in alphabetical
 * order, so that trees written in different orders match.
 * @param isLeaf what counts as a leaf, needed when leaves are themselves plain objects
 */
export const mapTree = (
  tree: unknown,
  visit: (leaf: never, path: string) => unknown,
  isLeaf: (node: unknown) => boolean = (node) => !isBranch(node),
  path = "",
): unknown => {
  if (isLeaf(tree)) return visit(tree as never, path);
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, visit, isLeaf, path ? `${path}.${i}` : `${i}`));
  if (!isBranch(tree))
    throw new DataTypeError(`${path || "tree"}: expected a leaf, an array or a plain object, found ${String(tree)}`);
  const mapped: Record<string, unknown> = { ...tree };
  for (const key of Object.keys(tree).sort())
    mapped[key] = mapTree(tree[key as never], visit, isLeaf, path ? `${path}.${key}` : key);
  return mapped;
};

/** The leaves of a tree in order, with a function that puts other leaves into the same structure. */
export const flattenTree = <T>(
  tree: unknown,
  isLeaf: (node: unknown) => boolean = (node) => !isBranch(node),
): { leaves: T[]; paths: string[]; unflatten: (leaves: readonly unknown[]) => unknown } => {
  const leaves: T[] = [];
  const paths: string[] = [];
  mapTree(
    tree,
    (leaf: T, path) => {
      leaves.push(leaf);
      paths.push(path);
    },
    isLeaf,
  );
  const unflatten = (values: readonly unknown[]) => {
    let next = 0;
    return mapTree(tree, () => values[next++], isLeaf);
  };
  return { leaves, paths, unflatten };
};
