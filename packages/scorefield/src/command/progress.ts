/** A line that tells how far long work is: rewritten in place on a terminal, now and then a new one elsewhere. */

import { grouped } from "../figure/grouped.ts";
import { duration } from "../report/duration.ts";
import { paint } from "../report/terminal.ts";

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A progress line. */
export interface Progress {
  /** @param done how much is done, of the total @param details shown after it, such as `loss 0.31` */
  update(done: number, details?: readonly string[]): void;
  /** Takes the line off a terminal, until the next update, so that something else can be printed there. */
  clear(): void;
  /** Ends the line; nothing is updated after. */
  end(): void;
}

const barWidth = 20;
/** Stands for the bar while the line's length is measured: colours have none. */
const barMark = "\0";

const bar = (share: number): string => {
  const full = Math.round(share * barWidth);
  return "█".repeat(full) + "░".repeat(barWidth - full);
};

const secondsBetween = { terminal: 0.1, log: 5 };

/**
 * @param title what is being done
 * @param total in the same unit as `done`
 * @param options `start`: how much was done before (a resumed run), so that the time left is right; `percent`: show
 *   the share in place of counts, where these mean nothing to the user; `stream`, default stderr; `now` in ms
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
  const paintBar = (text: string): string => (stream === process.stderr ? paint("cyan", text, process.stderr) : text);
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
      const counts = percent ? `${Math.floor((100 * done) / total)} %` : `${grouped(done)}/${grouped(total)}`;
      const parts = [counts, ...details, ending].filter(Boolean).join("  ");
      line = `${title} ${parts}`;
      if (!terminal) {
        stream.write(`${line}\n`);
        return;
      }
      // A line longer than the terminal would wrap and could not be rewritten: the bar goes first, then the details.
      const room = Math.max(20, (stream.columns || 120) - 1);
      const shown = [
        `${title} ${barMark}${parts}`,
        line,
        `${title} ${[counts, ending].filter(Boolean).join("  ")}`,
      ].find((text) => text.length + (text.includes(barMark) ? barWidth : 0) <= room);
      const text = (shown ?? line).slice(0, room).replace(barMark, `${paintBar(bar(done / total))} `);
      stream.write(`\r\x1b[K${text}`);
    },
    clear: () => {
      if (terminal && line) stream.write("\r\x1b[K");
    },
    end: () => {
      if (terminal && line) stream.write("\n");
    },
  };
};
