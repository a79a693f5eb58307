/** How good the samples of a run are. */
import type { FeatureExtractor } from "@scorefield/assess";
import { type AnySampler, guided, sample } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import type { ImageQuality, TableQuality } from "@scorefield/domain";
import type { LoadedRun } from "../run/load.ts";
import { assessImageRun } from "./assess-images.ts";
import { assessTableRun } from "./assess-table.ts";
import type { Assessed, RunAssessment, RunAssessProgress } from "./run-assessment.ts";

/** Options of {@link assessRun}. */
export interface AssessRunOptions {
  /** Samples to draw; default 10,000 rows of a table or 1,000 images. */
  readonly count?: number;
  /** A table or images to compare with, by path; default what was held out of training. */
  readonly data?: string;
  /** Default the run's own. */
  readonly sampler?: AnySampler;
  /** Features that images are compared by; default those of a classifier of the data's classes, or of procedural shapes. */
  readonly extractor?: FeatureExtractor;
  /** Of all draws, default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunAssessProgress) => void;
}

const known = {
  count: true,
  data: true,
  sampler: true,
  extractor: true,
  seed: true,
  signal: true,
  onProgress: true,
} satisfies Known<AssessRunOptions>;

// Images are large in a convolutional network: more at once takes memory and saves no time.
const imageBatch = 64;

/** What was found for a run, and on what. */
export const assessedRun = (run: LoadedRun, work: RunAssessment): Promise<Assessed<TableQuality | ImageQuality>> =>
  run.record.scaling.kind === "images" ? assessImageRun(run, work) : assessTableRun(run, work);

/**
 * Draws samples of a run and measures them against data that it has not seen, beside training data against the same: the
 * distance that chance alone makes. The result is plain JSON: measures with intervals and what they mean; for a table the
 * distances of its columns, and for images the classes and the nearest training images.
 *
 *     const run = await loadRun("runs/proteins");
 *     const quality = await assessRun(run, { count: 5000 });
 *
 * @throws RunError for a run without data to compare with; DataError for data that cannot be read or have changed;
 *   ArgumentError for unknown options; the signal's reason when aborted
 */
export const assessRun = async (
  run: LoadedRun,
  options: AssessRunOptions = {},
): Promise<TableQuality | ImageQuality> => {
  checkOptions("assessRun", options, known);
  const { data, extractor, sampler = run.sampler, seed = 0, signal, onProgress, ...rest } = options;
  const draw: RunAssessment["draw"] = async ({ count, seed, classes }) => {
    const drawn = await sample(classes ? guided(run.model, classes) : run.model, {
      count,
      seed,
      sampler,
      ...(run.model.shape.length > 1 && { batch: imageBatch }),
      ...(signal && { signal }),
      onProgress: ({ step, steps }) =>
        onProgress?.({ of: "sampling", part: "sampling", done: Math.floor((step / steps) * count), total: count }),
    });
    return { samples: run.toData(drawn) };
  };
  const { quality } = await assessedRun(run, {
    ...rest,
    file: data,
    seed,
    extractor: extractor && { extractor, called: extractor.frechetName },
    signal: signal ?? new AbortController().signal,
    draw,
    onProgress,
  });
  return quality;
};
