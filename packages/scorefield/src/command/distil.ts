/** `scorefield distil`: from a trained run to a flow map that draws in one to four steps. */
import type { Command } from "commander";
import { RunError, UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { duration } from "../report/duration.ts";
import { kindText } from "../report/network-summary.ts";
import { type DistilMethod, defaultMethod, distilMethods } from "../run/distil-methods.ts";
import { distilRun } from "../run/distil-run.ts";
import { freeRunFolder, isRun, latestRunFolder, runName } from "../run/folder.ts";
import type { PreparedRun } from "../run/prepared-run.ts";
import { readRecord } from "../run/record-file.ts";
import { resumeRun } from "../run/resume-run.ts";
import { interruptible } from "./interrupt.ts";
import { positive, whole } from "./options.ts";
import { output } from "./output.ts";
import { withProvider } from "./provider-option.ts";
import { trainWatched } from "./training.ts";
import { oneOf, withExamples } from "./usage.ts";

interface DistilFlags {
  readonly method?: DistilMethod;
  readonly out?: string;
  readonly steps?: number;
  readonly minutes?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly checkpoint?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  /** What computes: set before the command begins. */
  readonly provider?: string;
}

/** @throws UsageError for options that exclude each other */
const checkFlags = (flags: DistilFlags): void => {
  if (flags.steps !== undefined && flags.minutes !== undefined)
    throw new UsageError("--steps and --minutes each say how long to train; leave one of them out");
  if (!flags.resume) return;
  const ofNew = ["method", "minutes", "batch", "learningRate", "seed", "checkpoint", "overwrite"] as const;
  const given = ofNew.find((name) => flags[name] !== undefined);
  if (given !== undefined)
    throw new UsageError(
      `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for a new run; leave it out with --resume`,
    );
};

const distilledName = (path: string): string => `${runName(path)}-distilled`;

/** The run that is to go on: the one named, or the last that was made of it. */
const prepareResumed = async (path: string, { out, steps }: DistilFlags, signal: AbortSignal): Promise<PreparedRun> => {
  const isOne = out === undefined && (await isRun(path)) && (await readRecord(path)).record.flowMap !== undefined;
  const folder = out ?? (isOne ? path : await latestRunFolder(distilledName(path)));
  if (folder === undefined)
    throw new RunError(`runs/${distilledName(path)}: expected a run to resume, found none; name it with --out`);
  if (!(await readRecord(folder)).record.flowMap)
    throw new RunError(
      `${folder}: expected a run of a flow map, found one of a score model; go on with scorefield train ${folder} --resume`,
    );
  return resumeRun(folder, {
    ...(steps !== undefined && {
      change: (recipe) => ({ ...recipe, training: { ...recipe.training, steps } }),
    }),
    begun: 0,
    signal,
  });
};

const describe = ({ path, record, data, checkpoint }: PreparedRun): string => {
  const { minutes, steps, batch } = data.recipe.training;
  const { start, objective, taught } = record.flowMap!;
  const what = record.latent ? `a flow map of latents of ${record.model.shape.join(" x ")}` : "a flow map";
  const length = steps === undefined ? `${duration(60 * minutes!)} in steps` : `${grouped(steps)} steps`;
  return [
    `${checkpoint ? `resuming ${path} from step ${grouped(checkpoint.step)}` : `new run ${path}`}: ${what}, ${length} of ${batch} ${data.domain.samples}`,
    `from ${start.run} at step ${grouped(start.step)}; ${kindText(objective)}${taught ? ", taught by that run's model" : ""}`,
  ].join("\n");
};

const action = (path: string, flags: DistilFlags): Promise<void> =>
  interruptible(async (signal) => {
    checkFlags(flags);
    const out = output(flags);
    const { resume, json: _, provider: __, ...options } = flags;
    const run = resume
      ? await prepareResumed(path, flags, signal)
      : await distilRun(path, {
          ...options,
          out: flags.out ?? (await freeRunFolder(distilledName(path))),
          begun: 0,
          signal,
        });
    out.remark(describe(run));
    const { losses: ___, ...trained } = await trainWatched(run, signal);
    if (trained.step === run.checkpoint?.step)
      out.remark("the training was already finished; continue with --steps and a larger number");
    const byClass = Number(run.record.model.network.classes ?? 0) > 0 ? " --class all" : "";
    const { samples, exampleFile } = run.data.domain;
    if (trained.lossCurve !== undefined) out.text(`loss curve: ${trained.lossCurve}, or: scorefield show ${run.path}`);
    out.text(
      `${run.path}: trained ${grouped(trained.step)} steps; draw ${samples} in 1, 2 or 4 steps with: scorefield sample ${run.path} --steps 2${byClass} --out ${exampleFile}`,
    );
    out.result({ run: run.path, ...trained });
  }, "stopping after the steps in flight (Ctrl-C again quits at once)");

const methodsText = Object.entries(distilMethods)
  .map(([name, { summary }]) => `${name}: ${summary}`)
  .join("; ");

/** Adds the command to the program. */
export const addDistil = (program: Command): void => {
  const command = program
    .command("distil")
    .description(
      `Trains a flow map, which goes from noise to samples in one to four evaluations of the network, from a trained run and its data. It is kept as a run of its own, for sample, evaluate and show. A flow map has neither score nor density: all other commands take the run that it was made from. Ctrl-C stops at a point from which --resume continues. Methods: ${methodsText}.`,
    )
    .argument("<run>", "the folder of a trained run, or with --resume of the flow map's")
    .option("-o, --out <folder>", "the new run's folder (default: runs/<name of the run>-distilled)")
    .addOption(oneOf("--method <name>", `how (default: ${defaultMethod})`, Object.keys(distilMethods)))
    .option("--minutes <n>", "train until this time is up (default: 10)", positive)
    .option("--steps <n>", "training steps, in place of minutes", whole(1))
    .option("--batch <n>", "samples in a step (default: those of the run, at most 64)", whole(1))
    .option("--learning-rate <rate>", "peak learning rate (default: 0.001)", positive)
    .option("--seed <n>", "seed of every draw (default: that of the run)", whole(0))
    .option("--checkpoint <step>", "the checkpoint of the run to start from (default: the last)", whole(0))
    .option("--resume", "continue a distillation from its last checkpoint")
    .option("--overwrite", "replace a run that is in the folder")
    .option("--json", "print the result as JSON")
    .action(action);
  withProvider(command);
  withExamples(command, [
    "scorefield distil runs/photos --minutes 10",
    "scorefield distil runs/digits --method ect --steps 2000 --out runs/fast-digits",
    "scorefield distil runs/fast-digits --resume",
    "scorefield sample runs/photos-distilled --steps 4 --out new-photos/",
  ]);
};
