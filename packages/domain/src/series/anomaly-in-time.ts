/** How unlike the training windows other windows are, and where: by how badly the model takes noise off them. */
import { ArgumentError, normal } from "@scorefield/core";
import { checkOptions, checkWhole, type Known, wholeLanes } from "@scorefield/core/internal";
import { compile, type FloatType, type NdArray, type Tensor, zeros } from "@scorefield/tensor";
import { checkSeriesModel, type SeriesModel, sizesOf } from "./series-model.ts";

/** Errors of windows. */
export interface SeriesAnomaly {
  /** Of each window: its error over that of a training window; about 1 for windows like these. */
  readonly scores: Float64Array;
  /** [n, series, length]: error of each place, relative to its mean over training windows. */
  readonly errors: NdArray<"float64">;
}

/**
 * Noise levels, in standard deviations of the series: so much that the model has to say from the whole what a window is. On heartbeats
 * lower ones found less: see docs/series.md.
 */
const usualLevels = [1, 2];

/** Options of {@link anomalyInTime}. */
export interface AnomalyInTimeOptions {
  /** Draws of the noise at each level; default 8. */
  readonly draws?: number;
  readonly seed?: number;
  /**
   * Standard deviations of the noise, above 0, in those of the series; default 1 and 2, which find odd shapes. Small ones, such as
   * 0.1, find what is rough where training windows are smooth.
   */
  readonly levels?: readonly number[];
  /** Number of the first window, default 0, so that parts have the noise of all. */
  readonly first?: number;
}

const known = { draws: true, seed: true, levels: true, first: true } satisfies Known<AnomalyInTimeOptions>;

const windowsAtOnce = 64;

/** Mean squared errors of the denoised series of windows, [series length] for each window, level by level; 0 where a value is missing. */
const errorsOf = async (
  run: SeriesModel,
  windows: NdArray<FloatType>,
  { draws, seed, levels, first }: Required<AnomalyInTimeOptions>,
): Promise<Float64Array[]> => {
  const { model, codec } = run;
  const { channels, length, series } = sizesOf(run);
  const size = channels * length;
  const n = windows.shape[0]!;
  const encoded = codec.encode(windows, { seed, part: 2, steady: true });
  const all = levels.map(() => new Float64Array(n * series * length));
  const rows = wholeLanes(n, windowsAtOnce, size);
  const spec = [{ shape: [rows, channels, length] }, { shape: [rows] }] as const;
  const denoise = await compile((x: Tensor, t: Tensor) => model.denoise(x, t), [...spec], { name: "denoising errors" });
  try {
    for (const [k, level] of levels.entries()) {
      const errors = all[k]!;
      const time = model.process.timeOfLogSnr(-2 * Math.log(level));
      const [a, s] = [model.process.alpha(time), model.process.sigma(time)];
      for (let draw = 0; draw < draws; draw++) {
        const noise = normal([n, channels, length], {
          ...{ seed, step: 1 + k * draws + draw, firstSample: first },
          purpose: "held-out",
        }).data;
        for (let from = 0; from < n; from += rows) {
          const count = Math.min(rows, n - from);
          const x = zeros([rows, channels, length]);
          for (let i = 0; i < count * size; i++) {
            const value = encoded.data[from * size + i]!;
            // A value that is missing is at its mean.
            x.data[i] = a * (Number.isNaN(value) ? 0 : value) + s * Number(noise[from * size + i]!);
          }
          const { data } = await denoise(x, {
            dtype: "float32",
            shape: [rows],
            data: new Float32Array(rows).fill(time),
          });
          for (let i = 0; i < count; i++)
            for (let at = 0; at < series * length; at++) {
              const value = encoded.data[(from + i) * size + at]!;
              if (Number.isNaN(value)) continue;
              const error = Number(data[i * size + at]) - value;
              errors[(from + i) * series * length + at]! += (error * error) / draws;
            }
        }
      }
    }
  } finally {
    await denoise.dispose();
  }
  return all;
};

/**
 * Scores windows. Noise of two levels is added to them, and the model takes it off. The squared errors are compared with those of
 * training windows: a window unlike these is drawn towards them, and its error is large where it differs. The score of a window is its
 * error over that of a training window; errors of places are over those of the same place.
 * @param training windows that the model was trained on, [n, channels, length], in the data's units; some hundreds are enough
 * @param windows the same, to be scored
 * @throws ArgumentError for a run that is not of series, and options out of range
 */
export const anomalyInTime = async (
  run: SeriesModel,
  training: NdArray<FloatType>,
  windows: NdArray<FloatType>,
  options: AnomalyInTimeOptions = {},
): Promise<SeriesAnomaly> => {
  checkSeriesModel("anomalyInTime", run);
  checkOptions("anomalyInTime", options, known);
  const { draws = 8, seed = 0, levels = usualLevels, first = 0 } = options;
  checkWhole("anomalyInTime draws", draws);
  if (!Array.isArray(levels) || levels.length === 0 || !levels.every((level) => Number.isFinite(level) && level > 0))
    throw new ArgumentError(`anomalyInTime levels: expected numbers above 0, found ${JSON.stringify(levels)}`);
  const { length, series } = sizesOf(run);
  const places = series * length;
  const usual = await errorsOf(run, training, { draws, seed, levels, first: 0 });
  const found = await errorsOf(run, windows, { draws, seed: seed + 1, levels, first });
  const n = training.shape[0]!;
  const count = windows.shape[0]!;
  const errors = zeros([count, series, length], "float64");
  const scores = new Float64Array(count);
  for (const [k, own] of found.entries()) {
    const means = Float64Array.from({ length: places }, (_, at) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += usual[k]![i * places + at]!;
      return sum / n || 1;
    });
    const whole = means.reduce((sum, mean) => sum + mean, 0);
    for (let i = 0; i < own.length; i++) {
      errors.data[i]! += own[i]! / means[i % places]! / levels.length;
      scores[Math.floor(i / places)]! += own[i]! / whole / levels.length;
    }
  }
  return { scores, errors };
};
