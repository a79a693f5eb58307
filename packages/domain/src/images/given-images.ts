/** Images that the user gives to a run. */
import { stat } from "node:fs/promises";
import { DataError, findVolumes } from "@scorefield/data";
import type { GivenData, GivenOptions } from "../domain.ts";
import type { ImageSettings } from "./image-settings.ts";
import { readImages } from "./read-images.ts";

/** Slices as the run's: of its size, along its axis, and in its range of values where the user said one. All are taken. */
const slicesLike = (settings: GivenOptions["settings"], height: number, width: number): Partial<ImageSettings> => {
  const { axis, range, fit } = (settings ?? {}) as Partial<ImageSettings>;
  return {
    filled: 0,
    ...(height === width && { size: height }),
    ...(axis && { axis }),
    ...(range && { range }),
    ...(fit && { fit }),
  };
};

/** The images at a path, of the run's size and colours. @throws DataError for what cannot be read, or is of another shape */
export const readGivenImages = async (
  path: string,
  { like, settings, label, missing }: GivenOptions,
): Promise<GivenData> => {
  if (label !== undefined || missing !== undefined)
    throw new DataError({
      path,
      expected: `images, without ${label === undefined ? "missing values" : "a column of labels"}`,
      found: label ?? `missing: ${JSON.stringify(missing)}`,
    });
  const [channels, height, width] = like.shape;
  const folder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  // An array keeps its own size and colours.
  const volumes = (await findVolumes(path)).length > 0;
  const own = volumes ? slicesLike(settings, height!, width!) : folder && { size: height!, greyscale: channels === 1 };
  const { samples, notFinite } = await readImages({ kind: "images", path, flip: false, damaged: "error", ...own });
  if (samples.shape.join() !== like.shape.join())
    throw new DataError({
      path,
      expected: `images of shape [${like.shape.join(", ")}], as the run's`,
      found: `[${samples.shape.join(", ")}]`,
    });
  return { samples, ...(notFinite !== undefined && { notFinite }) };
};
