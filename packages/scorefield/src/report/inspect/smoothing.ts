/** The part on smoothing: are the tails of samples fatter, and their peaks softer, than those of the data? */
import { densityOrder, smoothing } from "@scorefield/assess";
import { sample } from "@scorefield/core";
import { paragraph, remark, table } from "../page.ts";
import { firstRows, type Instrument, instrumentOptions, shown } from "./subject.ts";

const knownRows = 4000;
const referenceRows = 4000;
/** Samples that should fall into the tails, at least: of fewer, their number says nothing. */
const fewest = 16;

export const smoothingPart: Instrument = async (subject, share) => {
  const { model, sampler, heldOut, training, effort, seed } = subject;
  const title = "Tails and peaks";
  if (!training)
    return {
      title,
      numbers: {},
      parts: [
        remark(
          "Left out: samples and held-out data are compared by their distances to training data, which are not known.",
        ),
      ],
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
  // Of none the standard error is no measure: with 95 % their ratio is below 3 over the number expected.
  const cell = ({ ratio, standardError }: typeof found.tails) =>
    ratio > 0 ? [ratio.toFixed(2), standardError.toFixed(2)] : [`below ${shown(3 / (drawn.shape[0]! * part))}`, ""];
  return {
    title,
    numbers: { ...found, share: part, samples: drawn.shape[0], heldOut: reference.shape[0] },
    parts: [
      paragraph(
        `${drawn.shape[0]} samples beside ${reference.shape[0]} held-out points. The ${(100 * part).toFixed(0)} % of held-out points that are farthest from training data make the tails, the ${(100 * part).toFixed(0)} % that are nearest the peaks. Samples of the data's own distribution fall there equally often: 1. A model that blurs has more in the tails and less on the peaks.`,
      ),
      table(
        ["", "samples over data", "standard error"],
        [
          ["tails", ...cell(found.tails)],
          ["peaks", ...cell(found.peaks)],
        ],
      ),
    ],
  };
};
