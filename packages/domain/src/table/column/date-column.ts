/** Whether the texts of a column are dates, in which order of day and month, and how they are written. */
import { type DayOrder, dateValue, type ScannedDate, scanDate } from "./date-text.ts";

/** The dates of a column. */
export interface FoundDates {
  /** Milliseconds since 1970 UTC, of each text. */
  readonly values: Float64Array;
  readonly format: string;
  /** Whether no text tells a day from a month, which were then taken in the usual order. */
  readonly ambiguous: boolean;
}

const isPadded = (text: string): boolean => text.length === 2;

/** The format that writes texts as they are. */
const formatOf = (dates: readonly ScannedDate[], order: DayOrder): string => {
  const fullest = dates.reduce((most, date) => (date.clock.length > most.clock.length ? date : most));
  const { shape, between, year, clock, join, half } = fullest;
  const zones = new Set(dates.map(({ zone }) => zone));
  // Times of several zones are written in UTC.
  const zone = zones.size === 1 ? fullest.zone : "Z";
  const names = dates.map(({ first }) => first);
  const long = names.some((name) => name.length > 4);
  const named = long ? "MMMM" : "MMM";
  const [first, second] = [names.every(isPadded), dates.every((date) => isPadded(date.second))];
  const y = year.length > 2 ? "YYYY" : "YY";
  const month = first ? "MM" : "M";
  const day = second ? "DD" : "D";
  const dayFirst = order === "day-first";
  const date = {
    ymd: [y, month, day].join(between),
    ym: [y, month].join(between),
    numbers: [dayFirst ? (first ? "DD" : "D") : month, dayFirst ? (second ? "MM" : "M") : day, y].join(between),
    "d-name-y": [day, named, y].join(between),
    "name-d-y": `${named} ${day}${between}${y}`,
    "name-y": [named, y].join(between),
    compact: "YYYYMMDD",
  }[shape];
  if (clock.length === 0) return date;
  const hourPadded = dates.every(({ clock: [hour = "00"] }) => isPadded(hour));
  const hour = half === "" ? (hourPadded ? "HH" : "H") : hourPadded ? "hh" : "h";
  const seconds = clock.length > 2 ? ":ss" : "";
  const fraction = clock.length > 3 ? `.${"S".repeat(clock[3]!.length)}` : "";
  const afternoon = half.replace(/[ap]m/, "a").replace(/[ap]m/i, "A");
  return `${date}${join}${hour}:mm${seconds}${fraction}${afternoon}${zone}`;
};

const allValues = (dates: readonly ScannedDate[], order: DayOrder): Float64Array | undefined => {
  const values = new Float64Array(dates.length);
  for (const [i, date] of dates.entries()) {
    values[i] = dateValue(date, order);
    if (Number.isNaN(values[i])) return undefined;
  }
  return values;
};

/**
 * The dates that all texts are; undefined where one is none, or they are written in several ways.
 * @param order of day and month; default the one in which all are dates, the day first where both are
 */
export const findDates = (texts: readonly string[], order?: DayOrder): FoundDates | undefined => {
  const dates: ScannedDate[] = [];
  for (const text of texts) {
    const scanned = scanDate(text);
    if (!scanned || (dates[0] && (dates[0].shape !== scanned.shape || dates[0].between !== scanned.between)))
      return undefined;
    dates.push(scanned);
  }
  const [start] = dates;
  if (!start) return undefined;
  const orders: DayOrder[] =
    order !== undefined ? [order] : start.shape === "numbers" ? ["day-first", "month-first"] : ["month-first"];
  const found = orders.flatMap((order) => {
    const values = allValues(dates, order);
    return values ? [{ order, values }] : [];
  });
  const [chosen] = found;
  if (!chosen) return undefined;
  // The same days in both orders, such as 01/01, tell nothing apart, and nothing is lost.
  const ambiguous = found.length > 1 && found[1]!.values.some((value, i) => value !== chosen.values[i]);
  return { values: chosen.values, format: formatOf(dates, chosen.order), ambiguous };
};

const day = 86_400_000;

/** The largest of a day, an hour, a minute and a second that all dates are multiples of, in milliseconds; else 1. */
export const dateUnit = (values: Float64Array): number =>
  [day, 3_600_000, 60_000, 1000].find((unit) => values.every((value) => Number.isNaN(value) || value % unit === 0)) ??
  1;

/** How dates that a file holds as dates, and not as text, are written. */
export const usualDateFormat = (unit: number): string =>
  unit % day === 0
    ? "YYYY-MM-DD"
    : unit % 60_000 === 0
      ? "YYYY-MM-DD HH:mm"
      : unit % 1000 === 0
        ? "YYYY-MM-DD HH:mm:ss"
        : "YYYY-MM-DD HH:mm:ss.SSS";
