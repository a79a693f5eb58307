/** Data that a run's model has seen and has not, in its own units: what instruments look at it with. */
import { encoded, type Samples, takeSamples } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "./load.ts";
import { ownData, ownWithout } from "./own-data.ts";

/** Some thousands of samples of each kind, [n, ...shape]. */
export interface ModelData {
  /** That the model has not learnt from. */
  readonly heldOut: NdArray<"float32">;
  /** That it has, where known. */
  readonly training?: NdArray<"float32">;
  /** How many there are of each in all. */
  readonly counts: { readonly heldOut: number; readonly training?: number };
}

/** What to take in place of what a run held out. */
export interface ModelDataOptions {
  /** A file or folder of data like the run's. */
  readonly file?: string | undefined;
  /** What to do with samples of it that lack a number. */
  readonly missing?: "error" | "drop" | undefined;
  readonly signal?: AbortSignal | undefined;
}

const most = 10_000;

/**
 * Reads at most 10,000 samples of each kind.
 * @throws RunError where there is no data; DataError for data that cannot be read, are of another shape, or have changed
 */
export const modelData = async (
  run: LoadedRun,
  { file, missing, signal }: ModelDataOptions = {},
): Promise<ModelData> => {
  const { domain, codec, record, path } = run;
  const seed = record.training?.recipe.seed ?? 0;
  const first = async (samples: Samples, part: number) => {
    // Draws go by the number of a sample, so the first ones are encoded as with all others.
    const numbers = Array.from({ length: Math.min(most, samples.count) }, (_, i) => i);
    const data = await encoded(takeSamples(samples, numbers), codec, { seed, part });
    return data.read(numbers);
  };
  const own = await ownWithout(ownData(run, signal), path, file);
  // Part 2: neither the samples of training nor those held out.
  const given =
    file === undefined
      ? undefined
      : (await domain.given(file, { like: run.made, settings: record.training?.recipe.data, missing, signal })).samples;
  const heldOut = given ?? own?.heldOut;
  if (!heldOut) throw new RunError(`${path}: expected a run with its data, found a model alone; name some with --data`);
  return {
    heldOut: await first(heldOut, given ? 2 : 1),
    ...(own && { training: await first(own.training, 0) }),
    counts: { heldOut: heldOut.count, ...(own && { training: own.training.count }) },
  };
};
