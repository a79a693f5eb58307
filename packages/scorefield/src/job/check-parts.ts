/** Whether parts are one whole: by their receipts and their SHA-256. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@scorefield/data/errors";
import { contentOfPlace } from "./file-content.ts";
import { type PartReceipt, readReceipt, receiptPath } from "./part-receipt.ts";

/** A part, and where it is. */
export interface FoundPart {
  readonly place: string;
  readonly receipt: PartReceipt;
}

const ending = ".receipt.json";

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

/** Places of parts: files, folders that are parts, and folders of parts, in which each receipt tells of one. @throws DataError */
export const placesOfParts = async (paths: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const path of paths) {
    // A pattern such as part-* names the receipts too.
    if (path.endsWith(ending)) {
      if (!paths.includes(path.slice(0, -ending.length))) found.push(path.slice(0, -ending.length));
      continue;
    }
    const folder = (await stat(path).catch(() => undefined))?.isDirectory() && !(await isThere(receiptPath(path)));
    if (!folder) {
      found.push(path);
      continue;
    }
    const receipts = (await readdir(path)).filter((name) => name.endsWith(ending)).sort();
    if (receipts.length === 0)
      throw new DataError({ path, expected: "a part, or a folder with parts and their receipts", found: "neither" });
    found.push(...receipts.map((name) => join(path, name.slice(0, -ending.length))));
  }
  return found;
};

const numbers = (list: readonly number[]): string =>
  list.length <= 12 ? list.join(", ") : `${list.slice(0, 12).join(", ")} and ${list.length - 12} more`;

/**
 * The parts of one whole, in order.
 * @throws DataError for a part that is missing, there twice, damaged, or of another whole
 */
export const checkedParts = async (places: readonly string[], signal?: AbortSignal): Promise<FoundPart[]> => {
  const parts: FoundPart[] = [];
  for (const place of places) parts.push({ place, receipt: await readReceipt(place) });
  parts.sort((a, b) => a.receipt.part - b.receipt.part);
  const [first] = parts;
  if (!first) throw new DataError({ expected: "parts to put together", found: "none" });
  const { parts: count } = first.receipt;
  const wholes = new Map<string, FoundPart[]>();
  for (const part of parts) wholes.set(part.receipt.whole, [...(wholes.get(part.receipt.whole) ?? []), part]);
  if (wholes.size > 1) {
    // Those of the smaller number are likely the strangers.
    const [usual, odd] = [...wholes.values()].sort((a, b) => b.length - a.length) as [FoundPart[], FoundPart[]];
    throw new DataError({
      path: odd[0]!.place,
      expected: `a part of the same whole as ${usual[0]!.place}: the same command, run, options, data and version`,
      found: `part ${odd[0]!.receipt.part} of ${odd[0]!.receipt.parts} of another (${odd[0]!.receipt.code})`,
      fix: "Make it again as the others were made, or leave it out",
    });
  }
  for (const [k, { place, receipt }] of parts.entries()) {
    const other = parts[k + 1];
    if (other?.receipt.part === receipt.part)
      throw new DataError({
        path: other.place,
        expected: `part ${receipt.part} of ${count} once`,
        found: `it in ${place} as well`,
        fix: "Leave one of them out",
      });
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (part) => !parts.some(({ receipt }) => receipt.part === part),
  );
  if (missing.length > 0)
    throw new DataError({
      expected: `parts 1 to ${count} of ${first.receipt.command} (${first.receipt.file} and others)`,
      found: `none of ${numbers(missing)}`,
      fix: `Make ${missing.length === 1 ? "it" : "them"} with --shard ${missing[0]}/${count}${missing.length > 1 ? " and so on" : ""}`,
    });
  let next = 0;
  for (const { place, receipt } of parts) {
    signal?.throwIfAborted();
    const found = await contentOfPlace(place);
    if (found.sha256 !== receipt.sha256)
      throw new DataError({
        path: place,
        expected: `${receipt.bytes} bytes of SHA-256 ${receipt.sha256}, as its receipt says`,
        found: `${found.bytes} bytes of ${found.sha256}`,
        fix: `Make it again with --shard ${receipt.part}/${count}`,
      });
    if (receipt.first !== next)
      throw new DataError({ path: place, expected: `a part that begins at ${next}`, found: `one at ${receipt.first}` });
    next += receipt.count;
  }
  const other = parts.find(({ receipt }) => receipt.of !== next);
  if (other)
    throw new DataError({
      path: receiptPath(other.place),
      expected: `a receipt that says what all ${count} parts hold, ${next}`,
      found: `${other.receipt.of}`,
      fix: "Receipts are not to be edited; make the parts again",
    });
  return parts;
};
