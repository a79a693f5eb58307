/** How near sounds drawn by a model come to sounds that it has not seen, by their spectrograms. */
import { takeRows } from "@scorefield/data";
import { measureImageSamples } from "../images/measure-image-samples.ts";
import type { Measured, MeasureInput } from "../measure.ts";
import type { Samples } from "../samples.ts";
import { spectrogramPictures } from "./spectrogram-picture.ts";

/**
 * Draws sounds and compares the pictures of their spectrograms with those of sounds that the model has not seen.
 * @throws ArgumentError for fewer than 8 sounds to compare with
 */
export const measureSounds = async (input: MeasureInput): Promise<Measured> => {
  const { made, reference, own } = input;
  const { rate = 8000 } = made;
  const [, ...shape] = spectrogramPictures(await reference.read([0]), rate).shape;
  const pictured = (sounds: Samples): Samples => ({
    ...sounds,
    shape,
    read: async (rows) => spectrogramPictures(await sounds.read(rows), rate),
  });
  let drawn: Awaited<ReturnType<MeasureInput["draw"]>> | undefined;
  const measured = await measureImageSamples({
    ...input,
    made: { ...made, shape },
    reference: pictured(reference),
    ...(own && { own: { ...own, training: pictured(own.training) } }),
    draw: async (request) => {
      drawn = await input.draw(request);
      const { data, ...rest } = spectrogramPictures(drawn.samples, rate);
      return { samples: { ...rest, dtype: "float64", data: Float64Array.from(data) } };
    },
  });
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
