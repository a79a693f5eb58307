/** Grids of times for samplers, from noise to data. */
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { choiceOrFunction } from "../part/setting.ts";
import type { Process } from "../process/process.ts";

/**
 * Chooses `count` times of a process, strictly falling from `process.times.last` to `process.times.first`. The first
 * alone when count is 1.
 */
export type Grid = (process: Process, count: number) => readonly number[];

/** `count` values in equal steps from `from` to `to`, both included; the first alone when count is 1. */
const spaced = (count: number, from: number, to: number): number[] => {
  checkWhole("grid count", count);
  return Array.from({ length: count }, (_, i) => from + (i / Math.max(1, count - 1)) * (to - from));
};

/** Exact ends, which the round trip through another scale may miss by rounding. */
const between = ({ times: { first, last } }: Process, list: readonly number[]): number[] =>
  list.map((t, i) => (i === 0 ? last : i === list.length - 1 ? first : Math.min(last, Math.max(first, t))));

/** Equal steps of time. */
export const uniformGrid = (process: Process, count: number): number[] =>
  between(process, spaced(count, process.times.last, process.times.first));

/** Equal steps of the log-SNR: sigma / alpha falls by the same factor in each, a geometric sequence (Song & Ermon 2019). */
export const logSnrGrid = (process: Process, count: number): number[] => {
  const { logSnr, times, timeOfLogSnr } = process;
  return between(
    process,
    spaced(count, logSnr(times.last), logSnr(times.first)).map((value) => timeOfLogSnr(value)),
  );
};

/**
 * Equal steps of (sigma / alpha)^(1 / rho), which spends more steps on low noise (Karras et al. 2022, equation 5).
 * @param rho default 7; 1 is equal steps of sigma / alpha, infinity would be {@link logSnrGrid}
 * @throws ArgumentError for a rho that is not positive
 */
export const karrasGrid = (process: Process, count: number, rho = 7): number[] => {
  if (!(rho > 0 && Number.isFinite(rho)))
    throw new ArgumentError(`karrasGrid: expected a positive rho, found ${rho}; 7 is usual`);
  const rootAt = (t: number): number => Math.exp(-process.logSnr(t) / (2 * rho));
  const roots = spaced(count, rootAt(process.times.last), rootAt(process.times.first));
  return between(
    process,
    roots.map((root) => process.timeOfLogSnr(-2 * rho * Math.log(root))),
  );
};

/**
 * Equal steps of the angle whose tangent is sigma / alpha: the times at which the cosine schedule, alpha = cos(angle) and
 * sigma = sin(angle) (Nichol & Dhariwal 2021; Salimans & Ho 2022), takes equal steps. Of the grids here it spends the most
 * steps where signal and noise are alike and the fewest at either end.
 */
export const cosineGrid = (process: Process, count: number): number[] => {
  const angleAt = (t: number): number => Math.atan(Math.exp(-process.logSnr(t) / 2));
  const angles = spaced(count, angleAt(process.times.last), angleAt(process.times.first));
  return between(
    process,
    angles.map((angle) => process.timeOfLogSnr(-2 * Math.log(Math.tan(angle)))),
  );
};

const grids = {
  uniform: uniformGrid,
  "log-snr": logSnrGrid,
  karras: karrasGrid,
  cosine: cosineGrid,
} satisfies Record<string, Grid>;

/** A grid by name: {@link uniformGrid}, {@link logSnrGrid}, {@link karrasGrid} or {@link cosineGrid}. */
export type GridName = keyof typeof grids;

/** The names of grids. */
export const gridNames = Object.keys(grids) as readonly GridName[];

/**
 * The grid of a name; a function is its own grid, called `custom` in recipes.
 * @throws ArgumentError for an unknown name
 */
export const chooseGrid = (choice: GridName | Grid): { readonly name: GridName | "custom"; readonly times: Grid } => {
  if (typeof choice === "function") return { name: "custom", times: choice };
  if (!Object.hasOwn(grids, choice))
    throw new ArgumentError(`grid: expected ${gridNames.join(", ")} or a function, found ${choice}`);
  return { name: choice, times: grids[choice] };
};

/** The grid of a sampler, by name or as a function. */
export const gridSetting = (byDefault: GridName) =>
  choiceOrFunction<Grid>()({
    values: gridNames,
    functionName: "custom",
    default: byDefault,
    help: "how times are spaced between noise and data",
  });

/** What a list of times may do beyond what {@link Grid} says. */
export interface GridAllowance {
  /** Times may repeat, and the first may be any. */
  readonly chain?: boolean;
  /** Times may rise. */
  readonly restarts?: boolean;
  /** The first time may be any. */
  readonly anywhere?: boolean;
}

/** @throws ArgumentError unless a grid does what {@link Grid} says, or is allowed what it does besides */
export const checkGrid = (
  { times }: Process,
  grid: readonly number[],
  { chain = false, restarts = false, anywhere = false }: GridAllowance = {},
): void => {
  if (grid[0] !== times.last && !chain && !anywhere)
    throw new ArgumentError(`grid: expected the first time to be ${times.last}, where the prior is; found ${grid[0]}`);
  const odd = Array.isArray(grid) ? grid.find((t) => typeof t !== "number" || !Number.isFinite(t)) : grid;
  if (odd !== undefined || grid.length === 0)
    throw new ArgumentError(
      `grid: expected a list of times, at least one; found ${odd === undefined ? "none" : String(odd)}`,
    );
  if (!(grid[0]! >= times.first && grid[0]! <= times.last))
    throw new ArgumentError(`grid: expected times from ${times.first} to ${times.last}, found ${grid[0]}`);
  for (let i = 1; i < grid.length; i++) {
    const [before, t] = [grid[i - 1]!, grid[i]!];
    const moves = t < before || (chain && t === before) || (restarts && t > before);
    if (!(moves && t >= times.first && t <= times.last))
      throw new ArgumentError(
        restarts
          ? `grid: expected times from ${times.first} to ${times.last}, found ${t} after ${before}`
          : `grid: expected times to fall and to end at ${times.first} or above, found ${t} after ${before}`,
      );
  }
};
