/** Samples in the model's units: encoded once before training, or each time that training reads them. */
import { ArgumentError, type Dataset, dataset } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { type NdArray, sizeOf, zeros } from "@scorefield/tensor";
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

/** Pairs that are kept between the reading of samples and of what they are conditioned on. */
const mostKept = 1024;

/**
 * Samples that hold what the model is conditioned on. Both are made at once, and kept until both were asked for.
 * @throws ArgumentError for samples that are not in memory
 */
const conditionedDataset = (samples: Samples, { size, encode }: NonNullable<Codec["conditioned"]>): Dataset => {
  const pairsOf = (rows: readonly number[]) => {
    const values = samples.read(rows);
    if (values instanceof Promise)
      throw new ArgumentError("encoded: expected samples in memory for a codec with conditions, found files");
    return encode(values);
  };
  const { shape } = pairsOf([]).x;
  const width = sizeOf(shape.slice(1));
  const kept = new Map<number, { readonly x: Float32Array; readonly observed: Float32Array }>();
  const both = (rows: readonly number[]) => {
    const missing = [...new Set(rows)].filter((row) => !kept.has(row));
    if (kept.size + missing.length > mostKept) kept.clear();
    const absent = [...new Set(rows)].filter((row) => !kept.has(row));
    const { x, observed } = pairsOf(absent);
    for (const [i, row] of absent.entries())
      kept.set(row, {
        x: x.data.slice(i * width, (i + 1) * width),
        observed: observed.data.slice(i * size, (i + 1) * size),
      });
    return rows.map((row) => kept.get(row)!);
  };
  const joined = (parts: readonly Float32Array[], each: readonly number[]): NdArray<"float32"> => {
    const all = zeros([parts.length, ...each]);
    for (const [i, part] of parts.entries()) all.data.set(part, i * part.length);
    return all;
  };
  return {
    count: samples.count,
    shape: shape.slice(1),
    read: (rows) =>
      joined(
        both(rows).map(({ x }) => x),
        shape.slice(1),
      ),
    observed: {
      size,
      read: (rows) =>
        joined(
          both(rows).map(({ observed }) => observed),
          [size],
        ),
    },
  };
};

/** Samples in the model's units, as training takes them: see {@link Samples.decodes} for when they are encoded. */
export const encoded = async (samples: Samples, codec: Codec, draw: EncodeDraw): Promise<Dataset> => {
  checkSamples("encoded", samples);
  checkMade("encoded codec", codec, ["encode", "decode"], "a codec");
  const { count, shape, labels } = samples;
  const { compact, conditioned } = codec;
  if (conditioned) return conditionedDataset(samples, conditioned);
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
