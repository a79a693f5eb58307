/** Features of the calendar: where a time lies in its day, week and year, as cosine and sine. */
import type { CalendarFeature } from "./series-settings.ts";

const day = 86_400_000;

/** Share of the period that has passed, in [0, 1), by milliseconds since 1970 UTC. */
const phaseOf = {
  hour: (time: number): number => (((time % day) + day) % day) / day,
  // 1970 began on a Thursday.
  weekday: (time: number): number => ((((time / day + 3) % 7) + 7) % 7) / 7,
  year: (time: number): number => {
    const year = new Date(time).getUTCFullYear();
    const [start, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
    return (time - start) / (end - start);
  },
} satisfies Record<CalendarFeature, (time: number) => number>;

const titles = { hour: "hour of day", weekday: "day of week", year: "day of year" };

/** Names of the two features of each period. */
export const calendarNames = (features: readonly CalendarFeature[]): string[] =>
  features.flatMap((feature) => [`cos ${titles[feature]}`, `sin ${titles[feature]}`]);

/** The features of times, [2 features][times]. */
export const calendarValues = (features: readonly CalendarFeature[], times: Float64Array): Float64Array[] =>
  features.flatMap((feature) => {
    const angles = times.map((time) => 2 * Math.PI * phaseOf[feature](time));
    return [angles.map(Math.cos), angles.map(Math.sin)];
  });

/** Features that a step and a span make useful: periods of at least two steps, seen at least twice. */
export const usefulFeatures = (step: number, span: number): CalendarFeature[] =>
  (
    [
      ["hour", day],
      ["weekday", 7 * day],
      ["year", 365.25 * day],
    ] as const
  ).flatMap(([feature, period]) => (period / step >= 2 && span / period >= 2 ? [feature] : []));
