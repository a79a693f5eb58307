/** `--shard i/n`: the option, and which files can be put together again. */
import { extname } from "node:path";
import { takeRows } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { Option } from "commander";
import { UsageError } from "../errors.ts";
import { type Shard, shard, shardRange } from "./options.ts";
import { standardStream } from "./standard-output.ts";

/** Endings of files that `scorefield gather` puts together, besides folders. */
const gatheredEndings = [".csv", ".tsv", ".jsonl", ".npy"] as const;

/** The option. @param what is worked on, such as "samples" */
export const shardOption = (verb: string): Option =>
  new Option(
    "--shard <i/n>",
    `${verb} only the i-th of n parts, 1/n to n/n; scorefield gather puts them together, and they are what one run gives`,
  ).argParser(shard);

/** The text of a part, such as `2/8`. */
export const shardText = ({ part, parts }: Shard): string => `${part}/${parts}`;

/** Things of a whole that follow each other. */
export interface PartRange {
  /** From 0. */
  readonly first: number;
  readonly count: number;
}

/** Some rows of an array [n, ...], copied unless they are all. */
export const takeRange = <D extends FloatType>(array: NdArray<D>, { first, count }: PartRange): NdArray<D> =>
  count === array.shape[0]
    ? array
    : takeRows(
        array,
        Array.from({ length: count }, (_, i) => first + i),
      );

/**
 * Which of `count` things belong to a part; all of them without a part.
 * @param things what they are, such as "rows"
 * @throws UsageError for a part without any
 */
export const rangeOf = (count: number, part: Shard | undefined, things: string): PartRange => {
  if (!part) return { first: 0, count };
  const range = shardRange(count, part);
  if (range.count === 0)
    throw new UsageError(
      `--shard ${shardText(part)}: expected at most one part for each of ${count} ${things}; take more ${things}, or fewer parts (--parts with --queue)`,
    );
  return range;
};

/**
 * Refuses, before any work, files of parts that cannot be put together.
 * @param folders whether a folder is one of the places
 * @param why the option that asks for parts, default --shard
 * @throws UsageError
 */
export const checkShardFile = (
  { shard: part, out }: { readonly shard?: Shard | undefined; readonly out?: string | undefined },
  {
    folders,
    endings = gatheredEndings,
    why = part && `--shard ${shardText(part)}`,
  }: { readonly folders: boolean; readonly endings?: readonly string[]; readonly why?: string | undefined },
): void => {
  if (!part || out === undefined || out === standardStream) return;
  const ending = extname(out).toLowerCase();
  if (endings.includes(ending) || (folders && !/^\.[a-z]\w*$/i.test(ending))) return;
  throw new UsageError(
    `--out ${out}: expected ${endings.join(", ")}${folders ? " or a folder" : ""} with ${why}, found ${ending || "a folder"}: such parts cannot be put together`,
  );
};
