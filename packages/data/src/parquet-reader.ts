/** Processes that read Parquet files, from the side of those who ask: see {@link "./parquet-process.ts"}. */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { DataError } from "./errors.ts";
import type { ParquetAnswer, ParquetRequest } from "./parquet-process.ts";

/** Bytes that a reader may take at most: three quarters of the machine's or the container's. */
export const mostMemory = Math.floor(
  0.75 * Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
);

/** A process that reads one file at a time. */
export interface ParquetReader {
  readonly ended: boolean;
  /** @throws Error with what ended the process in place of an answer: `time`, `memory` or another reason */
  ask(request: ParquetRequest): Promise<ParquetAnswer>;
  end(): void;
  /** Whether it keeps this process alive: while it is asked something. */
  keepAlive(keep: boolean): void;
}

/** The program: beside this file or its bundle, in dist when this runs from src, or in the installed package. */
const programFile = (): string => {
  try {
    const files = ["parquet-process.js", "../dist/parquet-process.js"].map((name) =>
      fileURLToPath(new URL(name, import.meta.url)),
    );
    return (
      files.find((file) => existsSync(file)) ??
      createRequire(import.meta.url).resolve("@scorefield/data/parquet-process")
    );
  } catch (cause) {
    throw new DataError({
      expected: "the program parquet-process.js of @scorefield/data, which reads Parquet files",
      found: "none beside this one, and no such package installed",
      fix: "Bundle @scorefield/data/parquet-process too, to parquet-process.js in the same folder, or install @scorefield/data",
      cause,
    });
  }
};

const start = (): ParquetReader => {
  // Options of this process, such as a debugger's port, do not suit the other.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(programFile(), {
    env,
    execArgv: [`--max-old-space-size=${Math.floor(mostMemory / 2 ** 20)}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let ended = false;
  let said = "";
  let failure: Error | undefined;
  let settle: ((answer: ParquetAnswer | Error) => void) | undefined;
  const stop = (reason: Error): void => {
    ended = true;
    failure ??= reason;
    settle?.(failure);
  };
  // A process that the system refused to start has neither this stream nor a channel.
  child.stderr?.on("data", (text) => {
    said = `${said}${text}`.slice(-1000);
  });
  child.on("message", (answer) => settle?.(answer as ParquetAnswer));
  child.on("error", stop);
  child.on("close", (code, signal) => stop(new Error(said.trim() || `it ended with ${signal ?? `code ${code}`}`)));
  return {
    get ended() {
      return ended;
    },
    ask: (request) =>
      new Promise((resolve, reject) => {
        settle = (answer) => {
          settle = undefined;
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        };
        if (failure) settle(failure);
        else if (child.connected) child.send(request, (error) => error && stop(error));
      }),
    end: () => {
      ended = true;
      child.kill("SIGKILL");
    },
    keepAlive: (keep) => {
      const method = keep ? "ref" : "unref";
      child[method]();
      child.channel?.[method]();
      (child.stderr as Socket | null)?.[method]();
    },
  };
};

const idleMilliseconds = 5000;
let idle: ParquetReader | undefined;

/** A reader that waits, or a new one. @throws DataError where its program is missing; what the system refuses */
export const takeReader = (): ParquetReader => {
  const reader = idle && !idle.ended ? idle : start();
  idle = undefined;
  reader.keepAlive(true);
  return reader;
};

/** Lets a reader that has answered wait a little for the next file. */
export const giveBackReader = (reader: ParquetReader): void => {
  if (idle || reader.ended) {
    reader.end();
    return;
  }
  idle = reader;
  reader.keepAlive(false);
  setTimeout(() => {
    if (idle !== reader) return;
    idle = undefined;
    reader.end();
  }, idleMilliseconds).unref();
};
