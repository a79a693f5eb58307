/** `scorefield demo`: all steps on a two-dimensional set, from training to a figure. */
import { join } from "node:path";
import { fieldOf, freshDistances, gridAxis } from "@scorefield/assess/internal";
import { atomicWrite } from "@scorefield/data";
import { firstSamples, planarNames, planarSets } from "@scorefield/domain";
import type { Command } from "commander";
import { grouped } from "../figure/grouped.ts";
import { freshText } from "../report/fresh-text.ts";
import { createRun } from "../run/create-run.ts";
import { freeRunFolder } from "../run/folder.ts";
import { loadRun } from "../run/load.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { whole } from "./options.ts";
import { output } from "./output.ts";
import { withProvider } from "./provider-option.ts";
import { sampleWatched } from "./sampling.ts";
import { trainWatched } from "./training.ts";
import { oneOf, withExamples } from "./usage.ts";
import { atTerminal } from "./work-context.ts";

interface DemoFlags {
  readonly set: (typeof planarNames)[number];
  readonly out?: string;
  readonly steps: number;
  readonly seed: number;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

const trainingPoints = 20_000;
const sampleCount = 4000;
const gridPoints = 64;
/** The noise of the field in the figure: enough that the score is finite and smooth, little enough that shapes stay. */
const fieldSigma = 0.1;

const titles: Record<(typeof planarNames)[number], string> = {
  moons: "Two moons",
  spirals: "Spirals",
  checkerboard: "Checkerboard",
  rings: "Rings",
  pinwheel: "Pinwheel",
  "swiss-roll": "Swiss roll",
};

const action = (flags: DemoFlags): Promise<void> =>
  interruptible(async (signal) => {
    const out = output(flags);
    const { set, steps, seed } = flags;
    const begun = performance.now();
    const prepared = await createRun(
      {
        data: { set, count: trainingPoints, seed },
        heldOut: 0.1,
        network: { kind: "mlp", depth: 4 },
        training: { steps, learningRate: 3e-3 },
        sampler: { kind: "heun", steps: 40 },
        seed,
      },
      { out: flags.out ?? (await freeRunFolder(`demo-${set}`)), overwrite: flags.overwrite ?? false },
    );
    const { path } = prepared;
    const points = await firstSamples(prepared.data.split.training);
    out.remark(`training a small network on ${grouped(trainingPoints)} points of ${set}; run ${path}`);
    const { losses, ...trained } = await trainWatched(prepared, signal);

    const run = await loadRun(path);
    const { samples } = await sampleWatched(run, { count: sampleCount, seed }, atTerminal(signal));
    // The fresh points come after the training points in the same stream.
    const quality = freshDistances(samples, planarSets[set](), { seed, first: trainingPoints });

    out.remark("drawing the score field and the log-density");
    const [x, y] = ([0, 1] as const).map((axis) => gridAxis(points, axis, gridPoints, 0.12)) as [number[], number[]];
    const field = await fieldOf(run.model, { x, y, sigma: fieldSigma, signal }).catch((error) => {
      throw signal.aborted ? new Interrupted(`stopped; the trained run is ${path}`) : error;
    });
    const { fieldFigure } = await import("../figure/demo-figure.ts");
    const { rasterise } = await import("../figure/rasterise.ts");
    const svg = fieldFigure({
      data: points,
      samples,
      density: { x, y, logDensity: field.logDensity },
      field: { x, y, score: field.score },
      losses,
      title: `${titles[set]}, learnt in ${grouped(steps)} steps; score field and log-density under noise of ${fieldSigma}`,
    });
    const figure = { svg: join(path, "figure.svg"), png: join(path, "figure.png") };
    await atomicWrite(figure.svg, svg);
    await atomicWrite(figure.png, await rasterise(svg));
    const seconds = (performance.now() - begun) / 1000;
    out.text(
      [
        "",
        freshText(quality),
        "",
        `figure: ${figure.svg} and ${figure.png}`,
        `more samples: scorefield sample ${path} --count 1000 --out samples.csv`,
      ].join("\n"),
    );
    out.result({ run: path, set, ...trained, quality, figure, seconds });
  }, "stopping after the steps in flight (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addDemo = (program: Command): void => {
  const command = program
    .command("demo")
    .description(
      "Trains a small score model on a two-dimensional set, draws samples, measures them against fresh data and writes a figure: data, samples, the score field over the log-density, and the loss.",
    )
    .addOption(oneOf("--set <name>", "the set", planarNames).default("moons"))
    .option("-o, --out <folder>", "the run's folder (default: runs/demo-<set>)")
    .option("--steps <n>", "training steps", whole(1), 10_000)
    .option("--seed <n>", "seed of data, training and sampling", whole(0), 0)
    .option("--overwrite", "replace a run that is in the folder")
    .option("--json", "print the result as JSON")
    .action(action);
  withProvider(command);
  withExamples(command, ["scorefield demo", "scorefield demo --set pinwheel --steps 4000"]);
};
