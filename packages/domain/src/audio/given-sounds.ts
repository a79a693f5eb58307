/** Sounds that the user gives to a run. */
import { DataError } from "@scorefield/data";
import type { GivenData, GivenOptions } from "../domain.ts";
import type { AudioSettings } from "./audio-settings.ts";
import { readSounds } from "./read-sounds.ts";

/**
 * The sounds at a path, at the run's rate and of its length; loud or not, and cut, as the run's own.
 * @throws DataError for what cannot be read, or lacks channels
 */
export const givenSounds = async (
  path: string,
  { like, settings, label, missing, signal }: GivenOptions,
): Promise<GivenData> => {
  if (label !== undefined || missing !== undefined)
    throw new DataError({
      path,
      expected: `sounds, without ${label === undefined ? "missing values" : "a column of labels"}`,
      found: label ?? `missing: ${JSON.stringify(missing)}`,
    });
  const [channels, length] = like.shape as [number, number];
  const {
    level = "keep",
    segments = "files",
    labels,
    pattern = "{label}",
  } = (settings ?? {}) as Partial<AudioSettings>;
  const rate = like.rate ?? 8000;
  const { samples } = await readSounds(
    {
      kind: "audio",
      path,
      rate,
      channels: channels === 1 ? "mono" : "all",
      seconds: length / rate,
      segments,
      level,
      // Labels as the run's, where these are in folders or names: what is given may have none.
      ...(labels === "names" && { labels }),
      pattern,
      representation: "waveform",
      // Lengths are then whole at any number.
      window: 4,
      hop: 1,
      alpha: 1,
      whiten: 0,
    },
    { signal },
  );
  if (samples.shape.join() !== like.shape.join())
    throw new DataError({
      path,
      expected: `sounds of shape [${like.shape.join(", ")}], as the run's`,
      found: `[${samples.shape.join(", ")}]`,
    });
  return { samples };
};
