/** Samples that were drawn before, such as those that `gather` put together, in place of new ones: `evaluate --samples`. */
import { DataError } from "@scorefield/data";
import { type DrawRequest, firstSamples } from "@scorefield/domain";
import { castArray } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import type { RuledSamples } from "../run/keep-rules.ts";
import type { DrawnRun } from "../run/load.ts";

/** Samples of a file. */
export interface SamplesInFile {
  readonly count: number;
  /** @throws UsageError where samples under conditions are asked for, which only the model can draw */
  draw(request: Pick<DrawRequest, "given">): Promise<RuledSamples>;
}

/**
 * Reads the first samples of a file, all unless a number is given.
 * @throws DataError for a file that cannot be read, of other samples than the run's, or of fewer than are asked for
 */
export const samplesInFile = async (
  { domain, made, record }: DrawnRun,
  file: string,
  { count, signal }: { readonly count: number | undefined; readonly signal: AbortSignal },
): Promise<SamplesInFile> => {
  const { samples } = await domain.given(file, { like: made, settings: record.training?.recipe.data, signal });
  if (count !== undefined && count > samples.count)
    throw new DataError({ path: file, expected: `at least ${count} ${domain.samples}`, found: `${samples.count}` });
  const drawn = castArray(await firstSamples(samples, count), "float64");
  return {
    count: drawn.shape[0]!,
    draw: async ({ given }) => {
      if (given !== undefined)
        throw new UsageError(
          `--samples ${file}: expected a run that is compared by samples alone, found ${domain.samples}, which are compared under conditions too; leave it out`,
        );
      return { samples: drawn };
    },
  };
};
