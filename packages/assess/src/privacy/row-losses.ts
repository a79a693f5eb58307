/** A model's denoising loss of each row. It is small for rows that the model has memorised. */
import { ArgumentError, noise, normal, type ScoreModel, timeOfLogRatio } from "@scorefield/core";
import { checkModel, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { castArray, type NdArray, type Runtime, sizeOf } from "@scorefield/tensor";
import { compileField, flatPoints, withField } from "../instrument/field.ts";

/** Options of {@link rowLosses}. */
export interface RowLossOptions {
  /** Ratios sigma / alpha of noise to data, in units of the data. Default 8 in equal ratios from 0.05 to 1. */
  readonly levels?: readonly number[];
  /** Noisy copies of each row at each level, default 4. */
  readonly draws?: number;
  /** Of the noise, default 0. */
  readonly seed?: number;
  /** Rows evaluated at once, default at most 512. */
  readonly batch?: number;
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
}

const known = {
  levels: true,
  draws: true,
  seed: true,
  batch: true,
  onProgress: true,
  signal: true,
  runtime: true,
} satisfies Known<RowLossOptions>;

// With more noise than data, the loss says how unusual a row is, and little about whether it was memorised.
const usualLevels = Array.from({ length: 8 }, (_, k) => 0.05 * 20 ** (k / 7));

/**
 * The denoising loss of each row, averaged over noise levels r = sigma / alpha and draws z:
 *
 *     mean over r and z of (1 + r^2) / d |z - E[z | alpha x + sigma z]|^2
 *
 * the weighting of Karras et al. 2022 for data of unit scale. All rows have the same draws, so that their losses differ by
 * the rows alone. Computed in single precision, as the model is sampled.
 * @param model in whose units the rows are @param x [n, ...model.shape]
 * @returns float64 [n]
 * @throws ShapeError for rows of another shape; ArgumentError for values not finite, unknown options and options out of range;
 *   the signal's reason when aborted
 */
export const rowLosses = async (model: ScoreModel, x: NdArray, options: RowLossOptions = {}): Promise<Float64Array> => {
  checkModel("rowLosses", model);
  checkOptions("rowLosses", options, known);
  const { levels = usualLevels, draws = 4, seed = 0, batch, onProgress, signal, runtime } = options;
  checkWhole("rowLosses draws", draws);
  if (!Array.isArray(levels) || levels.length === 0 || !levels.every((r) => r > 0 && Number.isFinite(r)))
    throw new ArgumentError(`rowLosses levels: expected a list of ratios above 0, found ${levels}`);
  const { count, data } = flatPoints("rowLosses", model, castArray(x as NdArray<"float32">, "float32"));
  const losses = new Float64Array(count);
  if (count === 0) return losses;
  const size = sizeOf(model.shape);
  const settings = {
    name: "rowLosses",
    dtype: "float32" as const,
    rows: count,
    vectors: 1,
    expected: count * draws * levels.length,
    ...(batch !== undefined && { batch }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(runtime && { runtime }),
  };
  const field = compileField(
    model,
    (at, t, [z]) => ({
      error: noise(model, at, t).subtract(z!).square().reshape([t.shape[0]!, -1]).mean(1),
    }),
    settings,
  );
  return withField(field, async ({ at }) => {
    for (const [k, level] of levels.entries()) {
      const time = timeOfLogRatio(model.process, Math.log(level));
      const [alpha, sigma] = [model.process.alpha(time), model.process.sigma(time)];
      const ratio = sigma / alpha;
      for (let draw = 0; draw < draws; draw++) {
        const one = normal([1, size], { seed, step: k * draws + draw, purpose: "noise", dtype: "float64" }).data;
        const z = Float64Array.from({ length: data.length }, (_, i) => one[i % size]!);
        const noisy = data.map((value, i) => alpha * value + sigma * z[i]!);
        const { error } = await at(noisy, time, z);
        for (let i = 0; i < count; i++) losses[i]! += ((1 + ratio ** 2) * error[i]!) / (levels.length * draws);
      }
    }
    return losses;
  });
};
