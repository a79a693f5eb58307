/** Stand-in until branch shards has it. */
import { readdir } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { codeVersion } from "./code-version.ts";
import type { Store } from "./store.ts";
import type { ShardWork } from "./work.ts";

export const shardWorkOf = async (
  command: ShardWork["command"],
  path: string,
  flags: Record<string, unknown>,
  parts: number,
  store: Store,
): Promise<ShardWork[]> => {
  const files = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const file = join(entry.parentPath, entry.name);
      files.push({ path: relative(path, file), content: await store.put({ file }) });
    }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const run = { ...(await store.put(new TextEncoder().encode(JSON.stringify(files)))), folder: true };
  return Array.from({ length: parts }, (_, i) => ({
    kind: "shard",
    code: codeVersion(),
    command,
    run,
    options: { count: flags.count as number, seed: flags.seed as number },
    inputs: {},
    part: i + 1,
    parts,
    ending: extname(flags.out as string),
  }));
};
