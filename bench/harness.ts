/**
 * Benchmarks beside peers on the same cores in the same run: rounds alternate (ours, peer, ours, peer, ...), nothing
 * else of ours runs during a round, and the medians are compared.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** One timed round; resolves to a value in the benchmark's unit. */
export type Round = () => Promise<number>;

/** A quantity measured for us and for peers. */
export interface Benchmark {
  /** e.g. "MLP train step, batch 512". */
  name: string;
  /** e.g. "steps/s". */
  unit: string;
  /** Whether a larger or a smaller value wins. Default "higher". */
  better?: "higher" | "lower";
  /** How many times better than the first peer we mean to be. */
  goal?: number;
  /** Left out where only the peers are of interest. */
  ours?: Round;
  /** By name; the first is the one that the goal speaks of. */
  peers: Record<string, Round>;
}

/** The rounds of one contestant; `error` instead of values where a round failed. */
export interface Contestant {
  name: string;
  rounds: number[];
  median: number;
  error?: string;
}

/** A finished benchmark: ourselves first where we took part, then the peers in order. */
export interface Result {
  benchmark: Benchmark;
  contestants: Contestant[];
}

/** Milliseconds of processor time of this process: other work on the machine does not count. */
export const spent = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The middle value, or the mean of the two middle ones; NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/**
 * Calls per second of `step` over at least `seconds`, after `warm` seconds that are not counted: one round.
 * @param calls how many unit steps one call of `step` does
 */
export const rate = async (
  step: () => Promise<unknown>,
  { seconds = 1, warm = 0.15, calls = 1 }: { seconds?: number; warm?: number; calls?: number } = {},
): Promise<number> => {
  const run = async (limit: number) => {
    const start = performance.now();
    for (let count = 1; ; count++) {
      await step();
      const elapsed = (performance.now() - start) / 1000;
      if (elapsed >= limit) return (count * calls) / elapsed;
    }
  };
  await run(warm);
  return run(seconds);
};

/**
 * Runs one benchmark: a first round of each that is not counted, then `rounds` alternating rounds of each.
 * A peer whose round fails is reported with its error and sits out the rest; a failure of ours is thrown.
 * @param settle ms of rest before each round, in which the spinning threads of the last contestant fall asleep
 */
export const compare = async (
  benchmark: Benchmark,
  { rounds = 5, settle = 300 }: { rounds?: number; settle?: number } = {},
): Promise<Result> => {
  const { ours, peers } = benchmark;
  const runs = [
    ...(ours ? [{ name: "scorefield", run: ours }] : []),
    ...Object.entries(peers).map(([name, run]) => ({ name, run })),
  ];
  const contestants: Contestant[] = runs.map(({ name }) => ({ name, rounds: [], median: Number.NaN }));
  for (let round = -1; round < rounds; round++)
    for (const [i, { name, run }] of runs.entries()) {
      const contestant = contestants[i]!;
      if (contestant.error !== undefined) continue;
      await sleep(settle);
      try {
        const value = await run();
        if (round >= 0) contestant.rounds.push(value);
      } catch (error) {
        if (ours && name === "scorefield") throw error;
        contestant.error = error instanceof Error ? error.message : String(error);
        contestant.rounds = [];
      }
    }
  for (const contestant of contestants) contestant.median = median(contestant.rounds);
  return { benchmark, contestants };
};

const digits = (value: number) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 });

/** How many times better our median is than a peer's; NaN where either did not run. */
export const ratio = ({ benchmark, contestants }: Result, peer: string): number => {
  const ours = contestants.find(({ name }) => name === "scorefield")?.median ?? Number.NaN;
  const theirs = contestants.find(({ name }) => name === peer)?.median ?? Number.NaN;
  return benchmark.better === "lower" ? theirs / ours : ours / theirs;
};

/**
 * A Markdown table of results: each median with the range of its rounds, and how many times better ours is than each
 * peer ("1.3x"), with the goal where there is one. Errors of peers follow the table.
 */
export const table = (results: readonly Result[]): string => {
  const rows = [["benchmark", "unit", "contestant", "median", "rounds", "ours is better by", "goal"]];
  const errors: string[] = [];
  for (const result of results) {
    const { name, unit, goal, peers } = result.benchmark;
    for (const [i, contestant] of result.contestants.entries()) {
      const peer = contestant.name in peers;
      if (contestant.error !== undefined) errors.push(`${name}, ${contestant.name}: left out: ${contestant.error}`);
      const times = peer ? ratio(result, contestant.name) : Number.NaN;
      const sorted = [...contestant.rounds].sort((a, b) => a - b);
      rows.push([
        i === 0 ? name : "",
        i === 0 ? unit : "",
        contestant.name,
        contestant.error === undefined ? digits(contestant.median) : "failed",
        sorted.length ? `${digits(sorted[0]!)} to ${digits(sorted.at(-1)!)}` : "",
        Number.isNaN(times) ? "" : `${times.toFixed(2)}x`,
        goal !== undefined && contestant.name === Object.keys(peers)[0] ? `${goal}x` : "",
      ]);
    }
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [header, ...body] = rows.map(line);
  return [
    header,
    line(widths.map((width) => "-".repeat(width))),
    ...body,
    ...(errors.length ? ["", ...errors] : []),
  ].join("\n");
};
