/** How good samples are, as numbers with intervals and what they mean. */
import { ArgumentError, type FeatureNetwork } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { isNdArray, type NdArray } from "@scorefield/tensor";
import type { AssessData } from "../metric/metric-input.ts";
import { usualMetrics } from "../metric/metrics.ts";
import { type CompareOptions, compareSets, type Quality } from "./compare-sets.ts";
import { plainJson } from "./plain-json.ts";

/** Options of {@link assess}. */
export interface AssessOptions extends CompareOptions {
  /** The classifier of the two-sample test among the usual metrics. Default as `classifierTwoSample`. */
  readonly network?: FeatureNetwork | undefined;
  /** Steps that such a network is trained for, default 300. */
  readonly steps?: number | undefined;
}

const dataNames = { samples: true, reference: true, real: true, training: true } satisfies Known<AssessData>;
const optionNames = {
  metrics: true,
  columns: true,
  control: true,
  extractor: true,
  judge: true,
  network: true,
  steps: true,
  count: true,
  seed: true,
  signal: true,
  runtime: true,
  onProgress: true,
} satisfies Known<AssessOptions>;

const isDataset = (set: unknown): boolean =>
  typeof set === "object" && set !== null && "count" in set && "shape" in set && "read" in set;

const showKind = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : value === null
      ? "null"
      : typeof value === "object"
        ? "another object"
        : typeof value;

/**
 * @throws ArgumentError for metrics, an extractor or a judge of another kind, classes that are not one for each sample, and
 *   settings of the usual metrics beside a list of metrics
 */
const checkMetrics = (
  { shape: [count = 0] }: NdArray,
  { metrics, network, steps, extractor, judge }: AssessOptions,
): void => {
  if (extractor !== undefined)
    checkMade(
      "assess extractor",
      extractor,
      ["features", "frechetName"],
      "an extractor such as classifierExtractor(...)",
    );
  if (judge !== undefined) {
    checkOptions("assess judge", judge, { classifier: true, samples: true });
    if (judge.samples?.length !== count)
      throw new ArgumentError(
        `assess judge samples: expected ${count} classes, one for each sample, found ${judge.samples?.length ?? "none"}`,
      );
  }
  if (metrics === undefined) return;
  if (network !== undefined || steps !== undefined)
    throw new ArgumentError(
      "assess: expected metrics, or network and steps for the usual ones, found both; give them to twoSampleTestMetric",
    );
  if (!Array.isArray(metrics))
    throw new ArgumentError(`assess metrics: expected a list such as usualMetrics(), found ${showKind(metrics)}`);
  for (const [i, metric] of metrics.entries())
    checkMade(`assess metrics ${i}`, metric, ["declaration", "take"], "a metric such as energyDistanceMetric()");
};

/**
 * Measures samples against real data that the model did not see. Where training data are given, it also measures real
 * data against the same data: the distance that chance alone makes. Every number has an interval of 95 % by the
 * bootstrap. The same data, options and seed give the same numbers. The usual metrics are precision, recall, density and
 * coverage (of neighbourhoods), energy distance, sliced Wasserstein distance, MMD and the classifier two-sample test.
 * With an extractor also the Fréchet and the kernel distance of its features. With training data also how often a
 * sample is nearer to them than unseen data are. `metricCatalogue` lists all.
 *
 *     const { measures } = await assess({ samples, reference, training }, { seed: 0 });
 *     for (const { name, samples, real } of measures) console.log(name, samples.value, real?.value);
 *
 * With the option `columns`, rows may hold codes of categories and NaN for missing cells.
 *
 * @param data samples, reference and training data of one shape [n, ...shape] and in one unit. Rows of numbers [n, d] are
 *   compared in standard deviations of the reference's columns, samples of several axes, such as images, as they are
 * @throws ShapeError for sets of different shape; ArgumentError for unknown options, options out of range and values that
 *   are not finite; the signal's reason when aborted
 */
export const assess = async (data: AssessData, options: AssessOptions = {}): Promise<Quality> => {
  checkOptions("assess data", data, dataNames);
  checkOptions("assess", options, optionNames);
  for (const name of ["samples", "reference", "real", "training"] as const) {
    const set: unknown = data[name];
    const optional = name === "real" || name === "training";
    if (
      (isNdArray(set) && Array.isArray(set.shape)) ||
      (name !== "samples" && isDataset(set)) ||
      (optional && set === undefined)
    )
      continue;
    throw new ArgumentError(
      `assess ${name}: expected an array { data, shape, dtype }${name === "samples" ? "" : " or a dataset"}, found ${showKind(set)}; fromNested makes one of nested lists`,
    );
  }
  const { network, steps, metrics, ...rest } = options;
  checkMetrics(data.samples, options);
  const test = { ...(network && { network }), ...(steps !== undefined && { steps }) };
  const { quality } = await compareSets(data, { ...rest, metrics: metrics ?? usualMetrics(test) });
  return plainJson(quality) as Quality;
};
