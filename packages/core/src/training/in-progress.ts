/** Training as the user sees it: events to iterate over, and a result in the end. */
import { TrainingError } from "../errors.ts";

/** Work in progress. Iterate over it for events, or await its result alone. */
export interface InProgress<Event, Result> extends AsyncIterable<Event> {
  /** Starts the work if nothing iterates. */
  readonly result: Promise<Result>;
}

/**
 * @param work yields events, and hands its result over before the last event
 */
export const inProgress = <Event, Result>(
  work: (finish: (result: Result) => void) => AsyncGenerator<Event, void>,
): InProgress<Event, Result> => {
  let resolve!: (result: Result) => void;
  let fail!: (error: unknown) => void;
  const finished = new Promise<Result>((done, rejected) => {
    resolve = done;
    fail = rejected;
  });
  // Whoever iterates sees the error there. An unread result must not end the process as well.
  finished.catch(() => {});

  async function* events(): AsyncGenerator<Event, void> {
    let made: { readonly result: Result } | undefined;
    try {
      yield* work((result) => {
        made = { result };
      });
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      // Without effect after an error.
      if (made) resolve(made.result);
      else fail(new TrainingError("training was stopped before its last step; iterate over all events for a result"));
    }
  }

  let started = false;
  const start = (): AsyncGenerator<Event, void> => {
    if (started) throw new TrainingError("this training is already under way; call again for another one");
    started = true;
    return events();
  };
  return {
    [Symbol.asyncIterator]: start,
    get result() {
      if (!started) void drain(start());
      return finished;
    },
  };
};

const drain = async (events: AsyncGenerator<unknown, void>): Promise<void> => {
  try {
    for await (const _ of events);
  } catch {
    // The result carries the error.
  }
};
