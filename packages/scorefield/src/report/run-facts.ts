/** What a run is and how far its training came, gathered from its folder without its data. */
import { readdir } from "node:fs/promises";
import { relative } from "node:path";
import { networkFromRecipe, summary } from "@scorefield/core";
import { type Domain, dataName, shortList } from "@scorefield/domain";
import { grouped } from "../figure/grouped.ts";
import { checkpointSteps } from "../run/checkpoint.ts";
import { lossPage } from "../run/folder.ts";
import { isLocked } from "../run/lock.ts";
import { type Metrics, readMetrics } from "../run/metrics.ts";
import { type RunRecord, sampleShape } from "../run/record.ts";
import { readRecord } from "../run/record-file.ts";
import { duration } from "./duration.ts";
import { type LossFacts, lossFacts } from "./loss-facts.ts";
import { kindText } from "./network-summary.ts";
import { fixedNumber } from "./number-text.ts";

/** What a run's folder says of the run. */
export interface RunFacts {
  readonly path: string;
  readonly record: RunRecord;
  /** The kind of data. */
  readonly domain: Domain;
  readonly metrics: readonly Metrics[];
  readonly losses: LossFacts;
  /** Steps done, as the metrics and the checkpoints say. */
  readonly step: number;
  /** Of the network. */
  readonly parameters: number;
  /** Steps of the checkpoints, ascending. */
  readonly checkpoints: readonly number[];
  /** Whether a training is at work on the run; undefined where that cannot be found out from here. */
  readonly locked: boolean | undefined;
  /** Names in the run's folder. */
  readonly files: readonly string[];
}

/**
 * @param path the run's folder
 * @throws RunError when it is no run, or its record or metrics are damaged; RecipeError, ArgumentError for a network that
 *   cannot be made
 */
export const readRunFacts = async (path: string): Promise<RunFacts> => {
  const { record, domain } = await readRecord(path);
  const metrics = await readMetrics(path);
  const names = await readdir(path);
  const losses = lossFacts(metrics, record.training?.recipe.training.batch ?? 0);
  const checkpoints = await checkpointSteps(path);
  return {
    path,
    record,
    domain,
    metrics,
    losses,
    step: Math.max(metrics.at(-1)?.step ?? 0, checkpoints.at(-1) ?? 0),
    parameters: summary(networkFromRecipe(record.model.network), record.model.shape).parameters,
    checkpoints,
    locked: await isLocked(path),
    files: names.filter((name) => !name.startsWith(".")).sort(),
  };
};

/** Steps that the run is to do in all; undefined of a run by the clock, and of a model that a program saved. */
export const plannedSteps = ({ record }: RunFacts): number | undefined => {
  const { steps, pace } = record.training?.recipe.training ?? {};
  return steps ?? pace?.at(-1)?.[0];
};

/** The share of its time that a run by the clock has trained for, in [0, 1]; undefined of others. */
export const shareOfTime = ({ record, metrics }: RunFacts): number | undefined =>
  record.training?.recipe.training.minutes === undefined ? undefined : (metrics.at(-1)?.share ?? 0);

/** Whether training has something left to do. */
export const isUnfinished = (facts: RunFacts): boolean =>
  (shareOfTime(facts) ?? 1) < 1 || facts.step < (plannedSteps(facts) ?? 0);

/** How far a training is: "300 of 1,000 steps", or "300 steps in 40 % of 10 min". */
export const lengthText = (facts: RunFacts): string => {
  const steps = plannedSteps(facts);
  const share = shareOfTime(facts);
  if (share !== undefined)
    return `${grouped(facts.step)} steps in ${Math.floor(100 * share)} % of ${duration(60 * facts.record.training!.recipe.training.minutes!)}`;
  return steps === undefined ? `${grouped(facts.step)} steps` : `${grouped(facts.step)} of ${grouped(steps)} steps`;
};

const dataText = ({ path, domain, record: { training } }: RunFacts): string => {
  if (!training) return "not known: a program saved this model";
  const { data } = training.recipe;
  const name = dataName(domain, data, path);
  const named = domain.paths ? relative(".", name) || "." : name;
  return `${named}: ${grouped(training.rows.training)} to learn from, ${grouped(training.rows.heldOut)} held out`;
};

const progressText = (facts: RunFacts): string => {
  const { training } = facts.record;
  if (!training) return `by a program${facts.step > 0 ? `, ${grouped(facts.step)} steps` : ""}`;
  const state = facts.locked
    ? "; a training is running"
    : facts.locked === undefined
      ? "; a training on another machine may be running"
      : isUnfinished(facts)
        ? "; unfinished"
        : "";
  const { batch } = training.recipe.training;
  return shareOfTime(facts) === undefined
    ? `${lengthText(facts)} of ${batch}${state}`
    : `${lengthText(facts)}, ${batch} samples in each${state}`;
};

const lossText = ({ step, losses: { loss, heldOut, leastHeldOut } }: RunFacts): string => {
  if (loss === undefined) return "none recorded yet";
  const held = heldOut
    ? `, held out ${fixedNumber(heldOut.loss)}${heldOut.step === step ? "" : ` at step ${grouped(heldOut.step)}`}`
    : "";
  const least =
    leastHeldOut && leastHeldOut.step !== heldOut?.step
      ? ` (least ${fixedNumber(leastHeldOut.loss)} at step ${grouped(leastHeldOut.step)})`
      : "";
  return `${fixedNumber(loss)} over the last steps${held}${least}`;
};

/** Names and values for people. */
export const factPairs = (facts: RunFacts): (readonly [string, string])[] => {
  const { record, domain, losses, parameters, checkpoints, files } = facts;
  const { training, flowMap } = record;
  const average = training?.recipe.training.average;
  const begun = record.created.slice(0, 16).replace("T", " ");
  const speed = losses.samplesPerSecond && `, lately ${grouped(Math.round(losses.samplesPerSecond))} samples/s`;
  return [
    ["data", dataText(facts)],
    ["a sample", domain.describe({ ...record, shape: sampleShape(record) })],
    ["network", `${kindText(record.model.network)}, ${grouped(parameters)} parameters`],
    ...(record.latent
      ? ([
          ["autoencoder", `${kindText(record.latent.autoencoder)}: latents of ${record.model.shape.join(" x ")}`],
        ] as const)
      : []),
    ["process", kindText(record.model.process)],
    ...(flowMap
      ? ([
          ["model", `a flow map, made from ${flowMap.start.run} at step ${grouped(flowMap.start.step)}`],
          ["objective", `${kindText(flowMap.objective)}${flowMap.taught ? ", taught by that run's model" : ""}`],
        ] as const)
      : training
        ? ([["objective", kindText(training.recipe.objective)]] as const)
        : []),
    ["scaling", record.scaling.kind],
    ...(record.rules ? ([["rules", shortList(record.rules.rules.map(({ text }) => text))]] as const) : []),
    ["sampler", kindText(record.sampler)],
    ["trained", progressText(facts)],
    ["time", `begun ${begun} UTC${losses.seconds > 0 ? `, ${duration(losses.seconds)} of steps${speed || ""}` : ""}`],
    ["loss", lossText(facts)],
    ...(average
      ? ([["averages", `of widths ${average.widths.join(", ")}, kept at ${average.snapshots} times`]] as const)
      : training
        ? ([["average", `decay ${training.recipe.training.averageDecay}`]] as const)
        : []),
    ["checkpoints", checkpoints.length > 0 ? `of steps ${shortList(checkpoints.map(grouped))}` : "none yet"],
    ["files", shortList(files)],
    [
      "made by",
      Object.entries(record.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ];
};

/** Command lines that come next, each with a remark. */
export const nextCommands = (facts: RunFacts): (readonly [string, string])[] => {
  const { path, record, domain, checkpoints, metrics, files } = facts;
  const unfinished = isUnfinished(facts) && facts.locked === false;
  return [
    ...(unfinished
      ? ([[`scorefield ${record.flowMap ? "distil" : "train"} ${path} --resume`, "go on training"]] as const)
      : []),
    ...(checkpoints.length > 0
      ? ([
          [`scorefield sample ${path} --out ${domain.exampleFile}`, `draw new ${domain.samples}`],
          ...(record.training
            ? ([[`scorefield evaluate ${path}`, "compare samples with data held out"]] as const)
            : []),
        ] as const)
      : []),
    ...(metrics.length > 0 && !files.includes(lossPage)
      ? ([[`scorefield show ${path} --report loss.html`, "the loss curve as a page"]] as const)
      : []),
  ];
};
