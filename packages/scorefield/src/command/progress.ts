/** A line that tells how far long work is: rewritten in place on a terminal, now and then a new one elsewhere. */

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Seconds as a person says them: 8 s, 2 min 05 s, 1 h 10 min. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${`${whole % 60}`.padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${`${Math.floor((whole % 3600) / 60)}`.padStart(2, "0")} min`;
};

/** A progress line. */
export interface Progress {
  /** @param done how much is done, of the total @param details shown after it, such as `loss 0.31` */
  update(done: number, details?: readonly string[]): void;
  /** Ends the line; nothing is updated after. */
  end(): void;
}

const bar = (share: number, width = 20): string => {
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
};

const secondsBetween = { terminal: 0.1, log: 5 };

/**
 * @param title what is being done
 * @param total in the same unit as `done`
 * @param options `start`: how much was done before (a resumed run), so that the time left is right; `percent`: tell the
 *   share in place of counts, where these mean nothing to a person; `stream`, default stderr; `now` in ms
 */
export const progress = (
  title: string,
  total: number,
  {
    start = 0,
    percent = false,
    stream = process.stderr as Stream,
    now = () => performance.now(),
  }: {
    readonly start?: number;
    readonly percent?: boolean;
    readonly stream?: Stream;
    readonly now?: () => number;
  } = {},
): Progress => {
  const begun = now();
  const terminal = stream.isTTY === true;
  let shownAt = Number.NEGATIVE_INFINITY;
  // The first piece of work takes compiling with it, and would make a silly estimate.
  let first: { readonly done: number; readonly time: number } | undefined;
  let line = "";
  return {
    update: (done, details = []) => {
      const time = now();
      if (done > start) first ??= { done, time };
      const between = terminal ? secondsBetween.terminal : secondsBetween.log;
      if (done < total && time - shownAt < 1000 * between) return;
      shownAt = time;
      const seconds = (time - begun) / 1000;
      const since = first && done > first.done ? (time - first.time) / 1000 : 0;
      const left = since > 1 ? (since * (total - done)) / (done - first!.done) : undefined;
      const ending = done >= total ? `took ${duration(seconds)}` : left === undefined ? "" : `${duration(left)} left`;
      const counts = percent
        ? `${Math.floor((100 * done) / total)} %`
        : `${done.toLocaleString("en-US")}/${total.toLocaleString("en-US")}`;
      const parts = [counts, ...details, ending].filter(Boolean).join("  ");
      line = terminal ? `${title} ${bar(done / total)} ${parts}` : `${title} ${parts}`;
      if (!terminal) stream.write(`${line}\n`);
      // A line longer than the terminal would wrap and could not be rewritten.
      else stream.write(`\r\x1b[K${line.slice(0, Math.max(20, (stream.columns ?? 120) - 1))}`);
    },
    end: () => {
      if (terminal && line) stream.write("\n");
    },
  };
};
