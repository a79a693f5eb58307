/** What assessing a run takes and gives, whatever it was trained on. */
import type { AssessProgress, FeatureExtractor, Quality } from "@scorefield/assess";
import type { NdArray } from "@scorefield/tensor";

/** News of the assessment of a run. */
export interface RunAssessProgress extends AssessProgress {
  /**
   * What `done` and `total` count: samples that are drawn, steps of training a classifier whose features images are
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

/** How a run is assessed, with everything settled. */
export interface RunAssessment {
  /** The file or folder to compare with in place of held-out data, and what people call it. */
  readonly file?: string | undefined;
  readonly data?: string | undefined;
  readonly count?: number | undefined;
  readonly seed: number;
  /** Features of images, and what people call them. */
  readonly extractor?: { readonly extractor: FeatureExtractor; readonly called: string } | undefined;
  readonly signal: AbortSignal;
  /** Draws samples, in the units of the data. */
  readonly draw: (request: DrawRequest) => Promise<{ readonly samples: NdArray<"float64"> }>;
  readonly onProgress?: ((progress: RunAssessProgress) => void) | undefined;
  /** Told what is not as asked for. */
  readonly onRemark?: ((remark: string) => void) | undefined;
}

/** What was found, and what it was found on, to be shown beside it. */
export interface Assessed<Q extends Quality = Quality> {
  /** Plain JSON. */
  readonly quality: Q;
  readonly samples: NdArray;
  /** Real data that the model has not seen. */
  readonly real: NdArray;
  /** What the samples were compared with, in a few words. */
  readonly comparedWith: string;
  /** What the features of images are of, in a few words. */
  readonly features?: string;
  /** The images of the nearest pairs. */
  readonly nearest?: { readonly samples: NdArray; readonly training: NdArray };
}
