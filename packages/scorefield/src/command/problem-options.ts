/** Options of commands that say what is measured, how it scatters, and how draws are made. */
import { type AnySampler, type GuidanceOptions, SamplingError } from "@scorefield/core";
import type { Noise, Operator, PosteriorMethod } from "@scorefield/inverse";
import { sizeOf } from "@scorefield/tensor";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { dataUnits } from "../restore/model-problem.ts";
import { methodInText, noiseInText, operatorInText } from "../restore/problem-in-text.ts";
import type { LoadedRun } from "../run/load.ts";
import { parseClasses } from "./class-option.ts";
import { gather, number, whole } from "./options.ts";
import { chooseSampler } from "./sampling.ts";

/** The options as commands take them. */
export interface ProblemFlags {
  readonly operator?: readonly string[];
  readonly noise?: string;
  readonly method?: string;
  readonly class?: string;
  readonly guidance?: number;
  readonly sampler?: string;
  readonly seed: number;
  readonly batch?: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
}

/** What they stand for. */
export interface ReadProblem {
  /** Left out where no operator is named. */
  readonly operator?: Operator;
  readonly noise: Noise;
  readonly method?: PosteriorMethod;
  readonly class?: number;
  readonly guidance?: GuidanceOptions;
  readonly sampler?: AnySampler;
}

const digits = (value: number): string => `${Number(value.toPrecision(3))}`;

/** What numbers of a run's samples and of a measurement are, in a sentence for the user. */
export const unitsSentence = (run: LoadedRun, { units }: Operator, { sigma }: Noise): string => {
  if (run.codec.stored.kind !== "images") return `units: operator and noise are in ${dataUnits(run)}, as in the data`;
  const pixels = "units: pixels are from -1 (black) to 1 (white)";
  if (units.output !== units.input) return `${pixels}; the measurement and its noise are in ${units.output}`;
  if (sigma === undefined) return pixels;
  return `${pixels}, so noise of ${digits(sigma)} is ${digits(50 * sigma)} % of the range; in levels of 0 to 255 it is ${digits(127.5 * sigma)}`;
};

/**
 * What the options describe, for samples of a run.
 * @throws UsageError, RecipeError, DataError and ArgumentError naming the option
 */
export const readProblem = async (run: LoadedRun, flags: ProblemFlags): Promise<ReadProblem> => {
  const { operator: texts = [], noise, method, guidance, sampler } = flags;
  if (noise === undefined)
    throw new UsageError(
      "--noise: expected how the measurement scatters, such as gaussian:0.05 (in the units of the measurement), found none; scorefield noises lists them",
    );
  const labels = flags.class === undefined ? undefined : parseClasses(run, flags.class);
  if (labels && labels.length > 1)
    throw new UsageError(`--class ${flags.class}: expected one class of what was measured, found ${labels.length}`);
  if (guidance !== undefined && !labels)
    throw new UsageError(`--guidance ${guidance}: expected --class with it, the class to guide to`);
  const given = { input: run.made.shape, units: dataUnits(run), columns: run.made.columns };
  const operator = texts.length > 0 ? await operatorInText(texts, given) : undefined;
  const scatter = await noiseInText(noise);
  const numbers = (scatter.recipe.deviations as { readonly data?: ArrayLike<number> } | undefined)?.data?.length;
  if (operator && numbers !== undefined && numbers !== sizeOf(operator.output))
    throw new UsageError(
      `--noise ${noise}: expected a deviation for each of the ${sizeOf(operator.output)} numbers of ${operator.kind}, found ${numbers}`,
    );
  return {
    ...(operator && { operator }),
    noise: scatter,
    ...(method !== undefined && { method: methodInText(method) }),
    ...(labels && { class: labels[0]! }),
    ...(guidance !== undefined && { guidance: { weight: guidance } }),
    ...(sampler !== undefined && { sampler: chooseSampler(run, { sampler }) }),
  };
};

/** An error of sampling with what a person at a terminal can do. */
export const withAdvice = (error: unknown): unknown =>
  error instanceof SamplingError
    ? new SamplingError(
        error.message.replace(
          "or compute in float64",
          "as in --method daps:steps=200; for an operator that is not linear give its curvature (daps:curvature=1000), or take another method (scorefield posteriors)",
        ),
        { cause: error },
      )
    : error;

/** Adds the options to a command. */
export const withProblem = (command: Command): Command =>
  command
    .option(
      "--operator <text>",
      'what is seen of a sample: "blur:sigma=2", mask:box=12x12, mask:30%, downsample:4, mask:@seen.png; repeat it for one after another (scorefield operators)',
      gather,
    )
    .option(
      "--noise <text>",
      "how the measurement scatters, in its own units: gaussian:0.05, where pixels are from -1 to 1 (scorefield noises)",
    )
    .option(
      "--method <text>",
      "how draws are made, such as daps:steps=20 or mmps:steps=100 (default: daps; scorefield posteriors)",
    )
    .option("--sampler <sampler>", "in place of the method's own, for a method that is a guided score")
    .option("--class <name>", "of a run that learnt classes: the class of what was measured")
    .option("--guidance <w>", "how strongly the class is followed (default: 1)", number)
    .option("--seed <n>", "seed of the draws", whole(0), 0)
    .option("--batch <n>", "draws computed at once", whole(1));
