/** Training over machines. */
import type { PreparedRun } from "../run/prepared-run.ts";
import type { TogetherOptions } from "./together-options.ts";
import type { TogetherEvent } from "./train-in-rounds.ts";

/**
 * Trains a prepared run on the workers of a queue. Every place trains on its own part of every batch, so that all together see the samples,
 * noise levels and noise of one machine. They come together in one of two ways: see `synchronous`.
 *
 * A round closes when all places are done, or at its deadline with whoever came; what came too late is left out, and the record
 * together.json says so. After every round the run is saved: samples can be drawn from it, and `resumeRun` and this function
 * continue from there on any machine that reaches queue and store. With the same contributions the result is the same to the bit.
 * @throws RunError for a run that machines cannot train together; ArgumentError for options out of range; JobError where all places of a
 *   round fail; the signal's reason: work under way is then cancelled
 */
export async function* trainTogether(run: PreparedRun, options: TogetherOptions): AsyncGenerator<TogetherEvent, void> {
  // Workers load this package too, and never train a whole run: what does is 700 files.
  const { trainInRounds } = await import("./train-in-rounds.ts");
  yield* trainInRounds(run, options);
}
