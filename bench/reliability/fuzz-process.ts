/** Reads damaged files one after the other and says how each ended; {@link "./fuzz-readers.ts"} ends it where one does not. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTargets } from "./fuzz-targets.ts";
import { drawsFor, mutate } from "./mutate.ts";

/** Files `first` to `first + count - 1` of a reader and seed. */
export interface FuzzTask {
  readonly reader: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** How files ended. */
export interface Outcomes {
  /** Read, as damage in a number or after the end allows. */
  readonly read: number;
  /** Refused with a typed error. */
  readonly refused: number;
  /** Ended by the reader's own limit of time or memory, with a typed error. */
  readonly limited: number;
  readonly untyped: readonly { readonly index: number; readonly error: string }[];
  readonly slowest: number;
  /** Most memory of the process so far, MiB. */
  readonly memory: number;
}

/** What the process sends: the readers once it can begin, the file it is at, and the outcomes of a task. */
export type FuzzMessage =
  | { readonly kind: "ready"; readonly readers: readonly string[] }
  | { readonly kind: "at"; readonly index: number }
  | { readonly kind: "done"; readonly outcomes: Outcomes };

/** Errors that a reader may throw. */
const typed = new Set(["DataError", "RunError", "CheckpointError", "RecipeError", "ArgumentError", "ShapeError"]);

// In memory where the system has such a folder.
const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const folder = mkdtempSync(join(base, "scorefield-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("disconnect", () => process.exit());
const targets = await makeTargets(folder);

/** The damaged file of a number. */
const damagedFile = (reader: string, seed: number, index: number): Uint8Array => {
  const { files, pack = (content) => content } = targets[reader]!;
  const draw = drawsFor(seed, index);
  const content = files[draw(files.length)]!;
  return draw(2) === 0 ? pack(mutate(content, draw, files[0]!)) : mutate(pack(content), draw, pack(files[0]!));
};

const send = (message: FuzzMessage): void => void process.send!(message);

const work = async ({ reader, seed, first, count }: FuzzTask): Promise<Outcomes> => {
  const found = { read: 0, refused: 0, limited: 0 };
  const untyped: { index: number; error: string }[] = [];
  let slowest = 0;
  for (let index = first; index < first + count; index++) {
    send({ kind: "at", index });
    const bytes = damagedFile(reader, seed, index);
    const start = performance.now();
    try {
      await targets[reader]!.read(bytes);
      found.read++;
    } catch (error) {
      const { name, message, stack } = error as Error;
      if (!typed.has(name)) untyped.push({ index, error: (stack ?? `${error}`).slice(0, 1000) });
      else if (/as damaged files do/.test(message)) found.limited++;
      else found.refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { ...found, untyped, slowest, memory: process.resourceUsage().maxRSS / 1024 };
};

// A reader that refuses sound files would pass every other check.
for (const { files, pack, read } of Object.values(targets))
  for (const content of files) await read(pack ? pack(content) : content);

process.on("message", async (task: FuzzTask) => send({ kind: "done", outcomes: await work(task) }));
send({ kind: "ready", readers: Object.keys(targets) });
