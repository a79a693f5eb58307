/** A score model of whole images from a score model of patches. */
import { concat, constant, type NdArray, ndarray, pad, type Shape, ShapeError, type Tensor } from "@scorefield/tensor";
import { checkCount } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import { checkTraced } from "../model/check-traced.ts";
import { checkConditionNames } from "../model/given.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { entriesWhere } from "../model/with-given.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { positionOf } from "./patches.ts";
import { positionSize } from "./positioned.ts";

/** Settings of {@link patchModel}. */
export interface PatchModelOptions {
  /** Shape of an image, [channels, height, width], at least as large as a patch. */
  readonly shape: Shape;
  /** Pixels by which neighbours overlap at least, less than a patch. Default a quarter of a patch. */
  readonly overlap?: number;
  /** Whether patches know where they lie, where the model can be conditioned on it. Default yes. */
  readonly position?: boolean;
}

const known = { shape: true, overlap: true, position: true } satisfies Known<PatchModelOptions>;

/** Where patches begin along an axis, evenly, and the weight of each of their pixels; the weights of a pixel add up to 1. */
const partsAlong = (size: number, patch: number, overlap: number) => {
  const count = size === patch ? 1 : Math.max(2, Math.ceil((size - overlap) / (patch - overlap)));
  const starts = Array.from({ length: count }, (_, k) =>
    count === 1 ? 0 : Math.round((k * (size - patch)) / (count - 1)),
  );
  // It falls towards another patch, where a patch knows less of what is around; there is none at the border of the image.
  const weightOf = (start: number, i: number): number => {
    const before = start === 0 ? 1 : (i + 0.5) / Math.max(1, overlap);
    const behind = start === size - patch ? 1 : (patch - i - 0.5) / Math.max(1, overlap);
    return Math.min(1, before, behind);
  };
  const total = new Float64Array(size);
  for (const start of starts) for (let i = 0; i < patch; i++) total[start + i]! += weightOf(start, i);
  return starts.map((start) => ({
    start,
    weights: Float32Array.from({ length: patch }, (_, i) => weightOf(start, i) / total[start + i]!),
  }));
};

/**
 * A prior of images of any size, made of a model of patches (Hu, Song, Xu & Fessler 2024, "Learning Image Priors through Patch-Based
 * Diffusion Models for Solving Inverse Problems"). An image's denoised estimate is the mean of those of overlapping patches, with
 * weights that fall towards a patch's edge. What is farther apart than a patch is not known to belong together: a measurement has
 * to say it. In the paper patches do not overlap, and lie elsewhere in each step of a sampler; here they lie still, so that the
 * result is one function of x and t.
 *
 * One estimate costs that of all patches: about height width / (patch - overlap)^2 of them, in one batch of the model.
 * @param model of patches [channels, rows, columns]. Where it has the condition `observed` of 3 numbers, as a network that is
 *   `positioned` has, each patch is given its position. Other conditions are those of the result
 * @throws ShapeError for images of other channels, or smaller than a patch; ArgumentError for what is not a model, and options
 *   out of range
 */
export const patchModel = (model: ScoreModel, given: PatchModelOptions): ScoreModel => {
  checkModel("patchModel", model, "a score model of patches");
  checkOptions("patchModel", given, known);
  const { shape } = given;
  const [channels, rows, columns] = model.shape as [number, number, number];
  const fits = Array.isArray(shape) && shape.length === 3 && shape.every(Number.isInteger);
  if (model.shape.length !== 3)
    throw new ShapeError(`patchModel: expected a model of patches [channels, rows, columns], found [${model.shape}]`);
  if (!fits || shape[0] !== channels || shape[1]! < rows || shape[2]! < columns)
    throw new ShapeError(
      `patchModel shape: expected images of at least [${channels}, ${rows}, ${columns}], the patches' shape, with as many channels; ` +
        `found [${shape}]`,
    );
  const [, height, width] = shape as [number, number, number];
  const { overlap = Math.floor(Math.min(rows, columns) / 4), position = true } = given;
  checkCount("patchModel overlap", overlap);
  if (overlap >= Math.min(rows, columns))
    throw new ArgumentError(
      `patchModel overlap: expected less than a patch of [${rows}, ${columns}], found ${overlap}`,
    );

  const down = partsAlong(height, rows, overlap);
  const across = partsAlong(width, columns, overlap);
  const places = down.flatMap((above) => across.map((left) => [above.start, left.start] as const));
  const positions: NdArray = ndarray(
    Float32Array.from(places.flatMap((place) => positionOf(place, [rows, columns], [height, width]))),
    [places.length, 1, positionSize],
  );
  const conditions = entriesWhere(model.conditions ?? {}, (name) => name !== "observed");
  const takesPosition = position && model.conditions?.observed?.shape.join() === `${positionSize}`;

  /** A row for each patch, those of one place together. */
  const repeated = (values: Tensor): Tensor => concat(new Array<Tensor>(places.length).fill(values), 0);

  const denoise = (x: Tensor, t: Tensor, conditionRows: Given = {}): Tensor => {
    checkConditionNames("patchModel", { conditions }, Object.keys(conditionRows));
    checkTraced(x, t);
    const n = x.shape[0]!;
    if (t.rank !== 1 || t.shape[0] !== n || x.shape.slice(1).join() !== shape.join())
      throw new ShapeError(
        `patchModel: expected x [n, ${shape.join(", ")}] and t [n], found x [${x.shape}] and t [${t.shape}]`,
      );
    const cut = concat(
      places.map(([row, column]) => x.slice([null, null, [row, row + rows], [column, column + columns]])),
      0,
    );
    const own = Object.fromEntries(Object.entries(conditionRows).map(([name, values]) => [name, repeated(values)]));
    if (takesPosition)
      own.observed = constant(positions)
        .cast(x.dtype)
        .broadcastTo([places.length, n, positionSize])
        .reshape([places.length * n, positionSize]);
    const denoised = model.denoise(cut, repeated(t), own).split(places.length, 0);
    const sum = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => a.add(b));
    return sum(
      down.map((above, i) => {
        const strip = sum(
          across.map((left, j) =>
            pad(denoised[i * across.length + j]!.multiply(constant(ndarray(left.weights)).cast(x.dtype)), [
              [0, 0],
              [0, 0],
              [0, 0],
              [left.start, width - columns - left.start],
            ]),
          ),
        );
        return pad(strip.multiply(constant(ndarray(above.weights, [rows, 1])).cast(x.dtype)), [
          [0, 0],
          [0, 0],
          [above.start, height - rows - above.start],
          [0, 0],
        ]);
      }),
    );
  };
  return {
    process: model.process,
    shape,
    ...(model.evaluations !== undefined && { evaluations: model.evaluations }),
    ...(Object.keys(conditions).length > 0 && { conditions }),
    denoise,
  };
};
