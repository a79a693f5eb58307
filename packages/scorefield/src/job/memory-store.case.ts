/** A store in memory, for tests. */
import { writeFile } from "node:fs/promises";
import { sha256 } from "./identity.ts";
import { JobError } from "./job-error.ts";
import type { Store } from "./store.ts";
import type { Receipt } from "./work.ts";

/** A store in memory that counts what is written to it. */
export const memoryStore = (): Store & {
  readonly receipts: ReadonlyMap<string, Receipt>;
  readonly puts: () => number;
} => {
  const contents = new Map<string, Uint8Array>();
  const receipts = new Map<string, Receipt>();
  let puts = 0;
  const get: Store["get"] = async ({ sha256: name }) => {
    const found = contents.get(name);
    if (!found) throw new JobError(`memory: expected the content ${name}, found none`);
    return found;
  };
  return {
    title: "memory",
    receipts,
    puts: () => puts,
    put: async (bytes) => {
      if (!(bytes instanceof Uint8Array)) throw new JobError("memory: expected bytes, found a file");
      puts += 1;
      const name = sha256(bytes);
      contents.set(name, bytes);
      return { sha256: name, bytes: bytes.length };
    },
    get,
    copyTo: async (content, file) => writeFile(file, await get(content)),
    has: async ({ sha256: name }) => contents.has(name),
    putReceipt: async (receipt) => {
      if (!receipts.has(receipt.work)) receipts.set(receipt.work, receipt);
      return receipts.get(receipt.work)!;
    },
    receipt: async (work) => receipts.get(work),
  };
};
