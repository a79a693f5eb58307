/** `scorefield evaluate`: how near samples come to data the model has not seen. */
import type { Measured } from "@scorefield/domain";
import { fileExtractor } from "@scorefield/domain/images";
import { type Command, InvalidArgumentError } from "commander";
import { assessedRun } from "../assess/assess-run.ts";
import { UsageError } from "../errors.ts";
import type { ReportHead } from "../report/quality-report.ts";
import { qualityText } from "../report/quality-text.ts";
import { effectText } from "../report/rules-text.ts";
import { type DrawnRun, loadDrawn } from "../run/load.ts";
import { checkAllowed } from "./allowed.ts";
import { type EvaluateFlags, headOf, watchAssessment } from "./evaluation.ts";
import { interruptible } from "./interrupt.ts";
import { describeAverage, list, whole, withParametersChoice } from "./options.ts";
import { type Output, output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { withProvider } from "./provider-option.ts";
import { samplesInFile } from "./samples-in-file.ts";
import { sampleWatched, samplingRecipe } from "./sampling.ts";
import { inputFormatOption, missingOption, withInput } from "./standard-input.ts";
import { standardStream, toStandardOutput, writeOutput } from "./standard-output.ts";
import { oneOf, withExamples } from "./usage.ts";
import { atTerminal } from "./work-context.ts";

/** Features of the user's network, and their name. */
const ownFeatures = async ({ extractor: file, inception = false, range, layout, features: output }: EvaluateFlags) => {
  if (file === undefined) return undefined;
  const extractor = await fileExtractor(file, {
    inception,
    ...(range && { range }),
    ...(layout && { layout }),
    ...(output !== undefined && { output }),
  });
  return { extractor, called: `${file}${inception ? ", said to be the Inception network" : ""}` };
};

const reportOf = async ({ domain, made }: DrawnRun, found: Measured, head: ReportHead): Promise<string> => {
  const { quality, samples, real, nearest } = found;
  const { qualityReport } = await import("../report/quality-report.ts");
  const columns = made.table ?? quality.columns?.map((name) => ({ name }));
  const shown = {
    samples: domain.preview(samples, made),
    real: domain.preview(real, made),
    rows: quality.columns && columns && { columns, samples, real },
    nearest,
  };
  return qualityReport(quality, { called: domain.samples, ...shown }, head);
};

const evaluate = async (
  run: DrawnRun,
  flags: EvaluateFlags & { readonly file: string | undefined },
  out: Output,
  signal: AbortSignal,
) => {
  const { onProgress, end } = watchAssessment(out);
  const features = await ownFeatures(flags);
  const { file, data, missing, count, seed } = flags;
  let drawn: Pick<Awaited<ReturnType<typeof sampleWatched>>, "samples" | "sampler" | "seconds"> | undefined;
  const ready =
    flags.samples === undefined ? undefined : await samplesInFile(run, flags.samples, { count: flags.count, signal });
  try {
    const found = await assessedRun(run, {
      file,
      data,
      missing,
      count: ready?.count ?? count,
      seed,
      signal,
      features,
      draw: async (wanted) => {
        end();
        if (ready) {
          const found = await ready.draw(wanted);
          drawn = { ...found, sampler: { kind: "file", path: flags.samples! }, seconds: 0 };
          return found;
        }
        const { classes, ...choice } = { ...flags, ...wanted };
        const found = await sampleWatched(run, { ...choice, ...(classes && { classes }) }, atTerminal(signal));
        drawn = found;
        return found;
      },
      onProgress,
      onRemark: out.remark,
    });
    const { sampler, seconds } = drawn!;
    const { quality, comparedWith, seen } = found;
    const head = headOf(run, flags, {
      sampler,
      seconds,
      reference: comparedWith,
      count: quality.counts.samples,
      extractor: found.features,
    });
    return {
      text: [qualityText(quality, found), quality.rules && effectText(quality.rules, run.rules?.rules, run.table)]
        .filter((part) => part)
        .join("\n\n"),
      result: { ...head.result, ...(seen !== undefined && { seen }), ...quality },
      report: () => reportOf(run, found, head),
    };
  } finally {
    end();
    await features?.extractor.dispose();
  }
};

const aboutFeatures = ["extractor", "inception", "range", "layout", "features"] as const;

/** @throws UsageError | RecipeError for options that do not go together or samplers that do not exist, before anything long is begun */
const checkFlags = (run: DrawnRun, flags: EvaluateFlags): void => {
  const { domain, path } = run;
  const given = aboutFeatures.find((name) => flags[name] !== undefined);
  if (given && !domain.features)
    throw new UsageError(
      `--${given}: expected a run on images or other data that are compared by features, found ${path}, a run on ${domain.samples}`,
    );
  if (given && given !== "extractor" && flags.extractor === undefined)
    throw new UsageError(`--${given} says something of the network of --extractor; name its file`);
  if (flags.report !== undefined && flags.report !== standardStream)
    checkOutputFile("--report", flags.report, [".html"]);
  const own = (["sampler", "steps"] as const).find((name) => flags[name] !== undefined);
  if (flags.samples !== undefined && own)
    throw new UsageError(`--${own}: expected none with --samples, which are drawn already; leave one of them out`);
  samplingRecipe(run, flags);
};

const action = (path: string, flags: EvaluateFlags): Promise<void> =>
  interruptible(async (signal) => {
    const taken = toStandardOutput("--report", flags.report, flags.json);
    const out = output(flags, taken);
    const { checkpoint, averageWidth } = flags;
    const run = await loadDrawn(path, { checkpoint, averageWidth });
    checkAllowed(run, "evaluate");
    checkFlags(run, flags);
    for (const remark of describeAverage(run)) out.remark(remark);
    const { text, result, report } = await withInput(flags, signal, (file, data) =>
      evaluate(run, { ...flags, file, data }, out, signal),
    );
    if (flags.report !== undefined) await writeOutput(flags.report, await report());
    out.text(flags.report !== undefined && !taken ? `${text}\n\nReport: ${flags.report}` : text);
    out.result({ run: path, ...result, ...(flags.report && { report: flags.report }) });
  }, "stopping (Ctrl-C again quits at once)");

const rangeOption = (text: string): readonly [number, number] => {
  const [black, full, more] = list(text).map(Number);
  if (!Number.isFinite(black) || !Number.isFinite(full) || more !== undefined || black === full)
    throw new InvalidArgumentError("Expected two numbers, such as 0,1.");
  return [black!, full!];
};

/** Adds the command to the program. */
export const addEvaluate = (program: Command): void => {
  const command = program
    .command("evaluate")
    .description(
      "Draws samples from a run and compares them with the data held out of training. Beside each number stands the number of real training data, which is the difference that chance alone makes: come near that, not near 0. For tables it answers five questions first: do columns, relations and whole rows look right, are the samples useful, are they copies? --report writes all of it with pictures.",
    )
    .argument("<run>", "the run's folder")
    .option(
      "--data <path>",
      "compare with this table or these images instead of the held-out ones; - for standard input",
    )
    .addOption(inputFormatOption())
    .addOption(missingOption())
    .option("-n, --count <n>", "how many samples (default: 1000 images or 10000 rows)", whole(2))
    .option(
      "--samples <path>",
      "evaluate these samples in place of new ones, such as those that gather put together from --shard; measures of a whole cannot be put together from measures of its parts",
    )
    .option("--sampler <name>", "such as heun or euler-maruyama (default: the recipe's)")
    .option("--steps <n>", "steps of the sampler (default: the sampler's own)", whole(1))
    .option("--seed <n>", "seed of the draws", whole(0), 0)
    .option(
      "--extractor <file>",
      "for images: an ONNX network whose features are compared (default: a classifier trained on the data's classes, or on shapes)",
    )
    .option("--inception", "the extractor is the Inception network: its distances are FID and KID")
    .option("--range <black,full>", "values that the extractor takes (default: -1,1)", rangeOption)
    .addOption(
      oneOf("--layout <order>", "layout of the extractor's input, where its shape does not say", [
        "channels-first",
        "channels-last",
      ]),
    )
    .option("--features <output>", "the extractor's output to use, where it has several")
    .option("--no-rules", "do not move rows that break the run's rules before they are measured")
    .option("--report <file>", "write a report as one .html file; - for standard output")
    .option("--json", "print the result as JSON")
    .action(action);
  withProvider(withParametersChoice(command));
  withExamples(command, [
    "scorefield evaluate runs/proteins --count 5000",
    "scorefield evaluate runs/digits --report digits.html",
    "scorefield evaluate runs/photos --extractor inception.onnx --inception --count 5000",
    "scorefield evaluate runs/proteins --samples gathered.csv",
    "cat others.csv | scorefield evaluate runs/proteins --data -",
  ]);
};
