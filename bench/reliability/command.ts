/** The built command in separate processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The file of the command. */
export const bin = fileURLToPath(new URL("../../packages/scorefield/bin/scorefield.js", import.meta.url));
if (!existsSync(fileURLToPath(new URL("../../packages/scorefield/dist/cli.js", import.meta.url))))
  throw new Error("the command is not built; run npm run build");

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that has begun, and its end to wait for. */
export interface Begun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Begins a program with a folder to work in; it ends with this process at the latest. */
export const begin = (folder: string, file: string, ...args: readonly string[]): Begun => {
  const env = { ...process.env, SCOREFIELD_CACHE: "off", DEBUG: "" };
  const child = spawn(file, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, ended };
};

/** Begins the command. */
export const scorefield = (folder: string, ...args: readonly string[]): Begun =>
  begin(folder, process.execPath, bin, ...args);
