/** Loaded runs that a worker keeps for the next part of the same work. */
import { isAbsolute, relative, resolve } from "node:path";
import type { DrawnRun, LoadOptions } from "../run/load.ts";
import { loadDrawn, loadRun } from "../run/load.ts";
import { JobError } from "./job-error.ts";

const most = 2;

/** @throws JobError for a run whose data are not below its own folder: a worker reads nothing else */
export const checkInside = ({
  path,
  domain,
  record: { training },
}: Pick<DrawnRun, "path" | "domain" | "record">): void => {
  const data = training?.recipe.data;
  if (!data || data.kind !== domain.kind) return;
  for (const name of domain.paths?.(data) ?? []) {
    const below = relative(resolve(path), resolve(path, String(data[name])));
    if (below.startsWith("..") || isAbsolute(below))
      throw new JobError(`run of the work: expected data below the run's own folder, found ${data[name]}`);
  }
};

/** Loads runs, and keeps the last ones. A run is not loaded twice for parts of the same work. */
export const keptRuns = () => {
  const kept = new Map<string, Promise<DrawnRun>>();
  const keep =
    <R extends DrawnRun>(kind: string, load: (path: string, options: LoadOptions) => Promise<R>) =>
    (path: string, options: LoadOptions = {}): Promise<R> => {
      const key = JSON.stringify([kind, path, options.checkpoint, options.averageWidth]);
      const loaded =
        (kept.get(key) as Promise<R> | undefined) ??
        load(path, options).then((run) => {
          checkInside(run);
          return run;
        });
      // The last one used stays longest.
      kept.delete(key);
      kept.set(key, loaded);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      loaded.catch(() => kept.delete(key));
      return loaded;
    };
  return { loadRun: keep("score model", loadRun), loadDrawn: keep("any", loadDrawn) };
};
