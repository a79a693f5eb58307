/** The section on smoothing: do samples have fatter tails and softer peaks than the data? */
import type { Findings } from "@scorefield/assess/internal";
import { paragraph, remark, type Section, table } from "../page.ts";
import { shown } from "./shown.ts";

export const smoothingSection = (found: NonNullable<Findings["smoothing"]>): Section => {
  const title = "Tails and peaks";
  if ("note" in found) return { title, parts: [remark(found.note)] };
  const { samples, heldOut, share } = found;
  // Of none the standard error is no measure: with 95 % their ratio is below 3 over the number expected.
  const cell = ({ ratio, standardError }: typeof found.tails) =>
    ratio > 0 ? [ratio.toFixed(2), standardError.toFixed(2)] : [`below ${shown(3 / (samples * share))}`, ""];
  return {
    title,
    parts: [
      paragraph(
        `${samples} samples beside ${heldOut} held-out points. The ${(100 * share).toFixed(0)} % of held-out points that are farthest from training data are the tails, and the ${(100 * share).toFixed(0)} % that are nearest are the peaks. For samples of the data's own distribution both ratios are 1. A model that blurs has more samples in the tails and fewer on the peaks.`,
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
