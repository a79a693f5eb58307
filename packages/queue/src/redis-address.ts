/** Where a Redis server is, how to sign in to it, and what its errors mean. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { JobError } from "scorefield/job";

/** How a client connects: the options of ioredis and BullMQ that are used here. */
export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername?: string; readonly ca?: Buffer };
  readonly connectTimeout: number;
  readonly commandTimeout: number;
  readonly keepAlive: number;
  readonly maxRetriesPerRequest: null;
  readonly enableOfflineQueue: boolean;
  readonly autoResendUnfulfilledCommands: boolean;
  readonly retryStrategy: (times: number) => number;
}

/** A server, ready for a client of ioredis. */
export interface RedisAddress {
  /** For messages: no password is in it. */
  readonly title: string;
  readonly options: ServerOptions;
}

const longestPause = 2000;

/**
 * Reads `redis://user:password@host:port/database`, or `rediss://` for TLS.
 * @param options `password` and `ca` (a file of certificates in PEM) where they are not for an address, which others may read
 * @throws JobError for another address, and where the file cannot be read
 */
export const redisAddress = (
  address: string,
  { password, ca }: { readonly password?: string; readonly ca?: string } = {},
): RedisAddress => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "")
    throw new JobError(
      "the queue: expected an address such as redis://localhost:6379, or rediss:// for TLS, found something else",
    );
  const database = url.pathname.replace(/^\//, "");
  if (!/^\d{0,5}$/.test(database))
    throw new JobError(`the queue: expected a number after the address, of the database, found ${database}`);
  const secure = url.protocol === "rediss:";
  if (ca !== undefined && !secure)
    throw new JobError("the queue: expected rediss:// with a file of certificates, found redis://, which has no TLS");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const given = url.password === "" ? password : decodeURIComponent(url.password);
  return {
    title: `${url.protocol}//${url.host}${database && `/${database}`}`,
    options: {
      host,
      port: Number(url.port || 6379),
      db: Number(database || 0),
      ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
      ...(given !== undefined && { password: given }),
      ...(secure && {
        tls: { ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca: certificates(ca) }) },
      }),
      connectTimeout: 5000,
      // A connection whose other end is gone without a word must not hold a worker up.
      commandTimeout: 5000,
      keepAlive: 5000,
      maxRetriesPerRequest: null,
      // While the server is away commands fail at once: a worker tries again by itself.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(longestPause, 50 * 2 ** times),
    },
  };
};

const certificates = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new JobError(`the queue: could not read the certificates in ${file} (${(cause as Error).message})`, {
      cause,
    });
  }
};

const silent = "the server does not answer; look at the network and at firewalls";

const meanings: readonly (readonly [RegExp, string])[] = [
  [/Stream isn't writeable|Connection is closed/, "the connection was lost; look whether the server runs"],
  [/ECONNREFUSED/, "no Redis server listens there; start one: redis-server --appendonly yes"],
  [/ENOTFOUND|EAI_AGAIN/, "there is no such host; look at its name, and at the network"],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timed out/i, silent],
  [/WRONGPASS|invalid password/i, "user or password are wrong"],
  [
    /NOAUTH|NOPERM/,
    "it asks for a user and a password, with the rights to read and write: redis://user:password@host, or the environment variable SCOREFIELD_QUEUE_PASSWORD",
  ],
  [/certificate|self.signed|unable to verify/i, "its certificate is of no known authority; give the file of yours"],
  [
    /wrong version number|SSL|TLS/i,
    "it speaks no TLS there; write redis:// in place of rediss://, or its port for TLS",
  ],
  [/^OOM/, "its memory is full; raise maxmemory"],
  [/MISCONF|READONLY/, "it does not take writes now; look at its disk, and whether it is a replica"],
  [/LOADING/, "it reads its files; wait"],
];

/** What went wrong with a server, and what to do. Another attempt may succeed. */
export const redisError = (title: string, error: unknown): JobError => {
  if (error instanceof Error && error.name === "JobError") return error as JobError;
  const message = error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : `${error}`;
  const [, found] = meanings.find(([pattern]) => pattern.test(message)) ?? [];
  // A server without TLS waits in silence for the rest of a handshake.
  const meaning = found === silent && title.startsWith("rediss:") ? `${found}, and whether it speaks TLS there` : found;
  return new JobError(`the queue ${title}: ${meaning ?? "could not be reached"} (${message})`, {
    again: true,
    cause: error,
  });
};
