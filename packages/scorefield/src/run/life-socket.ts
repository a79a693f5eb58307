/**
 * A socket that its process listens at as long as it lives. The kernel closes it when the process ends, however it ends,
 * and all containers that share a folder can ask it, though they cannot see each other's processes.
 */
import { open } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";

/** Calls with a path to a name in a folder that is short enough for a socket, however long the folder's own path is. */
const withShortPath = async <T>(folder: string, name: string, use: (path: string) => Promise<T>): Promise<T> => {
  const handle = await open(folder, "r");
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
};

/**
 * Listens at a new socket in a folder. It may be moved with its folder.
 * @returns a function that ends it; undefined where the system or the file system has no such sockets
 */
export const openLifeSocket = async (folder: string, name: string): Promise<(() => void) | undefined> => {
  if (process.platform !== "linux") return undefined;
  const listen = (path: string): Promise<Server | undefined> =>
    new Promise((resolve) => {
      const server = createServer((client) => client.destroy());
      server.once("error", () => resolve(undefined));
      server.listen({ path, exclusive: true }, () => resolve(server.unref()));
    });
  const server = await withShortPath(folder, name, listen).catch(() => undefined);
  server?.on("error", () => {});
  return server && (() => void server.close());
};

/** Whether a process listens at a socket; undefined where there is no socket, or it may not be asked. */
export const isListening = (folder: string, name: string): Promise<boolean | undefined> =>
  withShortPath(
    folder,
    name,
    (path) =>
      new Promise<boolean | undefined>((resolve) => {
        const client = connect({ path });
        client.once("connect", () => {
          client.destroy();
          resolve(true);
        });
        client.once("error", ({ code }: NodeJS.ErrnoException) =>
          // Again: too many ask, and its queue is full.
          resolve(code === "ECONNREFUSED" ? false : code === "EAGAIN" ? true : undefined),
        );
      }),
  ).catch(() => undefined);
