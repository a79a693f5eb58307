/** What is refused of the options of the trainer, and the defaults of the rest. */
import { defaultRuntime, flattenTree, isNdArray, type NdArray, ShapeError } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { checkPositive, checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkMade, checkOptions, type Known } from "../part/check-options.ts";
import type { Checkpoint, FitOptions, Length, OptimisationOptions } from "./fit-options.ts";
import { adamSettings } from "./optimiser.ts";
import { checkPace } from "./pace.ts";
import { checkWidth } from "./power-average.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";

/** The options of how parameters are moved, which every training takes. */
export const knownOptimisation = {
  steps: true,
  minutes: true,
  deadline: true,
  pace: true,
  warmUp: true,
  decay: true,
  accumulate: true,
  adam: true,
  averageDecay: true,
  average: true,
  resume: true,
  signal: true,
  runtime: true,
} satisfies Known<OptimisationOptions>;

/** Those of them that are given. */
export const optimisationOf = (options: OptimisationOptions): OptimisationOptions =>
  Object.fromEntries(
    Object.entries(options).filter(([name, value]) => name in knownOptimisation && value !== undefined),
  );

const knownOptions = {
  name: true,
  parameters: true,
  loss: true,
  batches: true,
  extra: true,
  heldOut: true,
  learningRate: true,
  precision: true,
  block: true,
  nameOf: true,
  onProgress: true,
  ...knownOptimisation,
} satisfies Known<FitOptions>;

/** @throws ArgumentError unless exactly one length is given, within its range */
export const checkLength = (name: string, { steps, minutes, deadline, pace }: Length): void => {
  const given = Object.entries({ steps, minutes, deadline, pace }).filter(([, value]) => value !== undefined);
  if (given.length !== 1)
    throw new ArgumentError(
      `${name}: expected one of steps, minutes, deadline and pace, found ${given.map(([key]) => key).join(" and ") || "none"}`,
    );
  if (steps !== undefined) checkWhole(`${name} steps`, steps);
  if (minutes !== undefined) checkPositive(`${name} minutes`, minutes);
  if (deadline !== undefined && !Number.isFinite(deadline?.at))
    throw new ArgumentError(`${name} deadline: expected a time at in milliseconds, found ${deadline?.at}`);
  if (pace !== undefined) checkPace(name, pace);
};

/** How many steps a training has, where that is known before it. */
export const stepsOf = ({ steps, pace }: { steps?: number | undefined; pace?: Length["pace"] | undefined }) =>
  steps ?? pace?.[pace.length - 1]?.[0];

/** @throws ArgumentError for averages out of range, or two kinds of them */
export const checkAverages = (name: string, { average, averageDecay }: OptimisationOptions): void => {
  if (averageDecay !== undefined && !(typeof averageDecay === "number" && averageDecay >= 0 && averageDecay < 1))
    throw new ArgumentError(`${name}: expected averageDecay in [0, 1), found ${averageDecay}`);
  if (!average) return;
  if (averageDecay !== undefined)
    throw new ArgumentError(`${name}: average and averageDecay exclude each other; leave one out`);
  const { widths } = average;
  if (!Array.isArray(widths) || widths.length === 0 || new Set(widths).size < widths.length)
    throw new ArgumentError(`${name}: expected different widths of averages, found [${widths}]`);
  for (const width of widths) checkWidth(width);
};

/**
 * Fills in the defaults of options.
 * @throws ArgumentError for unknown options and values out of range
 */
export const fitSettings = <P, B extends object, X>(options: FitOptions<P, B, X>) => {
  checkOptions("fit", options, knownOptions);
  const { name = "fit", learningRate = 1e-3, accumulate = 1, precision = "float32", block = 100 } = options;
  const { warmUp, decay, averageDecay } = options;
  const { leaves } = flattenTree<NdArray>(options.parameters, (node) => isNdArray(node) || typeof node !== "object");
  if (leaves.length === 0 || !leaves.every((leaf) => isNdArray(leaf) && leaf.dtype === "float32"))
    throw new ArgumentError(`${name} parameters: expected a tree of float32 arrays`);
  for (const [key, value] of Object.entries({ loss: options.loss, "batches.inputs": options.batches?.inputs }))
    if (typeof value !== "function")
      throw new ArgumentError(`${name} ${key}: expected a function, found ${showValue(value)}`);
  if (options.nameOf !== undefined && typeof options.nameOf !== "function")
    throw new ArgumentError(`${name} nameOf: expected a function, found ${showValue(options.nameOf)}`);
  checkLength(name, options);
  checkWhole(`${name} accumulate`, accumulate);
  checkWhole(`${name} block`, block);
  checkAverages(name, options);
  if (!["float32", "mixed"].includes(precision))
    throw new ArgumentError(`${name}: expected precision float32 or mixed, found ${precision}`);
  const schedule: Schedule = { ...(warmUp !== undefined && { warmUp }), ...(decay && { decay }) };
  checkSchedule(learningRate, schedule, name);
  return {
    ...options,
    name,
    learningRate,
    accumulate,
    precision,
    block,
    schedule,
    averageDecay: averageDecay ?? 0.999,
    adam: adamSettings(options.adam),
    runtime: options.runtime ?? defaultRuntime(),
  };
};

const required = ["parameters", "firstMoment", "secondMoment", "average"] as const;

/** @throws ShapeError | ArgumentError for a checkpoint of other parameters, or of a later step */
export const checkResume = (
  name: string,
  checkpoint: Checkpoint,
  { parameters, averages, extra }: { parameters: number; averages: number; extra: unknown },
  { steps, pace: wanted }: Length,
): void => {
  checkMade(`${name} resume`, checkpoint, ["step", "state"], "a checkpoint, as events have it");
  const { step, state, pace } = checkpoint;
  const { otherAverages = [], ...vectors } = state ?? {};
  if (otherAverages.length !== averages - 1)
    throw new ShapeError(
      `${name}: expected ${averages} moving averages to resume from, found ${otherAverages.length + 1}`,
    );
  const others = otherAverages.map((vector, i) => [`otherAverages.${i}`, vector] as const);
  for (const [part, vector] of [...required.map((part) => [part, vectors[part]] as const), ...others])
    if (vector?.dtype !== "float32" || vector.shape.length !== 1 || vector.shape[0] !== parameters)
      throw new ShapeError(
        `${name}: expected ${part} float32[${parameters}] to resume from, found ${vector ? `${vector.dtype}[${vector.shape}]` : "nothing"}; ` +
          "is it another network?",
      );
  const pathsOf = (tree: unknown) => (tree === undefined ? [] : flattenTree(tree, isNdArray).paths);
  if (pathsOf(state.extra).join() !== pathsOf(extra).join())
    throw new ShapeError(
      `${name}: expected extra state [${pathsOf(extra)}] to resume from, found [${pathsOf(state.extra)}]`,
    );
  if (!Number.isInteger(step) || step < 0)
    throw new ArgumentError(`${name}: expected a checkpoint of a whole number of steps, found ${step}`);
  const last = stepsOf({ steps, pace: wanted });
  if (last !== undefined && step > last)
    throw new ArgumentError(`${name}: cannot resume at step ${step} of ${last}; ask for more steps`);
  if (last === undefined && step > 0 && !pace)
    throw new ArgumentError(
      `${name}: expected the pace of a training by the clock to resume within a time, found a checkpoint of a training by steps; ask for steps`,
    );
};
