/** A network that sees what another one makes of the data: an embedding, learnt along with it. */
import { ArgumentError, type FeatureNetwork, type Network } from "@scorefield/core";
import { sizeOf, type Tensors } from "@scorefield/tensor";

/**
 * A network whose condition `observed` goes through an embedding first.
 * @param network with as many numbers of `observed` as the embedding has features
 * @param shape of one observation
 * @throws ArgumentError for another number
 */
export const embeddedNetwork = (network: Network, embedding: FeatureNetwork, shape: readonly number[]): Network => {
  if (network.observed !== embedding.features)
    throw new ArgumentError(
      `trainPosterior network: expected observed to be ${embedding.features}, as the embedding has features, found ${network.observed ?? 0}`,
    );
  return {
    ...network,
    recipe: { kind: "embedded", network: network.recipe, embedding: embedding.recipe },
    observed: sizeOf(shape),
    initialise: (size, seed) => ({
      embedding: embedding.initialise(shape, seed + 1),
      network: network.initialise(size, seed),
    }),
    apply: (parameters, x, noiseLevel, { observed, ...others } = {}) => {
      const { embedding: own, network: rest } = parameters as unknown as { embedding: Tensors; network: Tensors };
      const features = observed && embedding.apply(own, observed.reshape([x.shape[0]!, ...shape]));
      return network.apply(rest, x, noiseLevel, { ...others, ...(features && { observed: features }) });
    },
  };
};
