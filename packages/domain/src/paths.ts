/** The files that data settings name. */
import { resolve } from "node:path";
import type { Domain } from "./domain.ts";
import type { DataSettings } from "./settings.ts";

type Paths = Pick<Domain, "kind" | "paths" | "nameOf">;

/** Data settings with every path in them changed. */
export const movePaths = (domain: Paths, settings: DataSettings, move: (path: string) => string): DataSettings => ({
  ...settings,
  ...Object.fromEntries((domain.paths?.(settings) ?? []).map((name) => [name, move(settings[name] as string)])),
});

/** What to call data in errors: their path, or the name of what is made on the spot. */
export const dataName = (domain: Paths, settings: DataSettings, folder: string): string => {
  const [path] = domain.paths?.(settings) ?? [];
  return path === undefined ? (domain.nameOf?.(settings) ?? domain.kind) : resolve(folder, settings[path] as string);
};
