/** Where the initial values of a network's layers come from. */
import { type Shape, sizeOf } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";

// A gibibyte, half of what an ONNX file may hold.
const mostWeights = 2 ** 28;

/** @throws ArgumentError for a layer larger than any runtime takes, before memory is filled with it */
export const checkWeights = (shape: Shape): void => {
  if (!(sizeOf(shape) <= mostWeights))
    throw new ArgumentError(
      `network: expected layers of at most ${mostWeights} weights, found one of [${shape.join(", ")}]; make the network narrower`,
    );
};

const mostLayers = 10_000;

/**
 * @param name the setting that says how many layers there are, such as "mlp depth"
 * @param weights of each of them, about
 * @throws ArgumentError for more layers than can be built, or that together are larger than any runtime takes
 */
export const checkLayers = (name: string, layers: number, weights: number): void => {
  // A single layer that is too large is better named by its shape, when it is made.
  const most = Math.min(mostLayers, Math.max(1, Math.floor((2 * mostWeights) / weights)));
  if (layers > most && weights <= mostWeights)
    throw new ArgumentError(`${name}: expected at most ${most} for layers of this width, found ${layers}`);
  if (layers > mostLayers) throw new ArgumentError(`${name}: expected at most ${mostLayers}, found ${layers}`);
};

/** Which random numbers a layer draws: the network's seed, and a step that sets it apart from other layers. */
export interface LayerDraws {
  readonly seed: number;
  readonly step: number;
}

/** The draws of one layer after another: each call is the next layer's. */
export type NextDraws = () => LayerDraws;

/** Counts the layers of a network with this seed. */
export const layerDraws = (seed: number): NextDraws => {
  let step = 0;
  return () => ({ seed, step: step++ });
};

/** The largest divisor of a whole number that is not above a limit. 1 for a limit below 1. */
export const divisorUpTo = (value: number, limit: number): number => {
  for (let divisor = Math.floor(limit); divisor > 1; divisor--) if (value % divisor === 0) return divisor;
  return 1;
};
