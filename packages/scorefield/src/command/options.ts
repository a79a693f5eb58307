/** Options that commands share, and how their texts become values. */
import { InvalidArgumentError } from "commander";

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

/** Names between commas. */
export const list = (text: string): string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("Expected names between commas.");
  return names;
};

/** Numbers between commas. */
export const numberList = (text: string): number[] =>
  list(text).map((part) => {
    const value = Number(part);
    if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected numbers between commas.");
    return value;
  });

/** Positive whole numbers between commas. */
export const wholeList = (text: string): number[] => list(text).map(whole(1));

/** Gathers an option that may be given several times. */
export const gather = (text: string, earlier: readonly string[] = []): string[] => [...earlier, text];
