/** A column of numbers: a score, and a gate where cells are missing or stand on spikes. */
import { ArgumentError, normalQuantile } from "@scorefield/core";
import { roundTo } from "../decimals.ts";
import { type Distribution, quantileMap } from "../quantile.ts";
import { type Allowed, allowedScores, holds, isBounded } from "./allowed.ts";
import { type ColumnMap, fillerVolume, type Slot } from "./column-map.ts";

/** A level of a gate: the cell holds a number of the score, is missing, or is a spike's value. */
export type GateLevel = "value" | "missing" | number;

/** A fitted column of numbers, as plain JSON. */
export interface StoredNumber {
  readonly kind: "number";
  readonly name: string;
  /** Two levels or more; left out where each cell holds a number of the score. */
  readonly gate?: readonly GateLevel[];
  /** Of the numbers that are no spikes, two distinct ones or more; left out where the gate has no level `value`. */
  readonly distribution?: Distribution;
}

/** The position of the number nearest to a value, of a list with texts among the numbers. */
const nearest = (levels: readonly GateLevel[], value: number): number => {
  let best = -1;
  for (const [k, level] of levels.entries())
    if (typeof level === "number" && (best < 0 || Math.abs(level - value) < Math.abs((levels[best] as number) - value)))
      best = k;
  return best;
};

/** @see StoredNumber */
export const numberMap = ({ name, gate, distribution }: StoredNumber): ColumnMap => {
  const map = distribution && quantileMap(distribution);
  const decimals = distribution?.decimals;
  const at0 = gate ? 1 : 0;
  const valueLevel = gate ? gate.indexOf("value") : 0;
  const missingLevel = gate ? gate.indexOf("missing") : -1;
  const gateNames = gate?.map((level) => (typeof level === "number" ? `${name} = ${level}` : `${name}: ${level}`));
  const slots: Slot[] = [
    ...(gateNames ? [{ size: gateNames.length, names: gateNames }] : []),
    ...(map ? [{ size: 1, names: [name] }] : []),
  ];
  const levelOf = (value: number): number => {
    if (Number.isNaN(value)) {
      if (missingLevel < 0)
        throw new ArgumentError(
          `column ${name}: expected numbers, as training rows lack none, found a missing cell; fill it, or leave the row out`,
        );
      return missingLevel;
    }
    if (!gate) return 0;
    const spike = gate.indexOf(value);
    return spike >= 0 ? spike : map ? valueLevel : nearest(gate, value);
  };
  return {
    name,
    slots,
    ...(missingLevel >= 0 && { missingLevel }),
    write: (value, u, out, at) => {
      const level = levelOf(value);
      if (gate) out[at] = level;
      if (map) out[at + at0] = level === valueLevel ? map.toScore(value, u[at + at0]!) : normalQuantile(u[at + at0]!);
    },
    read: (slots, at) => {
      const level = gate ? gate[slots[at]!]! : "value";
      return level === "value" ? map!.toValue(slots[at + at0]!) : level === "missing" ? Number.NaN : level;
    },
    volume: (value, slots, at) => {
      const level = levelOf(value);
      if (map && level === valueLevel) return map.volume(value, slots[at + at0]!);
      const known = Number.isNaN(value) || gate![level] === value;
      const filler = map ? fillerVolume(slots[at + at0]!) : 0;
      return { logVolume: known ? filler : Number.NEGATIVE_INFINITY, atom: known };
    },
    beyond: (value) => {
      if (Number.isNaN(value)) return missingLevel < 0;
      if (gate?.includes(value)) return false;
      return !distribution || value < distribution.values[0]! || value > distribution.values.at(-1)!;
    },
    allow: (condition) => {
      const bounded = isBounded(condition);
      const spikes = gate?.filter((level): level is number => typeof level === "number") ?? [];
      // Values that are all spikes leave no room for others.
      const others = condition.values?.filter(
        (value) => !spikes.includes(value) && (decimals === undefined || roundTo(value, decimals) === value),
      );
      const wanted = others ? { ...condition, values: others } : condition;
      const scores =
        map && condition.missing !== true && others?.length !== 0
          ? bounded
            ? allowedScores(map, wanted)
            : {}
          : undefined;
      const excluded = gate?.map((level): boolean => {
        if (level === "missing") return condition.missing === false;
        if (condition.missing === true) return true;
        return level === "value" ? scores === undefined : bounded && !holds(condition, level);
      });
      if (excluded ? excluded.every((no) => no) : scores === undefined || condition.missing === true)
        throw new ArgumentError(
          condition.missing === true
            ? `condition on ${name}: expected a value, as no training row lacks it`
            : `condition on ${name}: expected values that samples can have${distribution ? `, such as from ${distribution.values[0]} to ${distribution.values.at(-1)}` : ""}${decimals === undefined ? "" : decimals === 0 ? ", whole numbers" : ` with at most ${decimals} decimals`}, found ${condition.values?.join(", ") ?? `none between ${condition.low} and ${condition.high}`}`,
        );
      const result: Allowed[] = [];
      if (excluded) result.push({ excluded });
      // An interval beside a spike would hold for the draw in its place as well, and change how frequent the spike is.
      const besideSpike = gate?.some((level, k) => typeof level === "number" && !excluded![k]);
      if (map) result.push(besideSpike ? {} : (scores ?? {}));
      return result;
    },
  };
};
