/** `scorefield sample`: new rows or images from a run. */
import { rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { firstRows, lanes } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { Command } from "commander";
import { effectSentence } from "../assess/rule-effect.ts";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { effectText } from "../report/rules-text.ts";
import { makeFolder } from "../run/folder.ts";
import { onConstraint } from "../run/on-constraint.ts";
import { distinctName } from "../run/safe-name.ts";
import { checkAllowed } from "./allowed.ts";
import { parseClasses } from "./class-option.ts";
import {
  acceptanceText,
  type ConditionFlags,
  conditionName,
  probabilityOf,
  probabilityText,
  readConditions,
  withConditions,
} from "./condition-options.ts";
import { describeAverage, number, positive, range, type Shard, whole, withParametersChoice } from "./options.ts";
import { checkOutputPlace } from "./output-file.ts";
import { withProvider } from "./provider-option.ts";
import { chooseSampler, sampleWatched } from "./sampling.ts";
import { checkShardFile, shardOption, shardText } from "./shard-option.ts";
import { withInput } from "./standard-input.ts";
import { toStandardOutput } from "./standard-output.ts";
import { oneOf, withExamples } from "./usage.ts";
import { terminalAction, type WorkContext } from "./work-context.ts";
import { writePartReceipt } from "./write-part-receipt.ts";
import { checkSampleFile, sampleFormats, writeSamples } from "./write-samples.ts";

interface SampleFlags extends ConditionFlags {
  readonly count?: number;
  readonly shard?: Shard;
  readonly steps?: number;
  readonly sampler?: string;
  readonly seed: number;
  readonly batch?: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly out?: string;
  readonly format?: string;
  readonly class?: string;
  readonly guidance?: number;
  readonly guidanceInterval?: readonly [number, number];
  readonly rules: boolean;
  readonly refine: boolean;
  readonly project?: number | true;
  readonly json?: boolean;
}

/** The work of the command. @throws UsageError for options that do not go together; as `sample` and `sampleTable` */
export const runSample = (path: string, flags: SampleFlags, context: WorkContext): Promise<void> =>
  withInput({ data: flags.like }, context.signal, (file, title) => drawSamples(path, flags, { file, title }, context));

const drawSamples = async (
  path: string,
  flags: SampleFlags,
  like: { readonly file: string | undefined; readonly title: string | undefined },
  context: WorkContext,
): Promise<void> => {
  const { signal } = context;
  const taken = toStandardOutput("--out", flags.out, flags.json);
  const out = context.output(flags, taken);
  const { checkpoint, averageWidth } = flags;
  const { project } = flags;
  const loaded = await context.loadDrawn(path, { checkpoint, averageWidth });
  checkAllowed(loaded, "sample");
  const run = project === undefined ? loaded : onConstraint(loaded, project === true ? undefined : project);
  for (const remark of describeAverage(run)) out.remark(remark);
  const { domain, made } = run;
  const wishes = await readConditions(run, flags, like, signal);
  // Of given rows the count is for each.
  const each = wishes?.like && (flags.count ?? 1);
  const all = each ? each * wishes.like!.shape[0]! : (flags.count ?? domain.defaults.count);
  const { first: firstSample, count } = context.range(all, flags.shard, "samples");
  const part = flags.shard && shardText(flags.shard);
  const classes = flags.class === undefined ? undefined : parseClasses(run, flags.class);
  const names = classes?.map((i) => run.classes?.[i] ?? `${i}`);
  const format = flags.format === undefined ? domain.usualEnding(count, made.shape) : `.${flags.format}`;
  const writing = { domain, made, classes: names, firstSample, format };
  if (flags.format !== undefined && flags.out !== undefined && !taken)
    throw new UsageError(
      `--format ${flags.format}: expected no --out, or --out -, found a file, whose name says its format`,
    );
  const folders = domain.writing(made.shape).files !== undefined;
  checkShardFile({ shard: flags.shard, out: flags.out ?? (taken ? undefined : `default${format}`) }, { folders });
  await checkSampleFile(flags.out, writing);
  if (flags.out === undefined) checkOutputPlace("--out", join(path, "samples"));
  const { guidance: weight, guidanceInterval: interval } = flags;
  if (interval && weight === undefined)
    throw new UsageError("--guidance-interval: expected --guidance with it, the weight that it limits");
  if (weight !== undefined && !classes && !("map" in run))
    throw new UsageError(`--guidance ${weight}: expected --class with it, the class to guide to`);
  const guidance = weight === undefined ? undefined : { weight, ...(interval && { interval }) };
  const { guidance: _, ...rest } = flags;
  const choice = {
    ...rest,
    // As all at once would be computed, to the bit. Rows of numbers are anyway.
    count: flags.shard && made.shape.length > 1 ? Math.max(count, Math.min(all, lanes)) : count,
    firstSample,
    ...(classes && { classes }),
    ...(guidance && { guidance }),
    ...(wishes && { table: { ...wishes, ...(each && { each }) } }),
  };
  const drawn = await sampleWatched(run, choice, context);
  const { acceptance, rules, sampler, seconds } = drawn;
  const samples = firstRows(drawn.samples, count) as NdArray<"float64">;
  const { kind, steps } = sampler;
  // Two settings of a sampler, or two averages, must not share a file.
  const settings = flags.sampler?.split(":")[1]?.replace(/[^\w.=+-]+/g, "-");
  const average = run.average && `average-${run.average.width}`;
  const drawnClass = flags.class && `class-${distinctName(flags.class)}`;
  const pushed = guidance && ["guidance", weight, ...(interval ?? [])].join("-");
  const drawnBy = [average, kind, steps, settings, drawnClass, pushed, conditionName(flags)]
    .filter((part) => part !== undefined)
    .join("-");
  const freely = `${run.rules && !flags.rules ? "-no-rules" : ""}${"logRatio" in run && !flags.refine ? "-no-refine" : ""}`;
  const held = project === undefined ? "" : project === true ? "-projected" : `-projected-below-${project}`;
  const drawnPart = flags.shard ? `-shard-${flags.shard.part}-of-${flags.shard.parts}` : "";
  const name = `step-${run.step}-${drawnBy}-seed-${flags.seed}-count-${all}${freely}${held}${drawnPart}${format}`;
  const file = flags.out ?? join(path, "samples", name);
  if (flags.out === undefined) await makeFolder(dirname(file), "to make a folder for samples");
  await writeSamples(file, samples, writing).catch(async (error) => {
    // Nothing is left where it was made for this file.
    if (flags.out === undefined) await rmdir(dirname(file)).catch(() => {});
    throw error;
  });
  const receipt = await writePartReceipt(
    {
      ...{ shard: flags.shard, place: file, run, flags, inputs: { like: like.file } },
      ...{ command: "sample", first: firstSample, count, of: all },
    },
    context,
  );
  const called = taken ? `standard output (${format.slice(1)})` : file;
  out.text(`${called}: ${grouped(count)} samples by ${kind} in ${seconds.toFixed(1)} s`);
  if (rules) out.remark(`rules: ${effectSentence(rules, domain.samples)}`);
  const broken = rules && effectText(rules, run.rules?.rules, run.table);
  if (broken) out.text(broken);
  // Without conditions all rows are as wanted.
  const accepted = wishes && acceptance;
  if (accepted && wishes.where !== undefined) out.text(acceptanceText(accepted));
  const probability =
    accepted &&
    "model" in run &&
    (await probabilityOf(
      run,
      wishes,
      { draws: accepted.draws, seconds },
      { seed: flags.seed, signal, batch: flags.batch },
      chooseSampler(run, flags),
    ));
  if (probability) out.text(probabilityText(probability));
  out.result({
    file,
    count,
    shard: part,
    receipt,
    firstSample: flags.shard && firstSample,
    seed: flags.seed,
    sampler,
    checkpoint: run.step,
    average: run.average,
    columns: run.columns,
    classes: names,
    guidance,
    rules,
    ...(accepted && {
      conditions: {
        where: flags.where,
        like: flags.like,
        each,
        balance: flags.balance,
        complete: flags.complete,
        acceptance: accepted,
        probability: probability && "share" in probability ? probability : undefined,
      },
    }),
    seconds,
  });
};

/** Adds the command to the program. */
export const addSample = (program: Command): void => {
  const command = program
    .command("sample")
    .description(
      "Draws samples from the model of a run, in the units of its data. Sample i depends only on the seed and on i. Rows of a table can be asked for: with given values or in ranges (--where), like rows that you have (--like), as many of each level (--balance), or without missing cells (--complete). These four can be combined.",
    )
    .argument("<run>", "the run's folder")
    .option("-n, --count <n>", "how many samples (default: 1000 rows, 64 images or 16 sounds)", whole(1))
    .addOption(shardOption("draw"))
    .option(
      "-o, --out <file>",
      "a .csv, .tsv, .xlsx, .jsonl, .npy, .wav or .png file, or for images and sounds a folder; - for standard output (default: in the folder samples of the run)",
    )
    .addOption(
      oneOf(
        "--format <format>",
        "format of standard output and of the default file (default: csv for rows, png for at most 400 images, wav for sounds, else npy)",
        sampleFormats,
      ),
    )
    .option("--class <names>", "for labelled images and sounds: a class, several between commas in turn, or all")
    .option(
      "--guidance <w>",
      "weight of the guidance to the class; 1: no guidance, 2 to 4: more typical samples",
      number,
    )
    .option(
      "--guidance-interval <low,high>",
      "guide only at noise sigma / alpha between these; steps outside take less time",
      range,
    )
    .option("--sampler <sampler>", "such as heun or dpm-solver++:order=3,steps=10 (default: the recipe's)")
    .option("--steps <n>", "steps of the sampler (default: the sampler's own); of a flow map 1, 2 or 4", whole(1))
    .option("--seed <n>", "seed of the draws", whole(0), 0)
    .option("--batch <n>", "samples computed at once", whole(1))
    .option("--no-rules", "do not move rows that break the run's rules")
    .option(
      "--no-refine",
      "tables: take rows as the score model draws them, and do not choose among candidates by the density ratio",
    )
    .option(
      "--project [ratio]",
      "project every estimate on the constraint that the run was trained with, or only below this noise sigma / alpha",
      positive,
    )
    .option("--json", "print the result as JSON")
    .action(terminalAction(runSample));
  withProvider(withParametersChoice(withConditions(command)));
  withExamples(command, [
    "scorefield sample runs/proteins --count 1000 --out new.csv",
    "scorefield sample runs/proteins --count 500 --sampler euler-maruyama --steps 200 --out new.png",
    "scorefield sample runs/proteins --count 500 --sampler dpm-solver++:order=3,steps=10",
    "scorefield sample runs/proteins --out - --format tsv | head -5",
    'scorefield sample runs/people --where "age>=30, city=Paris" --count 500',
    "scorefield sample runs/people --like some.csv --count 20",
    "scorefield sample runs/people --balance income --complete",
    "scorefield sample runs/digits --count 100 --class all --out grid.png",
    "scorefield sample runs/digits-distilled --steps 1 --class 3    one evaluation for each image",
    "scorefield sample runs/digits --count 100 --class 3 --guidance 2 --guidance-interval 0.2,5",
    "scorefield sample runs/photos --count 200 --out new-photos/",
    "scorefield sample runs/digits --class 7 --count 20 --out seven/      sounds, as WAV files",
    "scorefield sample runs/photos --count 50000 --shard 2/8 --out part-2.npy",
    "scorefield sample runs/orbits --project 0.5      on the constraint that the run was trained with",
    "scorefield samplers                              every sampler, with its source",
  ]);
};
