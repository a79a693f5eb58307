/** What measuring the samples of a model takes and gives, for any kind of data. */
import type { AssessProgress, FeatureExtractor, MembershipAttack, Quality } from "@scorefield/assess";
import type { GivenValues } from "@scorefield/core";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Codec } from "./codec.ts";
import type { Composition, Samples } from "./samples.ts";
import type { ConditionalScore } from "./series/conditional-scores.ts";
import type { ReturnFact } from "./series/return-facts.ts";
import type { ColumnComparison } from "./table/compare-columns.ts";
import type { RuleEffect } from "./table/rules/count-violations.ts";

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
  /** What else they are conditioned on, in the model's units; default nothing. */
  readonly given?: GivenValues | undefined;
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
  /** Between the data's units and the model's, and the names of what the model can be conditioned on. */
  readonly codec?: Codec | undefined;
  readonly conditions?: readonly string[] | undefined;
  /** Names the model in errors: the run's folder. */
  readonly model: string;
  /** Data that the model has not seen. */
  readonly reference: Samples;
  /** The name of data that the user gave; undefined for held-out data. */
  readonly given?: string | undefined;
  /** What the model has learnt from, where known; what they are called, and plain JSON that says which part of them it is. */
  readonly own?: { readonly training: Samples; readonly name: string; readonly part: unknown } | undefined;
  /** How many samples to draw. */
  readonly count: number;
  readonly seed: number;
  readonly features?: Features | undefined;
  readonly signal: AbortSignal;
  /** Draws samples, in the units of the data. */
  readonly draw: (request: DrawRequest) => Promise<{ readonly samples: NdArray<"float64"> }>;
  /**
   * Attacks the model by its losses on training and held-out samples, where both are known. Work that only domains ask for
   * whose samples are cheap.
   */
  readonly membership?: (() => Promise<MembershipAttack | undefined>) | undefined;
  readonly onProgress?: ((progress: MeasureProgress) => void) | undefined;
  /** Called with a text on what differs from what was asked for. */
  readonly onRemark?: ((remark: string) => void) | undefined;
}

/** A pair of columns of which one is never above the other in the data, and how often that is broken. */
interface OrderedColumns {
  /** Names of columns: lower <= upper. */
  readonly lower: string;
  readonly upper: string;
  /** Shares of samples and of reference rows that break it. */
  readonly samples: number;
  readonly real: number;
}

/** How strongly columns go together in samples and in reference rows. */
export interface AssociationSection {
  /** Names of the columns of both maps: all, or those of the pairs that differ most, at most 60. */
  readonly columns: readonly string[];
  /** [columns][columns]: rank correlations of numbers in [-1, 1]; Cramer's V and correlation ratios in [0, 1]. */
  readonly samples: readonly (readonly number[])[];
  readonly real: readonly (readonly number[])[];
  /** Rows that were looked at. */
  readonly rows: { readonly samples: number; readonly real: number };
  /** The pairs that differ most, at most 20: names, what the numbers are, and both. */
  readonly pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly kind: string;
    readonly samples: number;
    readonly real: number;
  }[];
}

/** What is said of rows: every column beside the column of real rows, how columns go together, and which are in order. */
export interface ColumnSections extends ColumnComparison {
  readonly associations?: AssociationSection;
  /** Columns that rows lack together, and shares of rows that lack these and no others; at most 20. */
  readonly missing?: readonly {
    readonly columns: readonly string[];
    readonly samples: number;
    readonly real: number;
  }[];
  /** Which column was predicted from the others, and what the number is: AUC of levels, R2 of numbers. */
  readonly usefulness?: { readonly target: string; readonly figure: "AUC" | "R2" };
  /** Whether the model tells which rows it was trained on. */
  readonly membership?: MembershipAttack;
  /** Pairs of columns in order in all training rows, those that samples break most first; at most 100. */
  readonly ordered?: readonly OrderedColumns[];
}

/** What a classifier of the data's classes sees in samples whose class is known. */
export interface ClassShare {
  readonly name: string;
  /** Shares in [0, 1] of the samples of this class; null where the class has none. */
  readonly samples: number | null;
  readonly real: number | null;
}

/** A sample and the training sample nearest to it. */
export interface NearestPair {
  /** Which sample, and which training sample. */
  readonly sample: number;
  readonly training: number;
  /** Root mean square difference of a pixel, in [0, 2]. */
  readonly difference: number;
}

/** What is said of images: classes, and the nearest training images. */
export interface ImageSections {
  readonly classes?: readonly ClassShare[];
  /** The 16 samples that are nearest to training images, the nearest first. */
  readonly nearest?: readonly NearestPair[];
  /** Root mean square differences of a pixel from the nearest training image: of each sample, and of each real image. */
  readonly distances?: { readonly samples: readonly number[]; readonly real: readonly number[] };
  /** Which images of the reference were compared. */
  readonly referenceIndices: readonly number[];
}

/**
 * What was found for samples: measures, and the sections that their kind of data has. What shows it draws the sections that
 * are there. Plain JSON; a number that is not finite is null, and a note says so.
 */
export interface SampleQuality extends Quality, Partial<ColumnSections>, Partial<ImageSections> {
  /** How good forecasts and imputations of series are. */
  readonly conditional?: { readonly forecast: ConditionalScore; readonly imputation: ConditionalScore };
  /** Stylised facts of returns. */
  readonly facts?: readonly ReturnFact[];
  /** A word for people and programs on what was measured. */
  readonly kind: string;
  /** How often rules that the run keeps were broken before the samples were moved to keep them, and after. */
  readonly rules?: RuleEffect;
}

/** What was found, and what it was found on, to be shown beside it. */
export interface Measured {
  /** Plain JSON. */
  readonly quality: SampleQuality;
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
