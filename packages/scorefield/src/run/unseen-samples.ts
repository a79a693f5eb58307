/** Which samples a run was not trained on. */
import { createHash } from "node:crypto";
import type { Samples } from "@scorefield/domain";

// Read at once: few enough that images stay small in memory.
const piece = 256;

/** A key for the values of each sample, in order. Equal numbers have equal keys, whatever their type. */
async function* keysOf(samples: Samples, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
  for (let from = 0; from < samples.count; from += piece) {
    signal?.throwIfAborted();
    const rows = Array.from({ length: Math.min(piece, samples.count - from) }, (_, i) => from + i);
    const { data } = await samples.read(rows);
    const size = data.length / rows.length;
    // 0 and -0 are the same number.
    const values = Float64Array.from(data, (value) => value + 0);
    for (const i of rows.keys())
      yield createHash("sha256")
        .update(values.subarray(i * size, (i + 1) * size))
        .digest("base64");
  }
}

/**
 * Positions of the samples that are no training samples. A sample that occurs n times in training is left out at most n
 * times.
 * @throws the signal's reason when aborted
 */
export const unseenSamples = async (samples: Samples, training: Samples, signal?: AbortSignal): Promise<number[]> => {
  const left = new Map<string, number>();
  for await (const key of keysOf(training, signal)) left.set(key, (left.get(key) ?? 0) + 1);
  const unseen: number[] = [];
  let position = 0;
  for await (const key of keysOf(samples, signal)) {
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    else unseen.push(position);
    position++;
  }
  return unseen;
};
