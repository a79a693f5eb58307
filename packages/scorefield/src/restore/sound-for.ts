/** A sound at the rate of a run. */
import { openSound, readSound, resample, type SoundSource } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";

/**
 * Opens a sound; one of another rate is read whole and resampled.
 * @throws DataError for what cannot be read
 */
export const soundFor = async (path: string, rate: number) => {
  const file = await openSound(path);
  if (file.rate === rate) return { source: file as SoundSource, close: () => file.close(), remarks: [] as string[] };
  await file.close();
  const { samples } = await resample(await readSound(path), rate);
  const source: SoundSource = {
    channels: samples.shape[0]!,
    frames: samples.shape[1]!,
    read: (from, count) => {
      const [channels = 1, frames = 0] = samples.shape;
      const n = Math.max(0, Math.min(count, frames - from));
      const part = new Float32Array(channels * n);
      for (let k = 0; k < channels; k++)
        part.set(samples.data.subarray(k * frames + from, k * frames + from + n) as Float32Array, k * n);
      return ndarray(part, [channels, n]);
    },
  };
  return {
    source,
    close: async () => {},
    remarks: [`${path}: resampled from ${file.rate} to ${rate} Hz, as the run works`],
  };
};
