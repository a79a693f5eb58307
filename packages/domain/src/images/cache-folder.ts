/** Where things are kept that can be made again. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder named by SCOREFIELD_CACHE, else `scorefield` where this system keeps such things for a user.
 * @returns undefined for `SCOREFIELD_CACHE=off`
 */
export const cacheFolder = (
  variables: Readonly<Record<string, string | undefined>> = process.env,
  system: string = process.platform,
): string | undefined => {
  const { SCOREFIELD_CACHE: named, XDG_CACHE_HOME, LOCALAPPDATA } = variables;
  if (named === "off") return undefined;
  if (named) return named;
  const place =
    system === "win32" ? LOCALAPPDATA : system === "darwin" ? join(homedir(), "Library", "Caches") : undefined;
  return join(place || XDG_CACHE_HOME || join(homedir(), ".cache"), "scorefield");
};
