/** The body of a classifier: a network from samples to features. One linear layer predicts the class from them. */
import type { Shape, Tensor, Tensors } from "@scorefield/tensor";
import { whole } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";
import type { Parameters } from "./network.ts";

/** A function from samples to a vector of features, with parameters to learn. */
export interface FeatureNetwork {
  /** Its name and settings, as plain JSON: enough to build it again. */
  readonly recipe: KindRecipe;
  /** Learning rate that suits it with Adam, unless a user says otherwise. */
  readonly learningRate: number;
  /** Length of a feature vector. */
  readonly features: number;
  /** Whether it takes the noise level. */
  readonly noisy: boolean;
  /**
   * Fresh parameters for samples of a shape, deterministic by seed. Steps 0 to 99 of purpose `initialisation` are its
   * own.
   * @throws ShapeError for a shape that it does not take
   */
  initialise(shape: Shape, seed: number): Parameters;
  /**
   * @param x [n, ...shape], of about unit scale
   * @param noiseLevel [n], of about unit scale; for a noisy network
   * @returns [n, {@link FeatureNetwork.features}]
   */
  apply(parameters: Tensors, x: Tensor, noiseLevel?: Tensor): Tensor;
}

/** How many features of the noise level a feature network is given. */
export const noiseFeaturesSetting = whole({
  least: 0,
  multipleOf: 2,
  default: 0,
  help: "sines and cosines of the noise level; 0 for a network without it",
});
