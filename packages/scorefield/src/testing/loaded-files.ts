/** Which files a program loads. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs Node to its end, which writes down all scripts that it has loaded, its own left out.
 * @param args of Node
 * @throws Error where it fails
 */
export const loadedFiles = async (args: readonly string[]): Promise<string[]> => {
  const folder = await mkdtemp(join(tmpdir(), "scorefield-loaded-"));
  try {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (text) => (said += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`expected ${args.join(" ")} to end well, found code ${code}: ${said}`);
    const files = new Set<string>();
    for (const name of await readdir(folder)) {
      const { result } = JSON.parse(await readFile(join(folder, name), "utf8")) as { result: { url: string }[] };
      for (const { url } of result) if (url.startsWith("file:")) files.add(url);
    }
    return [...files];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
