/** How good the samples of a run are. */
import type { FeatureExtractor } from "@scorefield/assess";
import { type AnySampler, ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import {
  type Domain,
  type DrawRequest,
  type Measured,
  type MeasureInput,
  type MeasureProgress,
  movePaths,
  type RuleEffect,
  type SampleQuality,
  type Samples,
} from "@scorefield/domain";
import { RunError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import type { Recipe } from "../recipe/resolve.ts";
import { drawFromFlowMap, drawSamples } from "../run/draw-samples.ts";
import type { RuledSamples } from "../run/keep-rules.ts";
import type { DrawnRun } from "../run/load.ts";
import { type OwnData, ownData, ownWithout } from "../run/own-data.ts";
import { unseenSamples } from "../run/unseen-samples.ts";
import { membershipOf } from "./membership-of.ts";
import { effectSentence } from "./rule-effect.ts";

/** Options of {@link assessRun}. */
export interface AssessRunOptions {
  /** Samples to draw; default 10,000 rows of a table or 1,000 images. */
  readonly count?: number;
  /** A table or images to compare with, by path; default what was held out of training. */
  readonly data?: string;
  /** What to do with rows of it that lack a number; default stop. */
  readonly missing?: "error" | "drop";
  /** Default the run's own. A flow map takes none. */
  readonly sampler?: AnySampler;
  /** Evaluations for each sample of a flow map; default those that the run names. */
  readonly steps?: number;
  /** Features that images are compared by; default the features of a classifier of the data's classes, or of drawn shapes. */
  readonly extractor?: FeatureExtractor;
  /** Of all draws, default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: MeasureProgress) => void;
  /** Called with a sentence that the user should know, such as that the data hold samples the run was trained on. */
  readonly onRemark?: (remark: string) => void;
}

const known = {
  count: true,
  data: true,
  missing: true,
  sampler: true,
  steps: true,
  extractor: true,
  seed: true,
  signal: true,
  onProgress: true,
  onRemark: true,
} satisfies Known<AssessRunOptions>;

/** How a run is assessed: what is drawn and how, what to compare with, and who hears of the progress. */
export interface RunAssessment extends Pick<MeasureInput, "seed" | "features" | "signal"> {
  /** Draws samples, in the units of the data, and says what rules changed. */
  readonly draw: (request: DrawRequest) => Promise<RuledSamples>;
  /** Samples to draw, by default the number that the domain names. */
  readonly count?: number | undefined;
  /** The file or folder to compare with in place of held-out data, and its name in texts. */
  readonly file?: string | undefined;
  readonly data?: string | undefined;
  /** What to do with samples of it that lack a number. */
  readonly missing?: "error" | "drop" | undefined;
  readonly onProgress?: MeasureInput["onProgress"];
  readonly onRemark?: MeasureInput["onRemark"];
}

/** Which part of the data a run learns from, wherever the run is: a classifier of it is trained once for all runs on that part. */
const partOf = (domain: Domain, { data, heldOut, seed }: Recipe) => ({
  data: movePaths(domain, data, () => ""),
  heldOut,
  seed,
});

/** What was found for a run. */
interface AssessedRun extends Measured {
  /** How many of the user's samples the run was trained on, where that is known. */
  readonly seen?: number;
}

/** How many of the user's samples a run was trained on; undefined where its own data are gone, and these are others. */
const countSeen = async (
  { record }: DrawnRun,
  given: Samples,
  own: OwnData | undefined,
  signal: AbortSignal | undefined,
): Promise<number | undefined> => {
  if (own) return given.count - (await unseenSamples(given, own.training, signal)).length;
  // The file that the run was trained on holds the training samples and the held-out ones.
  return given.sha256 === record.training?.sha256 ? record.training.rows.training : undefined;
};
/** What to say of training samples among those that the user gave. */
const aboutSeen = (
  { path, domain: { samples }, record }: DrawnRun,
  { seen, count, data }: { readonly seen: number | undefined; readonly count: number; readonly data: string },
): string | undefined => {
  if (seen === undefined)
    return (
      record.training &&
      `${path}: its own data cannot be read again, so whether it was trained on ${samples} of ${data} is not known`
    );
  if (seen === 0) return undefined;
  return `warning: ${grouped(seen)} of the ${grouped(count)} ${samples} of ${data} are training ${samples}. A model that has memorised them seems better than it is. Compare with ${samples} that the model has not seen, or leave --data out to take those held out`;
};

/** What was found, with what rules changed before samples were measured. */
const withRules = (quality: SampleQuality, rules: RuleEffect | undefined, samples: string): SampleQuality => {
  if (!rules) return quality;
  const moved = rules.before.broken > 0 ? ` All measures are of the ${samples} after that.` : "";
  return { ...quality, notes: [...quality.notes, `Rules: ${effectSentence(rules, samples)}.${moved}`], rules };
};

/** What was found for a run, and on what. @throws as {@link assessRun} */
export const assessedRun = async (
  run: DrawnRun,
  { file, data = file, missing, count = run.domain.defaults.evaluated, ...work }: RunAssessment,
): Promise<AssessedRun> => {
  const { path, domain, made, record } = run;
  const recipe = record.training?.recipe;
  const own = await ownWithout(ownData(run, work.signal), path, file);
  const given =
    file === undefined
      ? undefined
      : await domain.given(file, { like: made, settings: recipe?.data, missing, signal: work.signal });
  if (given?.dropped) work.onRemark?.(`left out, as they lack a number: ${given.dropped} ${domain.samples}`);
  const reference = given?.samples ?? own?.heldOut;
  if (!reference)
    throw new RunError(
      `${path}: expected a run with its data, found a model alone; name ${domain.samples} with --data`,
    );
  const seen = given && (await countSeen(run, reference, own, work.signal));
  const remark = given && aboutSeen(run, { seen, count: reference.count, data: data! });
  if (remark) work.onRemark?.(remark);
  let rules: RuleEffect | undefined;
  const found = await domain.measure({
    ...work,
    draw: async (request) => {
      const drawn = await work.draw(request);
      rules = drawn.rules;
      return drawn;
    },
    count,
    made,
    model: path,
    codec: run.codec,
    conditions: "model" in run ? Object.keys(run.model.conditions ?? {}) : [],
    classes: Number(record.model.network.classes ?? 0),
    reference,
    given: given && `${data}${seen ? `, of which ${grouped(seen)} are training ${domain.samples}` : ""}`,
    own: own && { training: own.training, name: own.name, part: recipe && partOf(domain, recipe) },
    // An attack takes the losses of data themselves by a score model, which a flow map and a model of latents do not give.
    ...(own &&
      "model" in run &&
      !run.latent && {
        membership: () => {
          work.onProgress?.({ of: "measuring", part: "membership", done: 0, total: 1 });
          return membershipOf(run, own, work);
        },
      }),
  });
  return { ...found, quality: withRules(found.quality, rules, domain.samples), ...(seen !== undefined && { seen }) };
};

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
export const assessRun = async (run: DrawnRun, options: AssessRunOptions = {}): Promise<SampleQuality> => {
  const isMap = typeof run === "object" && run !== null && "map" in run;
  checkMade("assessRun run", run, [isMap ? "map" : "model", "domain", "toData"], "a run such as await loadRun(path)");
  checkOptions("assessRun", options, known);
  const { data, extractor, sampler, steps, seed = 0, signal, onProgress, ...rest } = options;
  if (isMap ? sampler !== undefined : steps !== undefined)
    throw new ArgumentError(
      isMap
        ? "assessRun sampler: expected none for a flow map, which takes steps alone"
        : "assessRun steps: expected a run of a flow map, found one of a score model; give sampler",
    );
  const draw: RunAssessment["draw"] = ({ count, seed, classes, given }) => {
    const draws = {
      ...{ count, seed, classes, given, signal },
      onProgress: (done: number) => onProgress?.({ of: "sampling", part: "sampling", done, total: count }),
    };
    return "map" in run
      ? drawFromFlowMap(run, { ...draws, steps: steps ?? Number(run.record.sampler.steps) })
      : drawSamples(run, { ...draws, sampler: sampler ?? run.sampler });
  };
  const { quality } = await assessedRun(run, {
    ...rest,
    file: data,
    seed,
    features: extractor && { extractor, called: extractor.frechetName },
    signal: signal ?? new AbortController().signal,
    draw,
    onProgress,
  });
  return quality;
};
