/** Samples in the model's units: encoded once before training, or each time that training reads them. */
import { type Dataset, dataset } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { zeros } from "@scorefield/tensor";
import type { Codec, CompactForm, EncodeDraw } from "./codec.ts";
import { checkSamples, firstSamples, type Samples } from "./samples.ts";

/** Samples whose values in the data's units are copied at once. */
const samplesAtOnce = 65_536;

/**
 * Samples that are kept compact and widened as they are read: a million rows of 18 slots take 72 MB, however many levels their
 * categories have.
 */
const compactDataset = async (samples: Samples, compact: CompactForm, draw: EncodeDraw): Promise<Dataset> => {
  const { count, labels } = samples;
  const { width, encode, widen } = compact;
  const all = zeros([count, width], "float32");
  for (let firstRow = 0; firstRow < count; firstRow += samplesAtOnce) {
    const rows = Array.from({ length: Math.min(samplesAtOnce, count - firstRow) }, (_, i) => firstRow + i);
    all.data.set(encode(await samples.read(rows), { ...draw, firstRow }).data, firstRow * width);
  }
  const kept = dataset(all, labels);
  const { shape } = widen(zeros([0, width], "float32"));
  return { ...kept, shape: shape.slice(1), read: async (rows) => widen(await kept.read(rows)) };
};

/** Samples in the model's units, as training takes them: see {@link Samples.decodes} for when they are encoded. */
export const encoded = async (samples: Samples, codec: Codec, draw: EncodeDraw): Promise<Dataset> => {
  checkSamples("encoded", samples);
  checkMade("encoded codec", codec, ["encode", "decode"], "a codec");
  const { count, shape, labels } = samples;
  const { compact } = codec;
  if (samples.decodes === undefined)
    return compact && !draw.jitter
      ? compactDataset(samples, compact, draw)
      : dataset(codec.encode(await firstSamples(samples), draw), labels, { absent: codec.absent ?? false });
  return {
    count,
    shape,
    ...(labels && { labels }),
    ...(codec.absent && { absent: true }),
    get decodes() {
      return samples.decodes ?? false;
    },
    read: async (rows) => codec.encode(await samples.read(rows), draw),
  };
};
