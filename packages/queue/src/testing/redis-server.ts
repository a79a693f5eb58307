/** A Redis server for a test, on a free port, which keeps what it holds in a folder. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** Whether Debian's `redis-server` is installed; says so where it is not. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.warn("No redis-server on PATH: tests of the queue over Redis are skipped.");

/** A server that runs. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it and starts it again, with what its append-only file holds. */
  restart(pause?: number): Promise<void>;
  close(): Promise<void>;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

const answers = async (port: number, options: object): Promise<void> => {
  const client = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: null, ...options });
  client.on("error", () => {});
  await client.ping();
  client.disconnect();
};

/** Starts a server. @param args further ones of its command line @param client options of a client that may ask it */
export const startRedis = async (args: readonly string[] = [], client: object = {}): Promise<RedisServer> => {
  const folder = await mkdtemp(join(tmpdir(), "scorefield-redis-"));
  const port = await freePort();
  const usual = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    server = spawn("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, ...usual, ...args], {
      stdio: "ignore",
    });
    await answers(port, client);
  };
  const stop = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      server.once("exit", () => resolve());
      server.kill(signal);
    });
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    restart: async (pause = 0) => {
      await stop("SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, pause));
      await start();
    },
    close: async () => {
      await stop("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
};
