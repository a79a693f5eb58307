/** `scorefield export`: a run and its steps as one ONNX file. */
import { type AnySampler, flowMapToOnnx, type Sampler, samplerToOnnx } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import type { Tensor } from "@scorefield/tensor";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { type DrawnRun, loadDrawn } from "../run/load.ts";
import { describeAverage, whole, withParametersChoice } from "./options.ts";
import { output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { chooseSampler, samplingRecipe } from "./sampling.ts";
import { withExamples } from "./usage.ts";

interface ExportFlags {
  readonly out: string;
  readonly count: number;
  readonly steps?: number;
  readonly sampler?: string;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly json?: boolean;
}

/** @throws UsageError for a sampler whose steps vary, of which there is no graph */
const withGrid = (sampler: AnySampler): Sampler => {
  if ("attempt" in sampler)
    throw new UsageError(
      `--sampler: expected one with a number of steps, found ${sampler.recipe.kind}, which chooses them as it goes; take another, such as --sampler heun`,
    );
  return sampler;
};

/** What follows the steps: latents are decoded, and pictures have the values of pixels, as those of `sample` do. */
const decodeOf =
  ({ latent, record }: Pick<DrawnRun, "latent" | "record">) =>
  (samples: Tensor): Tensor => {
    const decoded = latent ? latent.decode(samples) : samples;
    return record.scaling.kind === "images" ? decoded.clip(-1, 1) : decoded;
  };

const action = async (path: string, flags: ExportFlags): Promise<void> => {
  const out = output(flags);
  checkOutputFile("--out", flags.out, [".onnx"]);
  const { checkpoint, averageWidth, count } = flags;
  const run = await loadDrawn(path, { checkpoint, averageWidth });
  for (const remark of describeAverage(run)) out.remark(remark);
  const sampler = samplingRecipe(run, flags);
  const made = { count, decode: decodeOf(run) };
  const bytes =
    "map" in run
      ? flowMapToOnnx(run.map, { ...made, steps: sampler.steps as number })
      : samplerToOnnx(run.model, withGrid(chooseSampler(run, flags)), made);
  await atomicWrite(flags.out, bytes);
  const megabytes = (bytes.length / 1e6).toFixed(2);
  out.text(`${flags.out}: ${count} ${run.domain.samples} by ${sampler.kind}, ${sampler.steps} steps, ${megabytes} MB`);
  out.result({ file: flags.out, run: path, checkpoint: run.step, count, sampler, bytes: bytes.length });
};

/** Adds the command to the program. */
export const addExport = (program: Command): void => {
  const command = program
    .command("export")
    .description(
      "Writes the model of a run with all steps of its sampler as one ONNX file: standard normal noise goes in, samples in the units of the model come out (images in [-1, 1]). Of a flow map that is one to four evaluations. The decoder of a latent run is in the file too. Inputs are input.0.prior, input.0.draws where steps take fresh noise, and input.1.class, one-hot rows, of a model that knows classes.",
    )
    .argument("<run>", "the run's folder")
    .requiredOption("-o, --out <file>", "the .onnx file")
    .option("-n, --count <n>", "how many samples the file makes at once", whole(1), 16)
    .option("--sampler <sampler>", "such as heun or ddim:steps=10 (default: the recipe's)")
    .option("--steps <n>", "steps (default: the sampler's own); of a flow map 1, 2 or 4", whole(1))
    .option("--json", "print the result as JSON")
    .action(action);
  withParametersChoice(command);
  withExamples(command, [
    "scorefield export runs/digits-distilled --steps 1 --count 16 --out digits.onnx",
    "scorefield export runs/photos --sampler unipc:steps=8 --count 1 --out photo.onnx",
  ]);
};
