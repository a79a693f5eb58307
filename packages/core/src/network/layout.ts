/** How rows of numbers and categories stand in a vector: which coordinates belong to which column. */
import { concat, ShapeError, sliceAxis, softmax, type Tensor } from "@scorefield/tensor";
import { list, number, whole } from "../part/setting.ts";

/** Settings that say what the coordinates of a row are. */
export const layoutSettings = {
  columns: list(whole({ least: 1, help: "1 for a number, k for a category of k levels" }), {
    fewest: 1,
    help: "coordinates of each column: 1 of a number, k of a category of k levels as a one-hot vector",
    otherwise: "each coordinate is a number",
  }),
  scale: number({ above: 0, default: 1, help: "length of the one-hot vectors of categories" }),
};

/** Coordinates of a row: 1 for a number, k for a category of k levels, which is `scale` times a one-hot vector. */
export interface Layout {
  readonly columns: readonly number[];
  readonly scale: number;
}

/** The layout of rows of a number of coordinates, by its settings. */
export const layoutOf = (
  { columns, scale }: { readonly columns?: readonly number[] | undefined; readonly scale: number },
  coordinates: number,
): Layout => ({ columns: columns ?? new Array<number>(coordinates).fill(1), scale });

/** Columns of one size that stand side by side. */
export interface Block {
  /** The first coordinate. */
  readonly from: number;
  /** Columns, and coordinates of each. */
  readonly count: number;
  readonly size: number;
}

/** Coordinates of a row of a layout. */
export const layoutSize = ({ columns }: Pick<Layout, "columns">): number => columns.reduce((sum, k) => sum + k, 0);

/** Runs of columns of one size, in their order: few slices where columns are sorted by size. */
export const blocksOf = ({ columns }: Pick<Layout, "columns">): Block[] => {
  const blocks: Block[] = [];
  let from = 0;
  for (const size of columns) {
    const last = blocks.at(-1);
    if (last?.size === size) blocks[blocks.length - 1] = { ...last, count: last.count + 1 };
    else blocks.push({ from, count: 1, size });
    from += size;
  }
  return blocks;
};

/** @throws ShapeError unless rows [n, coordinates of the layout] */
export const checkRows = (name: string, { shape }: { readonly shape: readonly number[] }, layout: Layout): void => {
  const size = layoutSize(layout);
  if (shape.length !== 2 || shape[1] !== size)
    throw new ShapeError(
      `${name}: expected rows [n, ${size}] of ${layout.columns.length} columns, found [${shape.join(", ")}]`,
    );
};

/** The coordinates of a block, [n, count * size], of rows [n, coordinates]. */
export const sliceBlock = (rows: Tensor, { from, count, size }: Block): Tensor =>
  sliceAxis(rows, 1, from, from + count * size);

/**
 * A function of each block of rows [n, coordinates], put together again.
 * @param f from the block's coordinates [n, count * size] to as many
 */
export const mapBlocks = (
  layout: Layout,
  f: (block: Block, slice: (rows: Tensor) => Tensor, index: number) => Tensor,
): Tensor => {
  const parts = blocksOf(layout).map((block, index) => f(block, (rows) => sliceBlock(rows, block), index));
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
};

/** Softmax over the levels of each column of a block, [n, count * size]. */
export const softmaxOfLevels = (logits: Tensor, { count, size }: Block): Tensor =>
  softmax(logits.reshape([logits.shape[0]!, count, size]), -1).reshape(logits.shape);
