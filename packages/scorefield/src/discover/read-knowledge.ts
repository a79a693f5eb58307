/** What is known of a network, from a file. */
import { readFile } from "node:fs/promises";
import { didYouMean } from "@scorefield/core";
import { DataError, describeSystemError } from "@scorefield/data";
import type { Knowledge } from "@scorefield/discover";

const keys = ["required", "forbidden", "tiers"] as const;

const example = '{ "required": [["a", "b"]], "forbidden": [["b", "c"]], "tiers": [["a"], ["b", "c"]] }';

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === "string");

/**
 * Reads edges that must be there (`required`), edges that must not (`forbidden`), each a pair of names from and to, and `tiers`:
 * lists of names, of which no later one causes an earlier one. The names are compared with the variables where the search
 * starts.
 * @param path a JSON file
 * @throws DataError for other content
 */
export const readKnowledge = async (path: string): Promise<Knowledge> => {
  const refuse = (expected: string, found: string): never => {
    throw new DataError({ path, expected, found, fix: `Write it as ${example}` });
  };
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw describeSystemError(error, path, "a file of knowledge");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse("JSON", (error as Error).message);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(`an object with ${keys.join(", ")}`, Array.isArray(value) ? "a list" : typeof value);
  const other = Object.keys(value).find((key) => !keys.includes(key as (typeof keys)[number]));
  if (other !== undefined)
    return refuse(`an object with ${keys.join(", ")}`, `${JSON.stringify(other)}${didYouMean(other, keys)}`);
  const { required = [], forbidden = [], tiers = [] } = value as Record<(typeof keys)[number], unknown>;
  const edges = (key: string, list: unknown) => {
    if (!Array.isArray(list)) return refuse(`${key} as a list of pairs of names`, typeof list);
    return list.map((pair: unknown, i) => {
      if (!isNames(pair) || pair.length !== 2)
        return refuse(`${key} as a list of pairs of names`, `${JSON.stringify(pair)} at ${i + 1}`);
      return { from: pair[0]!, to: pair[1]! };
    });
  };
  if (!Array.isArray(tiers) || !tiers.every(isNames))
    return refuse("tiers as a list of lists of names", JSON.stringify(tiers).slice(0, 60));
  return { required: edges("required", required), forbidden: edges("forbidden", forbidden), tiers };
};
