/** What metrics look at: samples and real data, in equal numbers and comparable units. */
import type { Dataset } from "@scorefield/core";
import type { NdArray, Runtime } from "@scorefield/tensor";
import type { Classifier } from "../classifier/classifier.ts";
import type { FeatureExtractor } from "./extractor.ts";
import type { MetricColumn } from "./metric-column.ts";

/** What is compared, all of one shape and in one unit: arrays [n, ...shape], or datasets. */
export interface AssessData {
  /** Samples of a model. */
  readonly samples: NdArray;
  /** Real data that the model did not see. */
  readonly reference: NdArray | Dataset;
  /** Other real data, which are compared with the reference as the samples are. Default: the training data. */
  readonly real?: NdArray | Dataset | undefined;
  /** What the model has learnt from: shows whether samples repeat it. */
  readonly training?: NdArray | Dataset | undefined;
}

/** Samples and real data of one shape, [n, ...shape] each with the same n. */
export interface SampleSets {
  readonly samples: NdArray;
  /** Real data that the model did not see. */
  readonly reference: NdArray;
  /** Other real data, as a perfect model would draw them. */
  readonly real?: NdArray | undefined;
  /** Training rows with every column shuffled separately: the right columns, and no relations between them. */
  readonly control?: NdArray | undefined;
}

/** A classifier of the data's classes, and the classes of the rows that it is shown. */
export interface Judge {
  readonly classifier: Classifier;
  /** The class that each sample was asked to be of, [n]. */
  readonly samples: ArrayLike<number>;
  /** The class of each reference row, [n], where known. */
  readonly reference?: ArrayLike<number> | undefined;
}

/** What a metric may look at. */
export interface MetricInput {
  /** All data, as they were given. */
  readonly data: AssessData;
  /** The rows that are compared, in the units of the data. */
  readonly own: SampleSets;
  /**
   * The same: rows of numbers in standard deviations of the reference's columns, samples of several axes as they are. Of rows
   * with {@link MetricInput.columns}, a number is in standard deviations and a missing one at the mean, with an indicator of
   * its own. Two different levels of a category are 1 apart.
   */
  readonly compared: SampleSets;
  /** What the numbers of a row of `own` are. With it, some are codes of levels, and NaN is a missing cell. */
  readonly columns?: readonly MetricColumn[] | undefined;
  /** Of a distance between two rows of `compared`. */
  readonly unit: string;
  /** Their features [n, features], where there is an extractor. */
  readonly features?: SampleSets & { readonly extractor: FeatureExtractor };
  /** All training data, in the units of `compared`. */
  readonly training?: Dataset;
  readonly judge?: Judge;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
}
