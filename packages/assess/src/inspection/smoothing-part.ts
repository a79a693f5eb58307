/** Smoothing: are the tails of samples fatter, and their peaks softer, than in the data? */
import { sample } from "@scorefield/core";
import { densityOrder, type Smoothing, smoothing } from "../instrument/smoothing.ts";
import { firstRows, instrumentOptions, type Part } from "./subject.ts";

/** What is found of tails and peaks; without training data why it is not. */
export type SmoothingFindings =
  | (Smoothing & {
      /** Share of held-out points that make the tails. The same share makes the peaks. */
      readonly share: number;
      readonly samples: number;
      readonly heldOut: number;
    })
  | { readonly note: string };

const knownRows = 4000;
const referenceRows = 4000;
/** Samples that should fall into the tails, at least: of fewer, their number says nothing. */
const fewest = 16;

export const smoothingPart: Part<SmoothingFindings> = async (subject, share) => {
  const { model, sampler, heldOut, training, effort, seed } = subject;
  if (!training)
    return {
      note: "Left out: samples and held-out data are compared by their distances to training data, which are not known.",
    };
  const { signal, runtime } = instrumentOptions(subject);
  const drawn = await sample(model, {
    count: effort.samples,
    sampler,
    seed,
    ...(signal && { signal }),
    ...(runtime && { runtime }),
    onProgress: ({ step, steps }) => share((0.9 * step) / steps),
  });
  const known = firstRows(subject, training, knownRows);
  const reference = firstRows(subject, heldOut, referenceRows);
  const part = Math.min(0.25, Math.max(0.05, fewest / effort.samples));
  const k = Math.min(5, known.shape[0]!);
  const [samples, real] = [drawn, reference].map((rows) => densityOrder(known, rows, { k }));
  const found = smoothing(samples!, real!, { share: part });
  return { ...found, share: part, samples: drawn.shape[0]!, heldOut: reference.shape[0]! };
};
