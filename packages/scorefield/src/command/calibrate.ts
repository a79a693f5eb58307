/** `scorefield calibrate`: whether the uncertainty of restored samples is right. */
import type { Calibration } from "@scorefield/inverse";
import type { Command } from "commander";
import { UsageError, VerificationError } from "../errors.ts";
import { calibrationVerdict, probabilityText, rankLine, verdictSentence } from "../report/calibration-text.ts";
import { type CalibrateRunOptions, calibrateRun } from "../restore/calibrate-run.ts";
import { recipeText } from "../restore/problem-in-text.ts";
import { type LoadedRun, loadRun } from "../run/load.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { describeAverage, share, whole, withParametersChoice } from "./options.ts";
import { output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { type ProblemFlags, readProblem, unitsSentence, withAdvice, withProblem } from "./problem-options.ts";
import { progress } from "./progress.ts";
import { withProvider } from "./provider-option.ts";
import { standardStream, toStandardOutput, writeOutput } from "./standard-output.ts";
import { withExamples } from "./usage.ts";

interface CalibrateFlags extends ProblemFlags {
  readonly problems?: number;
  readonly draws?: number;
  readonly report?: string;
  readonly failBelow?: number;
  readonly json?: boolean;
}

const watched = async (run: LoadedRun, options: CalibrateRunOptions, signal: AbortSignal): Promise<Calibration> => {
  let line: ReturnType<typeof progress> | undefined;
  try {
    return await calibrateRun(run, {
      ...options,
      signal,
      onProgress: ({ step, steps }) => {
        line ??= progress("restoring, step", steps);
        line.update(step);
      },
    });
  } catch (error) {
    if (signal.aborted) throw new Interrupted("stopped; nothing was written");
    throw withAdvice(error);
  } finally {
    line?.end();
  }
};

const linesOf = (found: Calibration): string[] => {
  const { statistics, draws, coverage, pValue } = found;
  const along = statistics.filter(({ name }) => name !== "misfit");
  const misfit = statistics.find(({ name }) => name === "misfit")!;
  const pooled = along.flatMap(({ ranks }) => Array.from(ranks));
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `coverage of ${percent(coverage.expected)} intervals: ${percent(coverage.found)}, standard error ${percent(coverage.standardError)}`,
    `ranks along ${along.length} directions: ${rankLine(pooled, draws)}   of the misfit: ${rankLine(misfit.ranks, draws)}   (even: right; high at the ends: too narrow)`,
    `ranks at least as uneven by chance: ${probabilityText(pValue)}`,
  ];
};

const action = (path: string, flags: CalibrateFlags): Promise<void> =>
  interruptible(async (signal) => {
    const taken = toStandardOutput("--report", flags.report, flags.json);
    const out = output(flags, taken);
    const { checkpoint, averageWidth, report, failBelow, problems, draws, seed, batch } = flags;
    const run = await loadRun(path, { checkpoint, averageWidth });
    if (report !== undefined && report !== standardStream) checkOutputFile("--report", report, [".html"]);
    const wanted = await readProblem(run, flags);
    const { operator, noise } = wanted;
    if (!operator)
      throw new UsageError(
        "--operator: expected what is seen of a sample, such as blur:sigma=2, found none; scorefield operators lists them",
      );
    for (const remark of describeAverage(run)) out.remark(remark);
    out.remark(unitsSentence(run, operator, noise));
    const begun = performance.now();
    const found = await watched(run, { ...wanted, operator, problems, draws, seed, batch }, signal);
    const seconds = (performance.now() - begun) / 1000;
    const texts = {
      operator: recipeText(operator.recipe),
      noise: recipeText(noise.recipe),
      method: recipeText(found.method),
    };
    if (report !== undefined) {
      const { calibrationReport } = await import("../report/calibration-report.ts");
      const facts = [
        ["run", path],
        ...Object.entries(texts),
        ["evaluations", `${Math.round(found.evaluations)} of the network for each draw`],
        ["seconds", seconds.toFixed(1)],
        ["seed", `${seed}`],
      ] as const satisfies readonly (readonly [string, string])[];
      await writeOutput(report, calibrationReport(path, facts, found));
    }
    out.text(`${texts.method}, ${found.problems} problems, ${found.draws} draws of each, ${seconds.toFixed(1)} s`);
    for (const line of linesOf(found)) out.text(line);
    out.text(`${verdictSentence(found)}.`);
    if (report !== undefined && !taken) out.text(`\nReport: ${report}`);
    out.result({
      run: path,
      checkpoint: run.step,
      operator: texts.operator,
      noise: texts.noise,
      seed,
      seconds,
      verdict: calibrationVerdict(found),
      ...found,
      statistics: found.statistics.map((one) => ({ ...one, ranks: Array.from(one.ranks) })),
      ...(report !== undefined && { report }),
    });
    if (failBelow !== undefined && found.pValue < failBelow)
      throw new VerificationError(
        `--fail-below ${failBelow}: expected a p-value of at least ${failBelow}, found ${probabilityText(found.pValue)}; ${verdictSentence(found)}`,
      );
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addCalibrate = (program: Command): void => {
  const command = program
    .command("calibrate")
    .description(
      "Draws samples from the model of a run, measures each with noise, and restores each (simulation-based calibration). Under a right method 90 % intervals of the draws hold 90 % of the samples, and the rank of a sample among its draws is even. The samples are the model's own, so that what is found is of the method with this model, operator and noise; how well the model knows your data, scorefield evaluate says. The exit code is 0 whatever is found, 1 for an error, and with --fail-below also where ranks are too uneven.",
    )
    .argument("<run>", "the run's folder")
    .option("--problems <n>", "how many samples are measured and restored (default: 100)", whole(50))
    .option("--draws <n>", "draws of each (default: 19)", whole(9))
    .option("--report <file>", "write the ranks and the verdict as one .html file; - for standard output")
    .option("--fail-below <p>", "exit with 1 if the p-value of the ranks is below this, such as 0.01", share)
    .option("--json", "print the result as JSON")
    .action(action);
  withProvider(withParametersChoice(withProblem(command)));
  withExamples(command, [
    "scorefield calibrate runs/digits --operator blur:sigma=2 --noise gaussian:0.05",
    "scorefield calibrate runs/digits --operator mask:50% --noise gaussian:0.1 --method daps --report daps.html",
    "scorefield calibrate runs/moons --operator columns:columns=[0] --noise gaussian:0.1 --problems 400 --fail-below 0.001",
  ]);
};
