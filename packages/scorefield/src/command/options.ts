/** Options that commands share, and how their texts become values. */
import { type Command, InvalidArgumentError } from "commander";
import type { DrawnRun } from "../run/load.ts";

/** A whole number of at least `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };

/** A positive number. */
export const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("Expected a positive number.");
  return value;
};

/** A share above 0 and below 1. */
export const share = (text: string): number => {
  const value = positive(text);
  if (value >= 1) throw new InvalidArgumentError("Expected a number between 0 and 1.");
  return value;
};

/** A finite number. */
export const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
};

/** Names between commas. */
export const list = (text: string): string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("Expected names between commas.");
  return names;
};

const rising =
  (least: number, condition: string) =>
  (text: string): readonly [number, number] => {
    const [low, high, ...more] = list(text).map(number);
    if (!(low! >= least && high! > low!) || more.length > 0)
      throw new InvalidArgumentError(`Expected two numbers between commas, ${condition}the second larger.`);
    return [low!, high!];
  };

/** Two numbers between commas, at least 0 and rising. */
export const range = rising(0, "at least 0, ");

/** Two numbers between commas, rising. */
export const values = rising(Number.NEGATIVE_INFINITY, "");

/** A part of the whole, such as 2/8: the second of eight. */
export interface Shard {
  /** From 1 to `parts`. */
  readonly part: number;
  readonly parts: number;
}

/** `i/n`, the i-th of n parts, from 1/n to n/n. */
export const shard = (text: string): Shard => {
  const [part = 0, parts = 0] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? []).slice(1).map(Number);
  if (part < 1 || part > parts || !Number.isSafeInteger(parts))
    throw new InvalidArgumentError("Expected a part and how many there are, such as 2/8, from 1/8 to 8/8.");
  return { part, parts };
};

/** Where a part of `count` begins, and how many are in it; parts differ by one at most. */
export const shardRange = (count: number, { part, parts }: Shard): { first: number; count: number } => {
  const border = (k: number): number => Number((BigInt(count) * BigInt(k)) / BigInt(parts));
  return { first: border(part - 1), count: border(part) - border(part - 1) };
};

/** Labels between commas: numbers, or names. */
export const labelList = (text: string): (string | number)[] =>
  list(text).map((part) => (Number.isFinite(Number(part)) ? Number(part) : part));

/** Positive whole numbers between commas. */
export const wholeList = (text: string): number[] => list(text).map(whole(1));

/** Gathers an option that may be given several times. */
export const gather = (text: string, earlier: readonly string[] = []): string[] => [...earlier, text];

/** Adds the options that say which parameters of a run to load: `checkpoint` and `averageWidth`, as `loadRun` takes them. */
export const withParametersChoice = (command: Command): Command =>
  command
    .option("--checkpoint <step>", "the checkpoint to use (default: the last)", whole(0))
    .option(
      "--average-width <share>",
      "average the parameters over this share of training, such as 0.07 (default: the average that training followed)",
      positive,
    );

/** What the user should know about the loaded parameters: of which average they are, if one was made. */
export const describeAverage = ({ step, average }: DrawnRun): string[] =>
  average
    ? [
        `average of width ${average.width} at step ${step}, its profile met to ${(100 * average.error).toPrecision(2)} %`,
      ]
    : [];
