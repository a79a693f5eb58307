/** `scorefield train`: from a table, images or a recipe to a run. */

import { basename, join, resolve } from "node:path";
import { type DataSettings, findDomain, movePaths } from "@scorefield/domain";
import type { Command } from "commander";
import { RunError, UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { expandData } from "../recipe/parse.ts";
import { isRecipeFile } from "../recipe/read.ts";
import { recipeParts } from "../recipe/resolve.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { columnsAdvice, columnsText } from "../report/columns-text.ts";
import { duration } from "../report/duration.ts";
import { kindText } from "../report/network-summary.ts";
import { fixedNumber } from "../report/number-text.ts";
import { learntText, rulesResult } from "../report/rules-text.ts";
import { readPace } from "../run/checkpoint.ts";
import { createRun } from "../run/create-run.ts";
import { freeRunFolder, isRun, latestRunFolder, relativeToRun, runName } from "../run/folder.ts";
import type { Prepared } from "../run/prepare.ts";
import type { PreparedRun } from "../run/prepared-run.ts";
import { helps } from "../run/refinement.ts";
import { fewestRows, lacksRows } from "../run/refinement-work.ts";
import { resumeRun } from "../run/resume-run.ts";
import { withDataOptions } from "./data-options.ts";
import { inOptions } from "./in-options.ts";
import { gather, positive, whole } from "./options.ts";
import { output } from "./output.ts";
import { withProvider } from "./provider-option.ts";
import { withQueueOptions, withStoreOption } from "./queue-options.ts";
import { type ReadSource, sourceAction } from "./source-action.ts";
import { inputFormatOption } from "./standard-input.ts";
import { standardStream } from "./standard-output.ts";
import { type Fields, readSource, type TrainFlags, withFlags } from "./train-recipe.ts";
import { trainWatched } from "./training.ts";
import { type TogetherFlags, trainOverQueue } from "./training-together.ts";
import { recipesRun, withExamples } from "./usage.ts";

/** By what share the held-out loss has to rise to be worth a remark: less is chance. */
const worthSaying = 0.01;

const describeData = ({ domain, training, heldOut, split, shape, columns, table, classes }: Prepared): string => {
  const counts = `${grouped(training.count)} training ${domain.samples} and ${grouped(heldOut.count)} held out`;
  const added = domain.additions?.(split.settings);
  const made = domain.describe({
    shape,
    ...(columns && { columns }),
    ...(table && { table }),
    ...(classes && { classes }),
  });
  return `${counts}${added === undefined ? "" : `, ${added}`}; each is ${made}`;
};

/** How long the autoencoder of a latent run is trained. */
const firstPart = ({ latent, training: { minutes } }: Prepared["recipe"]): string =>
  minutes === undefined ? `in ${grouped(latent!.steps!)} steps` : `in ${Math.round(100 * latent!.share)} % of the time`;

const optional = (text: string): string[] => (text === "" ? [] : [text]);

const describe = ({ path, data, checkpoint }: PreparedRun): string => {
  const { recipe, domain, split, rules } = data;
  const { minutes, pace, batch, steps = pace?.at(-1)?.[0] } = recipe.training;
  const length = steps === undefined ? `${duration(60 * minutes!)} in steps` : `${grouped(steps)} steps`;
  return [
    `${checkpoint ? `resuming ${path} from step ${grouped(checkpoint.step)}` : `new run ${path}`}: ${length} of ${batch} ${domain.samples}`,
    describeData(data),
    ...(split.columns ? [columnsText(split.columns, { stream: process.stderr }), columnsAdvice(split.columns)] : []),
    ...[...split.remarks, ...(rules?.remarks ?? [])].map((remark) => inOptions(remark)),
    ...optional(rules ? learntText(rules) : ""),
    ...(recipe.latent
      ? [
          `${kindText(recipe.latent.autoencoder)}: latents of ${data.latentShape!.join(" x ")}${
            recipe.latent.codec === undefined
              ? `, learnt first, ${firstPart(recipe)}`
              : `, as ${recipe.latent.codec} learnt them`
          }`,
        ]
      : []),
    `${kindText(recipe.network)}, process ${recipe.process.kind}, scaling ${recipe.scaling}`,
  ].join("\n");
};

const prepareNew = async (
  { source, received, given: readGiven }: ReadSource,
  flags: TrainFlags,
  signal: AbortSignal,
): Promise<PreparedRun> => {
  if (await isRun(source))
    throw new RunError(`${source}: expected a data file or recipe, found a run; continue it with --resume`);
  const read = await readGiven();
  const given = withFlags(read, flags, flags.pace === undefined ? undefined : await readPace(flags.pace));
  return createRun(given.recipe as unknown as RecipeInput, {
    out: flags.out ?? (await freeRunFolder(received ? runName(received) : runName(source))),
    folder: given.folder,
    overwrite: flags.overwrite ?? false,
    // The time began with the process.
    begun: 0,
    signal,
    keepData: received !== undefined,
    ...(isRecipeFile(source) && { source }),
  });
};

const prepareResumed = async (source: string, flags: TrainFlags, signal: AbortSignal): Promise<PreparedRun> => {
  const isFolder = await isRun(source);
  const path = flags.out ?? (isFolder ? source : await latestRunFolder(runName(source)));
  if (path === undefined)
    throw new RunError(`runs/${runName(source)}: expected a run to resume, found none; name it, or leave --resume out`);
  const given = isFolder ? undefined : await readSource(source);
  const change = (stored: RecipeInput): RecipeInput => {
    if (!given) return withFlags({ recipe: stored as unknown as Fields, folder: path }, flags).recipe as never;
    const { data, training, ...rest } = withFlags(given, flags).recipe;
    const expanded = expandData(data) as DataSettings;
    const domain = findDomain(expanded.kind);
    const moved = domain
      ? movePaths(domain, expanded, (file) => relativeToRun(path, resolve(given.folder, file)))
      : expanded;
    // Of data named alone, the run remembers which part of it it took, and how.
    const old = stored.data as Fields;
    const { changeable = [] } = domain ?? {};
    const same = Object.entries(moved).every(([name, value]) => changeable.includes(name) || old[name] === value);
    return {
      ...stored,
      ...rest,
      data: same ? { ...old, ...moved } : moved,
      training: { ...stored.training, ...(training as Fields) },
    } as never;
  };
  return resumeRun(path, {
    change,
    begun: 0,
    signal,
    ...(flags.checkpoint !== undefined && { checkpoint: flags.checkpoint }),
  });
};

/** @throws UsageError for options that exclude each other */
const checkFlags = (source: string, flags: TrainFlags): void => {
  if (flags.resume && source === standardStream)
    throw new UsageError(
      "-: expected the folder of a run with --resume, which has kept the data that were piped to it",
    );
  if (flags.resume && flags.overwrite) throw new UsageError("--resume and --overwrite exclude each other; choose one");
  if (flags.checkpoint !== undefined && !flags.resume)
    throw new UsageError("--checkpoint says where to resume; add --resume");
  const together = (["places", "every", "synchronous", "roundDeadline", "store"] as const).filter(
    (name) => flags[name] !== undefined,
  );
  if (together.length > 0 && flags.queue === undefined)
    throw new UsageError(
      `--${together[0] === "roundDeadline" ? "round-deadline" : together[0]} is for training on many machines; add --queue, the address of their queue`,
    );
  const lengths = (["steps", "minutes", "pace"] as const).filter((name) => flags[name] !== undefined);
  if (lengths.length > 1)
    throw new UsageError(
      `--${lengths.join(" and --")} each say how long to train; leave out --${lengths[0]}, or the other`,
    );
  if (flags.resume && lengths.length > 0 && flags.steps === undefined)
    throw new UsageError(
      `--${lengths[0]} is for a new run; leave it out, and --resume goes on with the time that the run has left`,
    );
};

const train = async (read: ReadSource, flags: TrainFlags, signal: AbortSignal): Promise<void> => {
  const out = output(flags);
  const { source, received } = read;
  const run = flags.resume ? await prepareResumed(source, flags, signal) : await prepareNew(read, flags, signal);
  out.remark(describe(run));
  if (received) out.remark(`the run keeps the data of standard input: ${join(run.path, basename(received))}`);
  const together = flags as TogetherFlags;
  const { losses: _, ...trained } =
    together.queue === undefined
      ? await trainWatched(run, signal)
      : await trainOverQueue(run, together, { out, signal });
  if (trained.step === run.checkpoint?.step)
    out.remark(
      "the training was already finished, and nothing was left to do; continue with --steps and a larger number",
    );
  if (flags.minutes !== undefined && trained.step < 100)
    out.remark("so few steps teach it little: give it more time, smaller images (--size) or a narrower network");
  if (trained.refinement)
    out.remark(
      helps(trained.refinement)
        ? `learnt the density ratio from ${grouped(trained.refinement.rows)} rows: each sample is chosen among candidates by it (--no-refine leaves this out)`
        : `the trees of the density ratio found no difference between samples and data: samples stay as the model draws them`,
    );
  if (lacksRows(run.data, recipeParts(run.data.recipe)))
    out.remark(
      `the density ratio is not learnt: that takes ${fewestRows} training rows; samples stay as the model draws them`,
    );
  const { leastHeldOut: least, heldOutLoss = 0 } = trained;
  if (least && heldOutLoss > least.loss + worthSaying * Math.abs(least.loss))
    out.remark(
      `the held-out loss was least after ${grouped(least.step)} steps, ${fixedNumber(least.loss)}, and rose to ${fixedNumber(heldOutLoss)}: the model begins to memorise training ${run.data.domain.samples}. Train fewer steps, such as --steps ${least.step}`,
    );
  const byClass = (run.record.model.network.classes ?? 0) !== 0 ? " --class all" : "";
  const { domain } = run.data;
  const more = domain.use
    ? `${domain.use.what} with: scorefield ${domain.use.line.replace("RUN", run.path)}`
    : `draw ${domain.samples} with: scorefield sample ${run.path}${byClass} --out ${domain.exampleFile}`;
  if (trained.lossCurve !== undefined) out.text(`loss curve: ${trained.lossCurve}, or: scorefield show ${run.path}`);
  out.text(`${run.path}: trained ${grouped(trained.step)} steps; ${more}`);
  const { rules, split } = run.data;
  out.result({
    run: run.path,
    ...trained,
    ...(split.columns && { columns: split.columns }),
    ...(rules && { rules: rulesResult(rules) }),
  });
};

const action = sourceAction(train, "stopping after the steps in flight (Ctrl-C again quits at once)", checkFlags);

/** Adds the command to the program. */
export const addTrain = (program: Command): void => {
  const command = program
    .command("train")
    .description(
      "Trains a score model on the rows of a table, on images or on sounds and keeps it as a run: a folder with run.json, metrics.jsonl, checkpoints and, at its end, the loss curve as loss.html. Ctrl-C stops at a point from which --resume continues bit for bit. What is piped to it, at most 1 GiB, is kept in the run.",
    )
    .argument(
      "<source>",
      "a table (.csv .tsv .xlsx .sqlite .jsonl .parquet .npy .npz), a folder of images (PNG, JPEG, WebP) or an IDX file of them, a folder of sounds (WAV, FLAC, MP3, OGG), a recipe (.json .ts), a built-in set, a run with --resume, or - for a table on standard input",
    )
    .option("-o, --out <folder>", "the run's folder (default: runs/<name of the source>)")
    .option("--set <path=value>", "a setting of the recipe, such as training.steps=5000; repeatable", gather)
    .addOption(inputFormatOption())
    .option("--resume", "continue a run from its last checkpoint")
    .option("--checkpoint <step>", "with --resume: the checkpoint to continue from", whole(0))
    .option("--overwrite", "replace a run that is in the folder");
  withDataOptions(command)
    .option("--steps <n>", "training steps (default: by the number of rows or images)", whole(1))
    .option(
      "--no-refine",
      "tables: do not learn the density ratio after training, by which rows are chosen among candidates",
    )
    .option(
      "--minutes <n>",
      "train until this time is up, start and previews included; the learning rate falls to 0 with it",
      positive,
    )
    .option("--pace <run>", "repeat, step by step and without a clock, what a run with --minutes did")
    .option(
      "--latent",
      "images: learn an autoencoder first, and the model on its latents, which are much smaller: quicker to draw, and to learn where images are large",
    )
    .option("--codec <run>", "with the autoencoder of another latent run, as it is; it stands for --latent")
    .option("--batch <n>", "rows or images in a step (default: 256 rows, or 64 images)", whole(1))
    .option("--seed <n>", "seed of the split, the initial parameters and every draw (default: 0)", whole(0))
    .option("--places <n>", "with --queue: parts that every batch is cut into, which divide it (default: 4)", whole(1))
    .option(
      "--every <n>",
      "with --queue: steps that places go apart for, before they come together and the run is saved (default: 500, at most a sixteenth of all)",
      whole(1),
    )
    .option(
      "--synchronous",
      "with --queue: average gradients at every step, over a fast network: the training of one machine up to rounding",
    )
    .option(
      "--round-deadline <s>",
      "with --queue: seconds after which a round closes with the places that are done (default: it waits for all)",
      positive,
    )
    .option("--json", "print the result as JSON")
    .action(action);
  withStoreOption(withQueueOptions(command));
  withProvider(command);
  withExamples(
    command,
    [
      "scorefield train people.csv",
      'scorefield train people.csv --kinds "zip=category,age=whole" --exclude notes',
      'scorefield train prices.csv --rule found --rule "High <= 2*Low"',
      "scorefield train cardio.npz --label y --only 0 --set heldOut=0.5",
      "scorefield train photos/ --flip --minutes 30",
      "scorefield train photos/ --latent --minutes 30",
      "scorefield train digits/ --labels names          sounds such as 7_theo_3.wav",
      "scorefield train train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz",
      "scorefield train recipe.ts --out runs/first --set network.width=512",
      "scorefield train runs/first --resume",
      "scorefield train photos/ --queue redis://queue.example --store /mnt/shared --places 8",
      "zcat table.csv.gz | scorefield train - --out runs/piped",
    ],
    recipesRun,
  );
};
