/** What turns samples into features, on which distances between image sets are taken. */
import { checkMade, checkOptions } from "@scorefield/core/internal";
import { layerNorm, type NdArray, type Runtime } from "@scorefield/tensor";
import type { Classifier } from "../classifier/classifier.ts";
import { type BatchOptions, mapBatches } from "../classifier/predict.ts";

/** A function from images or rows to features. Its name is part of the name of distances between features. */
export interface FeatureExtractor {
  /**
   * Of the Frechet distance on these features: `FID` for features of the Inception network, else `frechet-<extractor>`.
   */
  readonly frechetName: string;
  /** Of the kernel distance: `KID`, else `kernel-<extractor>`. */
  readonly kernelName: string;
  /**
   * @param samples [n, ...shape], images in [-1, 1]
   * @returns [n, features]
   */
  features(samples: NdArray, options?: Pick<BatchOptions, "signal">): Promise<NdArray<"float32">>;
}

/** The names of distances on features of an extractor. */
export const distanceNames = (extractor: string) => ({
  frechetName: `frechet-${extractor}`,
  kernelName: `kernel-${extractor}`,
});

/**
 * The features of a classifier of clean samples, the input of its last layer, each vector brought to mean 0 and
 * variance 1 (Ba et al. 2016). Distances are then neither tiny nor dominated by a few long vectors.
 * @param name of the extractor
 * @throws ArgumentError for a value that is not a classifier, and for unknown options. Its `features` throws as `mapBatches`
 */
export const classifierExtractor = (
  name: string,
  classifier: Classifier,
  options: { readonly runtime?: Runtime | undefined } = {},
): FeatureExtractor => {
  checkMade("classifierExtractor classifier", classifier, ["logits", "features"], "a classifier");
  checkOptions("classifierExtractor", options, { runtime: true });
  const { runtime } = options;
  return {
    ...distanceNames(name),
    features: (samples, { signal } = {}) =>
      mapBatches((x) => layerNorm(classifier.features(x)), samples, { signal, runtime }),
  };
};

/** What a distance on features is called: for people without the extractor's name, FID and KID as they are. */
export const featureNames = (name: string, title: string): { readonly name: string; readonly label?: string } => ({
  name,
  ...(/^(frechet|kernel)-/.test(name) && { label: title }),
});
