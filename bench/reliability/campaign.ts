/** Runs a campaign of this folder as the user would, for its test. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a script of this folder and waits for its end. */
export const campaign = (
  script: string,
  ...args: string[]
): { readonly code: number | null; readonly output: string } => {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=source", "--import", import.meta.resolve("tsx"), file, ...args],
    { encoding: "utf8" },
  );
  return { code: status, output: stdout + stderr };
};
