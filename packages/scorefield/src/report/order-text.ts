/** A sentence on columns that are never above others in the data. */
import type { SampleQuality } from "@scorefield/domain";
import { shortNumber } from "./number-text.ts";

const listed = 5;

/** Which order samples break most; nothing for a table without columns in order. */
export const orderText = ({ ordered }: Pick<SampleQuality, "ordered">): string | undefined => {
  if (!ordered || ordered.length === 0) return undefined;
  const kept = `In the data ${ordered.length === 1 ? "one column is" : `${ordered.length} times a column is`} never above another`;
  const broken = ordered.filter(({ samples }) => samples > 0);
  if (broken.length === 0)
    return `${kept}; no sample breaks that: ${ordered
      .slice(0, listed)
      .map(({ lower, upper }) => `${lower} ≤ ${upper}`)
      .join(", ")}${ordered.length > listed ? ", ..." : ""}.`;
  const shares = broken.slice(0, listed).map(({ lower, upper, samples, real }) => {
    const beside = real > 0 ? ` (real ${shortNumber(100 * real)} %)` : "";
    return `${lower} ≤ ${upper} by ${shortNumber(100 * samples)} %${beside}`;
  });
  return `${kept}. Samples break that: ${shares.join(", ")}${broken.length > listed ? ", ..." : ""}.`;
};
