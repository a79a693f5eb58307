/** Files that are parts of a whole, put together: to the byte what one process writes. */
import { createReadStream } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { atomicWrite, DataError, joinNpy } from "@scorefield/data";
import { intoFolder } from "../run/whole-folder.ts";
import { filesBelow } from "./file-content.ts";

const pieceBytes = 1 << 20;
const longestHead = 1 << 24;

const read = (path: string, start = 0): AsyncIterable<Uint8Array> =>
  createReadStream(path, { start, highWaterMark: pieceBytes }) as AsyncIterable<Uint8Array>;

const [quote, newline] = [34, 10];

/** The line with the names of columns, with its end: quoted names may hold line ends. @throws DataError where there is none */
const headOf = async (path: string): Promise<Uint8Array> => {
  let quoted = false;
  let head: Uint8Array = new Uint8Array(0);
  for await (const piece of read(path)) {
    for (let i = 0; i < piece.length; i++) {
      if (piece[i] === quote) quoted = !quoted;
      else if (piece[i] === newline && !quoted) return Buffer.concat([head, piece.subarray(0, i + 1)]);
    }
    head = Buffer.concat([head, piece]);
    if (head.length > longestHead) break;
  }
  throw new DataError({ path, expected: "a line with the names of columns", found: "none" });
};

/** Delimited text: the names of columns once. */
async function* joinRows(paths: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  const head = await headOf(paths[0]!);
  yield head;
  for (const path of paths) {
    const own = await headOf(path);
    if (Buffer.compare(own, head) !== 0)
      throw new DataError({
        path,
        expected: `the columns of ${paths[0]}, ${Buffer.from(head).toString().trim()}`,
        found: Buffer.from(own).toString().trim(),
      });
    yield* read(path, own.length);
  }
}

async function* joinLines(paths: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const path of paths) yield* read(path);
}

const joins: Readonly<Record<string, (paths: readonly string[]) => AsyncGenerator<Uint8Array, void, undefined>>> = {
  ".csv": joinRows,
  ".tsv": joinRows,
  ".jsonl": joinLines,
  ".npy": joinNpy,
};

/** A file of each part, which tells of its results: they are put together as one list. */
const summary = "restored.json";

/** Summaries of parts as one. @throws DataError for parts of another kind */
const joinSummaries = async (paths: readonly string[]): Promise<string> => {
  const read = await Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, "utf8"))));
  const results = read.flatMap(({ results }, i) => {
    if (Array.isArray(results)) return results;
    throw new DataError({ path: paths[i], expected: "a list of results", found: typeof results });
  });
  return `${JSON.stringify({ ...read[0], results }, null, 2)}\n`;
};

const joinFolders = async (paths: readonly string[], out: string): Promise<void> => {
  await intoFolder(out, async (folder) => {
    const from = new Map<string, string>();
    const summaries: string[] = [];
    for (const path of paths)
      for (const name of await filesBelow(path)) {
        const file = join(path, name);
        if (name === summary) {
          summaries.push(file);
          continue;
        }
        if (from.has(name))
          throw new DataError({
            path: file,
            expected: "files of other names in each part",
            found: `also ${from.get(name)}`,
          });
        from.set(name, file);
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await copyFile(file, join(folder, name));
      }
    if (summaries.length > 0) await writeFile(join(folder, summary), await joinSummaries(summaries));
  });
};

/**
 * Puts parts together, in their order. The file or folder appears all at once, and little of it is in memory.
 * @param ending such as `.csv`, or `/` for folders
 * @param out a file, or a new or empty folder
 * @throws DataError for parts that do not fit together, and when the system refuses
 */
export const joinParts = async (paths: readonly string[], ending: string, out: string): Promise<void> => {
  if (ending === "/") return joinFolders(paths, out);
  const join = joins[ending];
  if (!join)
    throw new DataError({
      path: basename(out),
      expected: `parts that can be put together: ${Object.keys(joins).join(", ")} or folders`,
      found: ending,
    });
  await atomicWrite(out, join(paths));
};
