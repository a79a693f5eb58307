/** Room for another thread in the address space of a process, which `ulimit -v` may limit. */
import { readFileSync } from "node:fs";
import { RuntimeError } from "../errors.ts";

// A worker thread of Node reserves 600 MiB, ONNX Runtime's libraries and threads 100 more.
const needed = 704;

/**
 * Node ends the whole process where it cannot reserve what a thread needs, so this is found out before.
 * @throws RuntimeError where a limit leaves too little; limits are known on Linux alone
 */
export const checkAddressSpace = (): void => {
  let limit: number;
  let used: number;
  try {
    limit = Number(/^Max address space +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
    used = 1024 * Number(/^VmSize:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  } catch {
    return;
  }
  // An unlimited one is no number.
  const free = (limit - used) / 2 ** 20;
  if (free < needed)
    throw new RuntimeError(
      `expected ${needed} MiB of free address space, found ${Math.floor(free)} MiB; raise the limit (ulimit -v)`,
    );
};
