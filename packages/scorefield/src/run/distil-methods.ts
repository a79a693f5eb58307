/** How a flow map is made of a trained run. */
import { consistency, type FlowMapObjective, lagrangian, shortcut } from "@scorefield/core";
import type { Metrics } from "./metrics.ts";

/** A way to make a flow map of a score model. */
interface Method {
  /** @param steps how many the training will have, about */
  readonly objective: (steps: number) => FlowMapObjective;
  /** Whether the score model is the teacher, besides where training starts. */
  readonly taught: boolean;
  /** The work of a step, where a step of denoising is 1: a forward evaluation counts a third, and backwards two. */
  readonly work: number;
  readonly summary: string;
}

/** How often the distance of the two points of consistency tuning is halved, the first included (Geng et al. 2024). */
const stages = 8;

const tuning = (steps: number): FlowMapObjective =>
  consistency({ stages, stage: Math.max(1, Math.round(steps / stages)) });

/** By the names of the option `--method`. */
export const distilMethods = {
  ect: {
    objective: tuning,
    taught: false,
    work: 4 / 3,
    summary: "consistency tuning on the data alone",
  },
  consistency: {
    objective: tuning,
    taught: true,
    work: 5 / 3,
    summary: "the same along the trained model's own paths",
  },
  shortcut: {
    objective: () => shortcut(),
    taught: true,
    work: 2,
    summary: "one step is two of half the length; goes to any noise level, so that steps need no fresh noise",
  },
  lagrangian: {
    objective: () => lagrangian(),
    taught: true,
    work: 3,
    summary: "moves with the trained model's velocity where it arrives; to any noise level too",
  },
} as const satisfies Readonly<Record<string, Method>>;

/** The name of a method. */
export type DistilMethod = keyof typeof distilMethods;

export const defaultMethod: DistilMethod = "ect";

/** The method of a name; undefined for a name that is none. */
export const methodNamed = (name: string): Method | undefined =>
  Object.hasOwn(distilMethods, name) ? distilMethods[name as DistilMethod] : undefined;

/** Samples per second where a run has no metrics to say it. */
const usualSpeed = 200;

/** How many steps a training of some minutes will have, from the speed that the trained run had. */
export const expectedSteps = (
  { work }: Method,
  { minutes, batch }: { readonly minutes: number; readonly batch: number },
  metrics: readonly Metrics[],
): number => {
  const speeds = metrics.map(({ samplesPerSecond }) => samplesPerSecond).sort((a, b) => a - b);
  const speed = speeds[speeds.length >> 1] ?? usualSpeed;
  return Math.max(1, Math.round((60 * minutes * speed) / (work * batch)));
};
