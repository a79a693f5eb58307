/**
 * What training adjusts, as one flat vector: the network's parameters, and the parameters of an objective that has
 * some.
 */
import type { NdArray, Tensors } from "@scorefield/tensor";
import type { Network, Parameters } from "../network/network.ts";
import type { Objective } from "../objective/objective.ts";
import { type FlatLayout, flatLayout } from "./flat.ts";

/** The two parts. The second is empty for an objective that learns nothing. */
export type Trainable<T> = {
  readonly network: T;
  readonly objective?: T;
};

/** The layout of both: the network's entries under their plain names, then the objective's as `objective/...`. */
export type TrainableLayout = FlatLayout<Trainable<Parameters>, Trainable<Tensors>>;

/** Fresh values of all that is trained for samples of a shape, deterministic by seed. */
export const initialTrainable = (
  network: Network,
  objective: Objective,
  shape: NdArray["shape"],
  seed: number,
): Trainable<Parameters> => ({
  network: network.initialise(shape, seed),
  ...(objective.initialise && { objective: objective.initialise(seed) }),
});

/** The name of what is trained, from its path in {@link Trainable}. */
export const nameOfTrainable = (path: string): string =>
  path.replace(/^network\.?/, "").replace(/^objective\.?/, "objective/");

/** The layout of what {@link initialTrainable} returns. */
export const trainableLayout = (parameters: Trainable<Parameters>): TrainableLayout =>
  flatLayout(parameters, nameOfTrainable);
