/** PyTorch as a peer: finds a Python that has it, and drives the scripts in peers/ round by round. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Round } from "./harness.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The Python to run peers with: the one named by SCOREFIELD_BENCH_PYTHON, else `.venv/bin/python` of the repository,
 * else `python3`; the first that imports torch. Where there is no such Python, says so on stderr and resolves to undefined.
 */
export const findPython = async (): Promise<string | undefined> => {
  const named = process.env.SCOREFIELD_BENCH_PYTHON;
  const local = here("../.venv/bin/python");
  const candidates = named ? [named] : [...(existsSync(local) ? [local] : []), "python3"];
  const reasons: string[] = [];
  for (const python of candidates) {
    try {
      await promisify(execFile)(python, ["-c", "import torch"]);
      return python;
    } catch (error) {
      const lines = `${(error as { stderr?: string }).stderr || error}`.trim().split("\n");
      reasons.push(`${python}: ${lines.at(-1)}`);
    }
  }
  console.error(
    `No Python with PyTorch found, so the peers are left out (${reasons.join("; ")}).\n` +
      "To compare: python3 -m venv .venv && .venv/bin/pip install torch,\n" +
      "or name a Python in SCOREFIELD_BENCH_PYTHON.",
  );
  return undefined;
};

/** A running peer process, asleep between rounds. */
export interface Peer {
  /** e.g. "PyTorch 2.13.0, 2 threads". */
  about: string;
  /** Names of the rounds it knows. */
  names: string[];
  /** A round by its name. @throws Error with the peer's own words when the round fails or the process has ended */
  round(name: string): Round;
  /** Ends the process. */
  stop(): Promise<void>;
}

/**
 * Starts a script of peers/, e.g. "mlp_step".
 * @throws Error with the end of its stderr when it does not start
 */
export const startPeer = async (python: string, script: string): Promise<Peer> => {
  const child = spawn(python, [here(`peers/${script}.py`)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr = (stderr + chunk).slice(-4000);
  });
  // A peer that has ended is noticed by the missing answer, below.
  child.stdin.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.on("error", (error) => {
      stderr += error;
      resolve();
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    await ended;
    throw new Error(`peers/${script}.py ended: ${stderr.trim().split("\n").slice(-3).join(" / ")}`);
  };
  const { torch, threads, rounds } = (await answer()) as { torch: string; threads: number; rounds: string[] };
  return {
    about: `PyTorch ${torch}, ${threads} threads`,
    names: rounds,
    round: (name) => async () => {
      if (!rounds.includes(name)) throw new Error(`peers/${script}.py knows ${rounds.join(", ")}, not ${name}`);
      child.stdin.write(`${name}\n`);
      const { value, error } = await answer();
      if (error !== undefined) throw new Error(String(error));
      return value as number;
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};

/**
 * Runs a command once from start to end.
 * @param command program and arguments; its last line on stdout is JSON with `peakMegabytes`, its own peak resident size
 * @returns seconds from spawn to exit, and that size
 */
export const coldStart = async (
  command: readonly [string, ...string[]],
): Promise<{ seconds: number; peakMegabytes: number }> => {
  const [program, ...args] = command;
  const start = performance.now();
  const { stdout } = await promisify(execFile)(program, args);
  const seconds = (performance.now() - start) / 1000;
  const { peakMegabytes } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { peakMegabytes: number };
  return { seconds, peakMegabytes };
};

/** The machine in one line, for the head of a report. */
export const machine = (): string =>
  `${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} cores, Node ${process.version}`;
