/** Windows that the user gives to a run. */
import { DataError } from "@scorefield/data";
import type { GivenData, GivenOptions } from "../domain.ts";
import { readSeries, type SeriesData } from "./read-series.ts";
import { readWindows } from "./read-windows.ts";
import type { SeriesSettings } from "./series-settings.ts";
import { windowsOf } from "./windows.ts";

/** Whether a file holds arrays. */
const isArrayFile = (path: string): boolean => /\.(npz|npy|npy\.gz)$/i.test(path);

/**
 * The series of another file, as a run knows them.
 * @throws DataError for a file that lacks columns of the run
 */
export const readGivenSeries = (path: string, settings: SeriesSettings, signal?: AbortSignal): Promise<SeriesData> => {
  const { until: _, ...rest } = settings;
  return readSeries({ ...rest, path } as SeriesSettings, { signal });
};

/**
 * Windows of another file: of an array as they are, of a table one after the other.
 * @throws DataError for windows of another shape than the run's
 */
export const readGivenWindows = async (path: string, options: GivenOptions): Promise<GivenData> => {
  const { like, label, signal } = options;
  const settings = options.settings as SeriesSettings | undefined;
  const [, length = 1] = like.shape;
  if (isArrayFile(path) || !settings?.time) {
    const { samples, labels } = await readWindows(path, { array: settings?.array, label, columns: like.columns });
    if (samples.shape.join() !== like.shape.join())
      throw new DataError({
        path,
        expected: `windows [${like.shape.join(", ")}], as the run's`,
        found: `[${samples.shape.join(", ")}]`,
      });
    return { samples, ...(labels && { labels }) };
  }
  const data = await readGivenSeries(path, settings, signal);
  const { samples } = windowsOf(data, { length, stride: Math.max(1, length >> 1), blocks: false });
  return { samples };
};
