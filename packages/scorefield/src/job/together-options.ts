/** How machines train together: options, their defaults, and what is refused. */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, type Known, type Outer, outerSettings } from "@scorefield/core/internal";
import type { PreparedRun } from "../run/prepared-run.ts";
import { type Clock, realClock } from "./clock.ts";
import { codeVersion } from "./code-version.ts";
import type { JobQueue } from "./job-queue.ts";
import { checkTogether } from "./project.ts";
import type { Store } from "./store.ts";

/** How machines train together. */
export interface TogetherOptions {
  readonly queue: JobQueue;
  readonly store: Store;
  /** Parts that every batch is cut into, which divide it. Any number of workers does them. Default 4. */
  readonly places?: number;
  /**
   * Steps of a round, default 500, or a sixteenth of all steps where that is less. After a round the run is saved; places that go apart
   * come together.
   */
  readonly every?: number;
  /**
   * Average gradients at every step, in place of parameters after every round: the training of one machine, up to rounding, over a fast
   * network. Default no.
   */
  readonly synchronous?: boolean;
  /** Seconds after which a round, or a synchronous step, closes with whoever came. Default none: it waits for all. */
  readonly deadline?: number;
  /** Of places that go apart: learning rate 1 and momentum 0.8 (Douillard et al. 2023, who took 0.7 and 0.9 for more rounds). */
  readonly outer?: Outer;
  readonly signal?: AbortSignal;
  /** How far training is, in steps, between the rounds. */
  readonly onProgress?: (step: number) => void;
  /** Told what keeps a round waiting: once that the queue or the store is away, and once that it is back. */
  readonly onRemark?: (text: string) => void;
  /** Milliseconds between two looks at a queue that has no news, default 250. */
  readonly lookEvery?: number;
  readonly clock?: Clock;
  /** What workers have to be, default {@link codeVersion}. */
  readonly code?: string;
}

const knownOptions = {
  queue: true,
  store: true,
  places: true,
  every: true,
  synchronous: true,
  deadline: true,
  outer: true,
  signal: true,
  onProgress: true,
  onRemark: true,
  lookEvery: true,
  clock: true,
  code: true,
} satisfies Known<TogetherOptions>;

const checkNumbers = (places: number, every: number, deadline: number): void => {
  for (const [name, value] of Object.entries({ places, every }))
    if (!(Number.isInteger(value) && value > 0))
      throw new ArgumentError(`trainTogether: expected ${name} as a whole number from 1 on, found ${value}`);
  if (!(typeof deadline === "number" && deadline > 0))
    throw new ArgumentError(`trainTogether: expected a deadline of a number of seconds above 0, found ${deadline}`);
};

/**
 * Options with their defaults.
 * @throws ArgumentError for unknown options and values out of range; RunError for a run that machines cannot train together
 */
export const togetherSettings = (run: PreparedRun, options: TogetherOptions) => {
  checkMade("trainTogether run", run, ["path", "record", "data"], "a run that createRun or resumeRun prepared");
  checkOptions("trainTogether", options, knownOptions);
  checkMade("trainTogether queue", options.queue, ["add", "list", "watch"], "a queue such as memoryQueue()");
  checkMade("trainTogether store", options.store, ["put", "get", "receipt"], "a store of contents and receipts");
  checkTogether(run);
  const { places = 4, synchronous = false, deadline = Number.POSITIVE_INFINITY, lookEvery = 250 } = options;
  const { clock = realClock, code = codeVersion(), signal = new AbortController().signal } = options;
  const { steps, batch, accumulate = 1 } = run.data.recipe.training;
  const every = options.every ?? Math.min(500, Math.ceil(steps! / 16));
  checkNumbers(places, every, deadline);
  if (batch % (places * accumulate) !== 0)
    throw new ArgumentError(
      `trainTogether: expected places that divide the batch of ${batch}, found ${places}; choose another number, or a batch of ${places * accumulate * Math.ceil(batch / (places * accumulate))}`,
    );
  const outer = outerSettings(options.outer);
  return { ...options, places, synchronous, deadline, lookEvery, clock, code, signal, every, outer };
};
