/** The step between times, and what differs from it. */

const day = 86_400_000;
const units: readonly (readonly [number, string])[] = [
  [7 * day, "week"],
  [day, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1000, "second"],
  [1, "millisecond"],
];

/** A step in words: "1 hour", "2 days"; of times that are plain numbers the number. */
export const stepText = (step: number, isDate: boolean): string => {
  if (!isDate) return `${Number(step.toPrecision(6))}`;
  for (const [unit, name] of units) {
    const count = step / unit;
    if (Number.isInteger(count)) return `${count} ${name}${count === 1 ? "" : "s"}`;
  }
  return `${Number((step / 1000).toPrecision(6))} seconds`;
};

/** What was found of the times of a series. */
export interface TimeStep {
  /** The most frequent difference of neighbours, in milliseconds or in the unit of the times. */
  readonly step: number;
  /** Places where at least one time lacks, and how many lack there in all. */
  readonly gaps: number;
  readonly lacking: number;
  /** Differences that are no multiple of the step. */
  readonly irregular: number;
}

/**
 * Finds the step of rising times.
 * @param times rising, at least two
 */
export const findStep = (times: Float64Array): TimeStep => {
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const difference = Number((times[i]! - times[i - 1]!).toPrecision(9));
    counts.set(difference, (counts.get(difference) ?? 0) + 1);
  }
  let [step, most] = [0, 0];
  for (const [difference, count] of counts) if (count > most) [step, most] = [difference, count];
  let [gaps, lacking, irregular] = [0, 0, 0];
  for (const [difference, count] of counts) {
    const multiple = difference / step;
    if (Math.abs(multiple - Math.round(multiple)) > 1e-4 || multiple < 0.5) irregular += count;
    else if (Math.round(multiple) > 1) {
      gaps += count;
      lacking += count * (Math.round(multiple) - 1);
    }
  }
  return { step, gaps, lacking, irregular };
};
