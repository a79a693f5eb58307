/** The receipt beside a file that is a part of a whole: which whole, which part, and the SHA-256 that shows that nothing of it was lost. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { atomicWrite, DataError } from "@scorefield/data";
import { z } from "zod";
import { codeVersion } from "./code-version.ts";
import { contentOfFile, contentOfPlace } from "./file-content.ts";
import { identityOf } from "./identity.ts";

const hexadecimal = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  format: z.literal("scorefield-part"),
  version: z.literal(1),
  /** The same for all parts of one whole: the SHA-256 of all that they depend on, but for which part it is. */
  whole: hexadecimal,
  part: z.int().min(1),
  parts: z.int().min(1).max(1_000_000),
  /** The first sample, row or measurement of the whole that is in the part, from 0, and how many there are. */
  first: z.int().min(0),
  count: z.int().min(1),
  /** Of all parts. */
  of: z.int().min(1),
  /** The name of the file or folder, without its place. */
  file: z.string().min(1),
  sha256: hexadecimal,
  bytes: z.int().min(0),
  folder: z.boolean(),
  command: z.string().min(1),
  /** See `codeVersion`. */
  code: z.string().min(1),
});

/** What is known of a part. */
export type PartReceipt = z.infer<typeof schema>;

/** The name of the receipt of a file or folder. */
export const receiptPath = (place: string): string => `${join(dirname(place), basename(place))}.receipt.json`;

/** What a whole depends on. */
export interface WholeFacts {
  readonly command: string;
  /** SHA-256 of what the run is. */
  readonly run: string;
  /** Options that results depend on. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that are read, by the option that names them. */
  readonly inputs: Readonly<Record<string, string | undefined>>;
  readonly parts: number;
  /** Of the part's file, such as `.csv`; `/` for a folder. */
  readonly ending: string;
}

/** The identity of a whole. @throws DataError for an input that cannot be read */
export const wholeOf = async ({ inputs, ...facts }: WholeFacts): Promise<string> => {
  const read: Record<string, string> = {};
  for (const [name, file] of Object.entries(inputs))
    if (file !== undefined) read[name] = (await contentOfFile(file)).sha256;
  return identityOf({ ...facts, inputs: read, code: codeVersion() });
};

/**
 * Writes the receipt of a part that is written, atomically.
 * @throws DataError when the system refuses
 */
export const writeReceipt = async (
  place: string,
  about: Pick<PartReceipt, "whole" | "part" | "parts" | "first" | "count" | "of" | "command">,
): Promise<void> => {
  const { sha256, bytes, folder = false } = await contentOfPlace(place);
  const receipt: PartReceipt = {
    format: "scorefield-part",
    version: 1,
    ...about,
    file: basename(place),
    sha256,
    bytes,
    folder,
    code: codeVersion(),
  };
  await atomicWrite(receiptPath(place), `${JSON.stringify(receipt, undefined, 2)}\n`);
};

/** The receipt of a part. @throws DataError where there is none, or it is damaged */
export const readReceipt = async (place: string): Promise<PartReceipt> => {
  const path = receiptPath(place);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new DataError({
      path: place,
      expected: `its receipt ${path}, which --shard writes beside it`,
      found: cause.code === "ENOENT" ? "none" : (cause.code ?? cause.message),
      fix: "Make the part again",
    });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DataError({
      path,
      expected: "the receipt of a part",
      found: (cause as Error).message.split("\n")[0]!.slice(0, 200),
      fix: "Make the part again",
    });
  }
};
