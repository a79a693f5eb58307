/** `scorefield restore`: what was measured, out of an incomplete or noisy measurement, with a run as the prior. */
import { join } from "node:path";
import { isVolumeName } from "@scorefield/data";
import { applyOperator, type Noise, type Operator } from "@scorefield/inverse";
import type { NdArray } from "@scorefield/tensor";
import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../errors.ts";
import type { Panel } from "../figure/picture-row.ts";
import { restorationReport } from "../report/restoration-report.ts";
import { restorationLines } from "../report/restoration-text.ts";
import { checkFits, checkUnits, dataUnits, modelProblem } from "../restore/model-problem.ts";
import { recipeText } from "../restore/problem-in-text.ts";
import { type ReadRows, readMeasurements, readSeenColumns, readTruths } from "../restore/read-measured.ts";
import { drawsPictures, restorationPanels } from "../restore/restoration-panels.ts";
import { type Restored, restoreInModel } from "../restore/restore-run.ts";
import { makeFolder } from "../run/folder.ts";
import type { LoadedRun } from "../run/load.ts";
import { Interrupted } from "./interrupt.ts";
import { describeAverage, list, number, type Shard, values, whole, withParametersChoice } from "./options.ts";
import type { Output } from "./output.ts";
import {
  type ProblemFlags,
  type ReadProblem,
  readProblem,
  unitsSentence,
  withAdvice,
  withProblem,
} from "./problem-options.ts";
import { withProvider } from "./provider-option.ts";
import { restoreAudio } from "./restore-audio.ts";
import {
  checkRestoredPlace,
  columnRows,
  isFile,
  type RestoredItem,
  restoredFiles,
  usualFolder,
  writeRestoredFile,
} from "./restored-files.ts";
import { checkShardFile, shardOption, shardText } from "./shard-option.ts";
import { withExamples } from "./usage.ts";
import { terminalAction, type WorkContext } from "./work-context.ts";
import { writeSampleFolder } from "./write-folder.ts";
import { writePartReceipt } from "./write-part-receipt.ts";

interface RestoreFlags extends ProblemFlags {
  readonly measurement?: string;
  readonly truth?: string;
  readonly simulate?: boolean;
  readonly index?: readonly number[] | "all";
  readonly shard?: Shard;
  readonly range?: readonly [number, number];
  readonly audio?: string;
  readonly fault?: string;
  readonly draws?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Measurements, and the truths beside them. */
interface Given {
  readonly operator: Operator;
  /** How many there are in all parts, and which of them are in this one. */
  readonly of: number;
  readonly first: number;
  readonly numbers: readonly number[];
  readonly measurements: readonly NdArray<"float64">[];
  readonly truths?: readonly NdArray<"float64">[];
  readonly remarks: readonly string[];
}

const rowOf = ({ shape: [n = 1, ...shape], data }: NdArray<"float64">, i: number): NdArray<"float64"> => {
  const size = data.length / n;
  return { dtype: "float64", shape, data: data.slice(i * size, (i + 1) * size) };
};

/** Which of the samples of a file are wanted. @throws UsageError where that is not said, or there is no such sample */
const chosen = (index: RestoreFlags["index"], count: number, file: string): readonly number[] => {
  if (index === "all" || (index === undefined && count === 1)) return [...Array(count).keys()];
  if (index === undefined)
    throw new UsageError(
      `--index: expected which of the ${count} in ${file}, such as 0 or 0,3,7 (from 0) or all, found none`,
    );
  const odd = index.find((one) => one >= count);
  if (odd !== undefined) throw new UsageError(`--index ${odd}: expected numbers from 0 to ${count - 1} for ${file}`);
  return index;
};

/** Which of them belong to the part. */
const chosenPart = ({ index, shard }: RestoreFlags, count: number, file: string, { range }: WorkContext) => {
  const all = chosen(index, count, file);
  const { first, count: some } = range(all.length, shard, "measurements");
  return { of: all.length, first, numbers: all.slice(first, first + some) };
};

const measure = async (operator: Operator, rows: NdArray<"float64">): Promise<NdArray<"float64">> =>
  applyOperator(operator, rows);

/** A simulated measurement of a truth. */
const simulated = async (operator: Operator, noise: Noise, truth: NdArray<"float64">, seed: number, at: number) => {
  const clean = await measure(operator, { ...truth, shape: [1, ...truth.shape] });
  const y = noise.draw(clean, { seed, firstSample: at }) as NdArray<"float64">;
  return { ...y, shape: operator.output };
};

/** @throws UsageError for options that do not go together */
const checkFlags = ({ measurement, truth, simulate, fault }: RestoreFlags): void => {
  if (fault !== undefined)
    throw new UsageError(`--fault ${fault}: expected --audio FILE with it, the sound that has the fault, found none`);
  if (measurement !== undefined && simulate)
    throw new UsageError(
      "--simulate: expected no --measurement with it, since it makes one of --truth; leave one of them out",
    );
  if (simulate && truth === undefined)
    throw new UsageError("--simulate: expected --truth FILE with it, what is to be measured, found none");
  if (measurement === undefined && !simulate)
    throw new UsageError(
      `--measurement: expected the file of what was measured, found none; to try it on a sample that you have, use --truth ${truth ?? "FILE"} --simulate`,
    );
};

const readGiven = async (
  run: LoadedRun,
  { operator: named, noise }: ReadProblem,
  flags: RestoreFlags,
  context: WorkContext,
): Promise<Given> => {
  const { signal } = context;
  const { measurement, truth, simulate, seed, range } = flags;
  const truths = truth === undefined ? undefined : await readTruths(run, truth, { range, signal });
  const units = dataUnits(run);
  if (simulate) {
    if (!named)
      throw new UsageError(
        "--operator: expected what is seen of the truth, such as blur:sigma=2, found none; scorefield operators lists them",
      );
    checkFits(run, named);
    const part = chosenPart(flags, truths!.rows.shape[0]!, truth!, context);
    const { numbers } = part;
    const own = numbers.map((i) => rowOf(truths!.rows, i));
    const measurements: NdArray<"float64">[] = [];
    for (const [k, i] of numbers.entries()) measurements.push(await simulated(named, noise, own[k]!, seed, i));
    return { operator: named, ...part, measurements, truths: own, remarks: truths!.remarks };
  }
  let read: ReadRows;
  let operator = named;
  if (operator) {
    checkFits(run, operator);
    const fixed = operator;
    // Magnitudes and counts begin at a value of the file, which a range of the volume's own does not tell.
    if (noise.least !== undefined && isVolumeName(measurement!) && !range && !run.record.training?.recipe.data.range)
      throw new UsageError(
        `--range: expected the values of ${measurement} that are -1 and 1, since ${noise.kind} noise begins at 0, found none; such as --range 0,1200 with offset=1`,
      );
    read = await readMeasurements(run, fixed, measurement!, (rows) => measure(fixed, rows), { range, signal });
  } else if (run.made.columns) {
    const seen = await readSeenColumns(run, measurement!, units, signal);
    operator = seen.operator;
    read = seen;
  } else
    throw new UsageError(
      "--operator: expected what was seen of a sample, such as blur:sigma=2, found none; scorefield operators lists them",
    );
  const part = chosenPart(flags, read.rows.shape[0]!, measurement!, context);
  const { numbers } = part;
  const many = truths?.rows.shape[0];
  if (many !== undefined && many !== 1 && many !== read.rows.shape[0])
    throw new UsageError(
      `--truth ${truth}: expected as many samples as measurements, ${read.rows.shape[0]}, found ${many}`,
    );
  return {
    operator,
    ...part,
    measurements: numbers.map((i) => rowOf(read.rows, i)),
    ...(truths && { truths: numbers.map((i) => rowOf(truths.rows, many === 1 ? 0 : i)) }),
    remarks: [...read.remarks, ...(truths?.remarks ?? [])],
  };
};

/** Draws of one measurement while the user watches. */
const watched = async (
  run: LoadedRun,
  problem: Awaited<ReturnType<typeof modelProblem>>,
  y: NdArray<"float64">,
  options: Parameters<typeof restoreInModel>[3],
  title: string,
  { progress }: WorkContext,
): Promise<Restored> => {
  let line: ReturnType<WorkContext["progress"]> | undefined;
  try {
    return await restoreInModel(run, problem, y, {
      ...options,
      onProgress: ({ step, steps }) => {
        line ??= progress(title, steps);
        line.update(step);
      },
    });
  } catch (error) {
    if (options.signal?.aborted) throw new Interrupted("stopped; nothing was written");
    throw withAdvice(error);
  } finally {
    line?.end();
  }
};

const pngOf = async (panels: readonly Panel[]): Promise<Uint8Array | undefined> => {
  if (panels.length === 0) return undefined;
  const { pictureRows } = await import("../figure/picture-row.ts");
  return pictureRows([panels]);
};

/** A picture of pixels as a PNG of its own size; undefined for others. */
const plainPng = async (
  run: LoadedRun,
  values: NdArray<"float64">,
  pixels: boolean,
): Promise<Uint8Array | undefined> => {
  const [channels = 0] = values.shape;
  if (!pixels || run.codec.stored.kind !== "images" || values.shape.length !== 3 || ![1, 3].includes(channels))
    return undefined;
  const { imageGrid } = await import("../figure/image-grid.ts");
  return imageGrid({ ...values, shape: [1, ...values.shape] }, { gap: 0, scale: 1, columns: 1 });
};

const resultOf = ({ index, restored }: RestoredItem): Record<string, unknown> => {
  const { misfit, evaluations, seconds, quality, changes, draws } = restored;
  return {
    index,
    draws: draws.shape[0],
    misfit: { found: misfit.found, allowed: misfit.allowed, units: misfit.units, ofDraws: Array.from(misfit.ofDraws) },
    evaluations,
    seconds,
    ...(changes && { lastChange: changes.at(-1) }),
    ...(quality && { quality }),
  };
};

const restore = async (run: LoadedRun, flags: RestoreFlags, out: Output, context: WorkContext): Promise<void> => {
  const { signal } = context;
  checkFlags(flags);
  checkShardFile(flags, { folders: true, endings: [".npy"] });
  checkUnits(run);
  const wanted = await readProblem(run, flags);
  const given = await readGiven(run, wanted, flags, context);
  const { operator, numbers, measurements, truths, of } = given;
  const source = flags.measurement ?? flags.truth!;
  const several = of > 1;
  const pictures = drawsPictures(run);
  const named = flags.out;
  if (named !== undefined) await checkRestoredPlace(named, { count: of, pictures });
  for (const remark of given.remarks) out.remark(remark);
  const { noise, operator: _, ...how } = wanted;
  const sentence = unitsSentence(run, operator, noise);
  out.remark(sentence);
  const problem = await modelProblem(run, operator, noise);
  const { draws, seed, batch } = flags;
  const items: RestoredItem[] = [];
  for (const [k, y] of measurements.entries()) {
    const truth = truths?.[k];
    const options = { operator, noise, ...how, draws, seed, batch, signal, truth };
    const title = several ? `restoring ${numbers[k]} (${k + 1} of ${numbers.length}), step` : "restoring, step";
    const restored = await watched(run, problem, y, options, title, context);
    const picture = await pngOf(await restorationPanels(run, operator, y, restored, truth));
    const [mean, seen] = [
      await plainPng(run, restored.mean, true),
      await plainPng(run, y, operator.units.output === operator.units.input),
    ];
    items.push({
      index: numbers[k]!,
      measurement: y,
      ...(truth && { truth }),
      restored,
      ...(picture && { picture }),
      ...(mean && { mean }),
      ...(seen && { seen }),
    });
  }
  const [{ restored: first }] = items as [RestoredItem];
  if (draws !== undefined && draws > first.draws.shape[0]!)
    out.remark(`${first.method.kind} gives one point and no spread: 1 draw in place of ${draws}`);
  const texts = {
    operator: recipeText(operator.recipe),
    noise: recipeText(noise.recipe),
    method: recipeText(first.method),
  };
  const result = {
    run: run.path,
    checkpoint: run.step,
    source,
    simulated: flags.simulate ?? false,
    operator: texts.operator,
    noise: texts.noise,
    method: first.method,
    units: dataUnits(run),
    seed,
    ...(flags.class !== undefined && { class: flags.class }),
    ...(flags.guidance !== undefined && { guidance: flags.guidance }),
    results: items.map(resultOf),
  };
  const truthName = truths && (flags.truth ?? "the truth");
  const report = restorationReport(
    source,
    [
      ["run", run.path],
      [flags.simulate ? "truth, measured by --simulate" : "measurement", source],
      ["operator", texts.operator],
      ["noise", texts.noise],
      ["method", texts.method],
      ["units", sentence.replace(/^units: /, "")],
      ["seed", `${seed}`],
    ],
    items.map((item) => {
      const columns = columnRows(run, item);
      return { name: `${item.index}`, restored: item.restored, picture: item.picture, ...(columns && { columns }) };
    }),
    truthName,
  );
  const place =
    named ??
    usualFolder(run.path, { source, operator: operator.kind, method: first.method.kind, seed, shard: flags.shard });
  if (isFile(place)) await writeRestoredFile(place, items, { report, several });
  else {
    if (named === undefined) await makeFolder(join(place, ".."), "to make a folder for what is restored");
    await writeSampleFolder(
      place,
      restoredFiles(run, items, { report: flags.shard ? undefined : report, result, several }),
      items.map(({ index }) => `${index}`),
    );
  }
  const receipt = await writePartReceipt(
    {
      ...{ shard: flags.shard, place, run, flags },
      inputs: { measurement: flags.measurement, truth: flags.truth },
      ...{ command: "restore", first: given.first, count: numbers.length, of },
    },
    context,
  );
  for (const { index, restored } of items) {
    const { seconds, evaluations, draws: drawn } = restored;
    const count = drawn.shape[0]!;
    out.text(
      `${several ? `${index}: ` : ""}${count === 1 ? "1 draw" : `${count} draws`} by ${restored.method.kind} in ${seconds.toFixed(1)} s, ${Math.round(evaluations)} evaluations of the network for each`,
    );
    for (const line of restorationLines(restored, truthName)) out.text(`  ${line}`);
  }
  if (isFile(place)) out.text(`${place}`);
  else
    out.text(
      `${place}: ${pictures ? (several ? "a folder for each, with picture.png" : "picture.png") : "columns.csv"}, ${flags.shard ? "" : "report.html, and "}arrays as .npy`,
    );
  out.result({ ...result, out: place, ...(receipt && { shard: shardText(flags.shard!), receipt }) });
};

/** The work of the command. @throws UsageError for options that do not go together; as `restoreRun` and `restoreSound` */
export const runRestore = async (path: string, flags: RestoreFlags, context: WorkContext): Promise<void> => {
  const out = context.output(flags);
  const { checkpoint, averageWidth } = flags;
  const run = await context.loadRun(path, { checkpoint, averageWidth });
  for (const remark of describeAverage(run)) out.remark(remark);
  if (flags.audio !== undefined) await restoreAudio(run, flags, out, context);
  else await restore(run, flags, out, context);
};

const indices = (text: string): readonly number[] | "all" => {
  if (text.trim() === "all") return "all";
  const numbers = list(text).map(whole(0));
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError("Expected each number once.");
  return numbers;
};

/** Adds the command to the program. */
export const addRestore = (program: Command): void => {
  const command = program
    .command("restore")
    .description(
      "Draws what may have been measured from the posterior of a measurement, with the model of a run as the prior: inpainting, deblurring, super-resolution, tomography, and the like. It writes the mean of the draws, the draws, how much they differ in each pixel, and a picture of all that. Beside the misfit of the draws it says how much the noise allows. Numbers are in the units of the data: pixels are from -1 (black) to 1 (white), columns are in their own units. With --truth it says how near the mean comes, and how much of the truth lies within 90 % intervals.",
    )
    .argument("<run>", "the run's folder")
    .option(
      "--measurement <file>",
      "what was measured: PNG, JPEG or WebP at its own size; .npy, .npz (FILE.npz#ARRAY), IDX or HDF5; a slice of NIfTI or DICOM; for rows a table, whose columns are those that were seen",
    )
    .option("--truth <file>", "what should come out, in the same formats, to compare with")
    .option("--simulate", "measure --truth by operator and noise first, and restore that")
    .option("--index <numbers>", "which of several in the file, from 0: 0, or 0,3,7, or all", indices)
    .addOption(shardOption("restore"))
    .option(
      "--range <low,high>",
      "of NIfTI and DICOM files: the values that are -1 and 1 (default: those that the run was trained with, else each volume's own), such as --range=-1000,400",
      values,
    )
    .option(
      "--audio <file>",
      "a sound with a fault, for a run of train CLEAN --fault ..., or of waveforms: WAV, FLAC, MP3 or OGG",
    )
    .option("--fault <what>", "with --audio: noise, clip, gap or band (default: what the run was trained for)")
    .option(
      "--highest <hz>",
      "with --audio, --fault band and a run of waveforms: the highest frequency that is left",
      number,
    )
    .option(
      "--draws <n>",
      "how many draws (default: 16, of a sound 4; none for --out FILE.wav of a run that was trained for its fault)",
      whole(1),
    )
    .option(
      "-o, --out <path>",
      "a new folder for all, or one file: .wav the restored sound, .png the picture, .npz mean, deviation and draws, .npy the draws, .html the report (default: a folder in that of the run)",
    )
    .option("--json", "print the result as JSON")
    .action(terminalAction(runRestore));
  withProvider(withParametersChoice(withProblem(command)));
  withExamples(command, [
    "scorefield restore runs/digits --measurement blurred.png --operator blur:sigma=2 --noise gaussian:0.05",
    "scorefield restore runs/digits --truth digit.png --simulate --operator mask:box=12x12 --noise gaussian:0.05",
    "scorefield restore runs/digits --truth t10k-images-idx3-ubyte.gz --index 0,3 --simulate --operator downsample:4 --noise gaussian:0.05",
    "scorefield restore runs/digits --measurement seen.png --operator mask:@mask.png --noise gaussian:0.02 --draws 32 --out seen/",
    "scorefield restore runs/digits --measurement y.npy --operator blur:1 --operator downsample:2 --noise poisson:0.02,offset=1 --method daps",
    "scorefield restore runs/clean-speech --audio noisy.wav --fault noise --out clean.wav",
    "scorefield restore runs/rows --measurement some-columns.csv --noise gaussian:0.1 --index 0",
    "scorefield restore runs/digits --measurement many.npy --index all --operator blur:1 --noise gaussian:0.05 --shard 2/8 --out part-2/",
    "scorefield operators                             every operator; noises and posteriors do the same",
  ]);
};
