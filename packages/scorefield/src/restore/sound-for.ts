/** A sound at the rate of a run. */
import { DataError, openSound, resampledSource, type SoundFile } from "@scorefield/data";

/** A source that refuses what is no number, by the name of its file. */
const finite = (file: SoundFile, path: string): SoundFile => ({
  ...file,
  read: async (from, count) => {
    const part = await file.read(from, count);
    const broken = part.data.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0)
      throw new DataError({
        path,
        expected: "numbers that are finite",
        found: `${part.data[broken]} near second ${Math.floor((from + (broken % part.shape[1]!)) / file.rate)}`,
        fix: "Write the file again",
      });
    return part;
  },
});

/**
 * Opens a sound; one of another rate is resampled as it is read.
 * @throws DataError for what cannot be read; reading throws it for numbers that are not finite
 */
export const soundFor = async (path: string, rate: number) => {
  const file = await openSound(path);
  return {
    rate: file.rate,
    source: resampledSource(finite(file, path), rate),
    close: () => file.close(),
    remarks: file.rate === rate ? [] : [`${path}: resampled from ${file.rate} to ${rate} Hz, as the run works`],
  };
};
