/** A column of dates: the day as a score, the day of the week where it matters, the time of day as a score. */
import { ArgumentError, normalQuantile } from "@scorefield/core";
import { type Distribution, type QuantileMap, quantileMap } from "../quantile.ts";
import { type Allowed, allowedScores, isBounded, type MergedCondition } from "./allowed.ts";
import { type ColumnMap, fillerVolume, type Slot } from "./column-map.ts";

/** A fitted column of dates, as plain JSON. Cells are milliseconds since 1970 UTC. */
export interface StoredDate {
  readonly kind: "date";
  readonly name: string;
  /** Whether a gate says that cells are missing. */
  readonly missing: boolean;
  /** Of days since 1970. One value where all cells are of one day. */
  readonly days: Distribution;
  /** Whether the day of the week is a category. */
  readonly weekday: boolean;
  /** Milliseconds of a unit of the time of day. */
  readonly unit: number;
  /** Of times of day, in units since midnight. One value where all cells have one. */
  readonly times: Distribution;
}

export const millisecondsOfDay = 86_400_000;

/** The day of the week of days since 1970, Sunday = 0. The first of January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** @see StoredDate */
export const dateMap = ({ name, missing, days, weekday, unit, times }: StoredDate): ColumnMap => {
  const dayMap = days.values.length > 1 ? quantileMap(days) : undefined;
  const timeMap = times.values.length > 1 ? quantileMap(times) : undefined;
  const slots: Slot[] = [];
  const add = (slot: Slot): number => slots.push(slot) - 1;
  const gateAt = missing ? add({ size: 2, names: [`${name}: value`, `${name}: missing`] }) : -1;
  const dayAt = dayMap ? add({ size: 1, names: [`${name}: day`] }) : -1;
  const weekdayAt = weekday ? add({ size: 7, names: weekdays.map((day) => `${name}: ${day}`) }) : -1;
  const timeAt = timeMap ? add({ size: 1, names: [`${name}: time`] }) : -1;

  const [firstDay, lastDay] = [days.values[0]!, days.values.at(-1)!];
  const [firstTime, lastTime] = timeMap
    ? [0, millisecondsOfDay - 1]
    : [times.values[0]! * unit, times.values[0]! * unit];
  const lastUnit = Math.floor((millisecondsOfDay - 1) / unit);
  const partsOf = (value: number) => {
    const day = Math.floor(value / millisecondsOfDay);
    return { day, time: (value - day * millisecondsOfDay) / unit };
  };

  /** The day nearest to one that falls on a day of the week, among the training days if that one is. */
  const moved = (day: number, to: number): number => {
    const nearest = day + ((to - weekdayOf(day) + 10) % 7) - 3;
    if (day < firstDay || day > lastDay) return nearest;
    return nearest < firstDay ? nearest + 7 : nearest > lastDay ? nearest - 7 : nearest;
  };

  /** The first and the last day that have a time within a condition. */
  const daysWithin = ({ low, high, lowOpen, highOpen }: MergedCondition): [first: number, last: number] => {
    const first = (low - lastTime) / millisecondsOfDay;
    const last = (high - firstTime) / millisecondsOfDay;
    return [
      lowOpen && Number.isInteger(first) ? first + 1 : Math.ceil(first),
      highOpen && Number.isInteger(last) ? last - 1 : Math.floor(last),
    ];
  };
  const never = (): never => {
    throw new ArgumentError(
      `condition on ${name}: expected dates that samples can have, such as from ${new Date(firstDay * millisecondsOfDay).toISOString().slice(0, 10)} to ${new Date(lastDay * millisecondsOfDay).toISOString().slice(0, 10)}, found none within the condition`,
    );
  };
  const within = (map: QuantileMap | undefined, only: number, low: number, high: number) => {
    const condition = { low, high, lowOpen: false, highOpen: false };
    if (!map) return low <= only && only <= high ? {} : never();
    return (
      allowedScores(map, condition) ?? (low === high ? allowedScores(map, { ...condition, values: [low] })! : never())
    );
  };

  return {
    name,
    slots,
    ...(missing && { missingLevel: 1 }),
    write: (value, u, out, at) => {
      if (Number.isNaN(value)) {
        if (!missing)
          throw new ArgumentError(
            `column ${name}: expected dates, as training rows lack none, found a missing cell; fill it, or leave the row out`,
          );
        out[at + gateAt] = 1;
        if (dayMap) out[at + dayAt] = normalQuantile(u[at + dayAt]!);
        if (weekday) out[at + weekdayAt] = Math.floor(7 * u[at + weekdayAt]!);
        if (timeMap) out[at + timeAt] = normalQuantile(u[at + timeAt]!);
        return;
      }
      const { day, time } = partsOf(value);
      if (missing) out[at + gateAt] = 0;
      if (dayMap) out[at + dayAt] = dayMap.toScore(day, u[at + dayAt]!);
      if (weekday) out[at + weekdayAt] = weekdayOf(day);
      if (timeMap) out[at + timeAt] = timeMap.toScore(time, u[at + timeAt]!);
    },
    read: (slots, at) => {
      if (missing && slots[at + gateAt] === 1) return Number.NaN;
      const near = Math.round(dayMap ? dayMap.toValue(slots[at + dayAt]!) : firstDay);
      const day = weekday ? moved(near, slots[at + weekdayAt]!) : near;
      const time = timeMap ? timeMap.toValue(slots[at + timeAt]!) : times.values[0]!;
      return day * millisecondsOfDay + Math.min(lastUnit, Math.max(0, time)) * unit;
    },
    volume: (value, slots, at) => {
      if (Number.isNaN(value)) {
        const filler =
          (dayMap ? fillerVolume(slots[at + dayAt]!) : 0) +
          (weekday ? Math.log(7) : 0) +
          (timeMap ? fillerVolume(slots[at + timeAt]!) : 0);
        return missing ? { logVolume: filler, atom: true } : { logVolume: Number.NEGATIVE_INFINITY, atom: false };
      }
      const { day, time } = partsOf(value);
      const one = (map: QuantileMap | undefined, only: number, found: number, slot: number) =>
        map
          ? map.volume(found, slots[at + slot]!)
          : { logVolume: found === only ? 0 : Number.NEGATIVE_INFINITY, atom: found === only };
      const [ofDay, ofTime] = [one(dayMap, firstDay, day, dayAt), one(timeMap, times.values[0]!, time, timeAt)];
      // A day that is no atom has a probability all the same: its density times one day. So has the date, if its time has.
      return ofTime.atom
        ? { logVolume: ofDay.logVolume + ofTime.logVolume, atom: true }
        : { logVolume: ofDay.logVolume + ofTime.logVolume - Math.log(unit), atom: false };
    },
    beyond: (value) => {
      if (Number.isNaN(value)) return !missing;
      const { day, time } = partsOf(value);
      return day < firstDay || day > lastDay || time < times.values[0]! || time > times.values.at(-1)!;
    },
    allow: (condition) => {
      if (condition.missing === true && !missing)
        throw new ArgumentError(`condition on ${name}: expected a date, as no training row lacks it`);
      const gate: Allowed[] = missing ? [{ excluded: [condition.missing === true, condition.missing === false] }] : [];
      const rest: Allowed[] = [
        ...(dayMap ? [{}] : []),
        ...(weekday ? [{ excluded: weekdays.map(() => false) }] : []),
        ...(timeMap ? [{}] : []),
      ];
      if (!isBounded(condition)) return [...gate, ...rest];
      const { values } = condition;
      const bounds = values
        ? { ...condition, low: Math.min(...values), high: Math.max(...values), lowOpen: false, highOpen: false }
        : condition;
      const [first, last] = daysWithin(bounds);
      if (first > last) never();
      const day = within(dayMap, firstDay, first, last);
      const allowed: Allowed[] = [...gate, ...rest];
      if (dayMap) allowed[dayAt] = day;
      if (weekday) {
        const wanted = new Set(
          values?.map((value) => weekdayOf(partsOf(value).day)) ??
            // Bounds may be infinite.
            weekdays.map((_, k) => (last - first < 6 ? weekdayOf(first + Math.min(k, last - first)) : k)),
        );
        allowed[weekdayAt] = { excluded: weekdays.map((_, k) => !wanted.has(k)) };
      }
      if (timeMap && first === last) {
        const midnight = first * millisecondsOfDay;
        const time = {
          ...bounds,
          low: (Math.max(bounds.low, midnight) - midnight) / unit,
          high: (Math.min(bounds.high, midnight + lastTime) - midnight) / unit,
        };
        allowed[timeAt] =
          allowedScores(
            timeMap,
            values ? { ...time, values: [...new Set(values.map((value) => partsOf(value).time))] } : time,
          ) ?? never();
      }
      return allowed;
    },
  };
};
