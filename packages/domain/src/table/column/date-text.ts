/** Dates as people write them: ISO, day and month as numbers in either order, and months by their English name. */

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** Whether the day or the month comes first where both are numbers. */
export type DayOrder = "day-first" | "month-first";

/** The parts of a date's text. */
export interface ScannedDate {
  /** How its date is put together: which parts stand where. */
  readonly shape: "ymd" | "ym" | "numbers" | "d-name-y" | "name-d-y" | "name-y" | "compact";
  /** What stands between the parts of its date. */
  readonly between: string;
  readonly year: string;
  /** A number or a name; of the shape `numbers` the first number. */
  readonly first: string;
  /** The day; of the shape `numbers` the second number. */
  readonly second: string;
  /** Hours, minutes, seconds and their decimals, as far as there are any. */
  readonly clock: readonly string[];
  /** What stands between the date and the time of day. */
  readonly join: string;
  /** `AM` or `pm`, as it is written, with a space before it if there is one. */
  readonly half: string;
  /** `Z`, ` UTC` or an offset such as `+02:00`, with what stands before it. */
  readonly zone: string;
}

const name = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";
const time =
  "(?:(T| +)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?( ?[ap]m)?)?( ?(?:Z|UTC)| ?[+-]\\d{2}:?\\d{2})?$";
const shapes = [
  ["ymd", new RegExp(`^(?<y>\\d{4})(?<b>[-/.])(?<m>\\d{1,2})\\2(?<d>\\d{1,2})${time}`, "i")],
  ["ym", /^(?<y>[12]\d{3})(?<b>[-/])(?<m>\d{2})$/],
  ["numbers", new RegExp(`^(?<m>\\d{1,2})(?<b>[-/.])(?<d>\\d{1,2})\\2(?<y>\\d{4}|\\d{2})${time}`, "i")],
  ["d-name-y", new RegExp(`^(?<d>\\d{1,2})(?<b>[ -])(?<m>${name})\\2(?<y>\\d{4}|\\d{2})${time}`, "i")],
  ["name-d-y", new RegExp(`^(?<m>${name}) (?<d>\\d{1,2})(?<b>,? )(?<y>\\d{4})${time}`, "i")],
  ["name-y", new RegExp(`^(?<m>${name})(?<b>[ -])(?<y>\\d{4})$`, "i")],
  ["compact", /^(?<y>(?:19|20)\d{2})(?<m>\d{2})(?<d>\d{2})(?<b>)$/],
] as const;

/** The parts of a text that may be a date, by its shape alone. */
export const scanDate = (text: string): ScannedDate | undefined => {
  // Cheap, as most texts of most columns are none.
  const start = text.charCodeAt(0) | 32;
  if (!(text.length >= 6 && text.length <= 40 && ((start >= 48 && start <= 57) || (start >= 97 && start <= 122))))
    return undefined;
  for (const [shape, pattern] of shapes) {
    const found = pattern.exec(text);
    if (!found) continue;
    const { y = "", m = "", d = "", b = "" } = found.groups!;
    const [join = "", hour, minute, second, fraction, half = "", zone = ""] = found.slice(found.length - 7);
    const timed = shape === "ym" || shape === "name-y" || shape === "compact" ? undefined : hour;
    const clock = timed === undefined ? [] : [hour, minute, second, fraction].filter((part) => part !== undefined);
    return timed === undefined
      ? { shape, between: b, year: y, first: m, second: d, clock, join: "", half: "", zone: "" }
      : { shape, between: b, year: y, first: m, second: d, clock, join, half, zone };
  }
  return undefined;
};

/** Of 0 to 99, as most programs take them: 70 to 99 are of the last century. */
const fullYear = (text: string): number =>
  text.length > 2 ? Number(text) : Number(text) + (Number(text) < 70 ? 2000 : 1900);

const offsetOf = (zone: string): number => {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
};

const monthOf = (text: string): number => {
  const at = months.findIndex((month) => {
    const [long, given] = [month.toLowerCase(), text.toLowerCase()];
    return given === long || given === long.slice(0, 3) || (given === "sept" && long === "september");
  });
  return at + 1;
};

/** Milliseconds since 1970 UTC; NaN for a day, a month or a time that there is not. */
export const dateValue = (scanned: ScannedDate, order: DayOrder): number => {
  const { shape, year, first, second, clock, half, zone } = scanned;
  const swapped = shape === "numbers" && order === "day-first";
  const [monthText, dayText] = swapped ? [second, first] : [first, second];
  const month = /^\d/.test(monthText) ? Number(monthText) : monthOf(monthText);
  const day = dayText === "" ? 1 : Number(dayText);
  const [hours = 0, minutes = 0, seconds = 0] = clock.map(Number);
  const afternoon = /p/i.test(half);
  if (half !== "" && !(hours >= 1 && hours <= 12)) return Number.NaN;
  const hour = half === "" ? hours : (hours % 12) + (afternoon ? 12 : 0);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(fullYear(year), month - 1, day);
  // The 30th of February is in March.
  if (date.getUTCMonth() !== month - 1) return Number.NaN;
  const fraction = clock[3] === undefined ? 0 : Math.floor(Number(`0.${clock[3]}`) * 1000 + 1e-6);
  return date.getTime() + ((hour * 60 + minutes) * 60 + seconds) * 1000 + fraction - offsetOf(zone);
};

const tokens = /YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|S+|A|a/g;

/** A date as text. @param format of the tokens YYYY YY MMMM MMM MM M DD D HH H hh h mm ss SSS A a; others stand for themselves */
export const formatDate = (value: number, format: string): string => {
  const date = new Date(value + offsetOf(format));
  if (Number.isNaN(date.getTime())) return "";
  const two = (part: number) => `${part}`.padStart(2, "0");
  const year = date.getUTCFullYear();
  const years = year < 0 ? `-${`${-year}`.padStart(4, "0")}` : `${year}`.padStart(4, "0");
  const [month, day, hour] = [date.getUTCMonth(), date.getUTCDate(), date.getUTCHours()];
  const part = (token: string): string => {
    switch (token) {
      case "YYYY":
        return years;
      case "YY":
        return years.slice(-2);
      case "MMMM":
        return months[month]!;
      case "MMM":
        return months[month]!.slice(0, 3);
      case "MM":
        return two(month + 1);
      case "M":
        return `${month + 1}`;
      case "DD":
        return two(day);
      case "D":
        return `${day}`;
      case "HH":
        return two(hour);
      case "H":
        return `${hour}`;
      case "hh":
        return two(hour % 12 || 12);
      case "h":
        return `${hour % 12 || 12}`;
      case "mm":
        return two(date.getUTCMinutes());
      case "ss":
        return two(date.getUTCSeconds());
      case "A":
        return hour < 12 ? "AM" : "PM";
      case "a":
        return hour < 12 ? "am" : "pm";
      default:
        return `${date.getUTCMilliseconds()}`.padStart(3, "0").padEnd(token.length, "0").slice(0, token.length);
    }
  };
  return format.replace(tokens, part);
};

/** The value of a date's text, as a column of this format has it, or in ISO; NaN where it is none. */
export const readDate = (text: string, format: string): number => {
  const scanned = scanDate(text.trim());
  const [day, month] = [format.indexOf("D"), format.indexOf("M")];
  return scanned ? dateValue(scanned, day >= 0 && day < month ? "day-first" : "month-first") : Number.NaN;
};
