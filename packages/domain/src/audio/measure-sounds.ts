/** How near sounds drawn by a model come to sounds that it has not seen, by their spectrograms. */
import { takeRows } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { measureImageSamples } from "../images/measure-image-samples.ts";
import type { Measured, MeasureInput } from "../measure.ts";
import type { Samples } from "../samples.ts";
import { meanSpectrumMetric } from "./log-spectral-distance.ts";
import { halvedPictures, spectrogramPictures } from "./spectrogram-picture.ts";

/** Pictures of half the size tell sounds apart as well, and a classifier of them is trained in a quarter of the time. */
const picturesOf = (sounds: NdArray<FloatType>, rate: number): NdArray<"float32"> =>
  halvedPictures(spectrogramPictures(sounds, rate));

/**
 * Draws sounds and compares the pictures of their spectrograms with those of sounds that the model has not seen.
 * @throws ArgumentError for fewer than 8 sounds to compare with
 */
export const measureSounds = async (input: MeasureInput): Promise<Measured> => {
  const { made, reference, own } = input;
  const { rate = 8000 } = made;
  const [, ...shape] = picturesOf(await reference.read([0]), rate).shape;
  const pictured = (sounds: Samples): Samples => ({
    ...sounds,
    shape,
    read: async (rows) => picturesOf(await sounds.read(rows), rate),
  });
  let drawn: Awaited<ReturnType<MeasureInput["draw"]>> | undefined;
  const pictures: MeasureInput = {
    ...input,
    made: { ...made, shape },
    reference: pictured(reference),
    ...(own && { own: { ...own, training: pictured(own.training) } }),
    draw: async (request) => {
      drawn = await input.draw(request);
      const { data, ...rest } = picturesOf(drawn.samples, rate);
      return { samples: { ...rest, dtype: "float64", data: Float64Array.from(data) } };
    },
  };
  const measured = await measureImageSamples(pictures, [meanSpectrumMetric()]);
  const { referenceIndices = [], nearest } = measured.quality;
  const { nearest: _, ...rest } = measured;
  return {
    ...rest,
    samples: drawn!.samples,
    real: await reference.read([...referenceIndices]),
    comparedWith: measured.comparedWith.replaceAll("images", "sounds"),
    ...(nearest &&
      own && {
        nearest: {
          samples: takeRows(
            drawn!.samples,
            nearest.map(({ sample }) => sample),
          ),
          training: await own.training.read(nearest.map(({ training }) => training)),
        },
      }),
  };
};
