/** What measuring the samples of a model takes and gives, for any kind of data. */
import type { AssessProgress, FeatureExtractor } from "@scorefield/assess";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { ImageQuality } from "./images/measure-images.ts";
import type { Composition, Samples } from "./samples.ts";
import type { TableQuality } from "./table/measure-table.ts";

/** News of a measurement. */
export interface MeasureProgress extends AssessProgress {
  /**
   * What `done` and `total` count: samples that are drawn, steps of training a classifier whose features samples are
   * compared by, or parts of measuring.
   */
  readonly of: "sampling" | "classifier" | "measuring";
}

/** Samples to be drawn. */
export interface DrawRequest {
  readonly count: number;
  readonly seed: number;
  /** Classes that samples have one after the other, again and again; default none. */
  readonly classes?: readonly number[] | undefined;
}

/** Features that samples are compared by, and what people call them. */
export interface Features {
  readonly extractor: FeatureExtractor;
  readonly called: string;
}

/** How the samples of a model are measured, with everything settled; all data in their own units. */
export interface MeasureInput {
  /** What the model's samples consist of, and how many classes it knows. */
  readonly made: Composition;
  readonly classes: number;
  /** Names the model in errors: the run's folder. */
  readonly model: string;
  /** Data that the model has not seen. */
  readonly reference: Samples;
  /** The name of data that the user gave; undefined for held-out data. */
  readonly given?: string | undefined;
  /** What the model has learnt from, where known; what they are called, and plain JSON that says which part of them it is. */
  readonly own?: { readonly training: Samples; readonly name: string; readonly part: unknown } | undefined;
  /** How many samples to draw; default the domain's number. */
  readonly count?: number | undefined;
  readonly seed: number;
  readonly features?: Features | undefined;
  readonly signal: AbortSignal;
  /** Draws samples, in the units of the data. */
  readonly draw: (request: DrawRequest) => Promise<{ readonly samples: NdArray<"float64"> }>;
  readonly onProgress?: ((progress: MeasureProgress) => void) | undefined;
  /** Called with a text on what differs from what was asked for. */
  readonly onRemark?: ((remark: string) => void) | undefined;
}

/** What was found, and what it was found on, to be shown beside it. */
export interface Measured {
  /** Plain JSON. */
  readonly quality: TableQuality | ImageQuality;
  readonly samples: NdArray<FloatType>;
  /** Real data that the model has not seen. */
  readonly real: NdArray<FloatType>;
  /** What the samples were compared with, in a few words. */
  readonly comparedWith: string;
  /** What the features are of, in a few words. */
  readonly features?: string;
  /** The samples of the nearest pairs, of images. */
  readonly nearest?: { readonly samples: NdArray; readonly training: NdArray };
}
