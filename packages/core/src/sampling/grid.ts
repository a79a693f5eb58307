/** Grids of times for samplers, from noise to data. */
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { choiceOrFunction } from "../part/setting.ts";
import { checkProcess } from "../process/check-process.ts";
import type { Process } from "../process/process.ts";

/**
 * Chooses `count` times of a process, strictly falling from `process.times.last` to `process.times.first`. The first
 * alone when count is 1.
 */
export type Grid = (process: Process, count: number) => readonly number[];

/**
 * Times in equal steps of a quantity. The ends are exact, which the round trip through the quantity may miss by rounding.
 * @param of the quantity at a time
 * @param timeOf the time at which the quantity takes a value
 * @throws ArgumentError for a value that is not a process, or a count that is not a positive whole number
 */
const equalSteps = (
  process: Process,
  count: number,
  of: (t: number) => number,
  timeOf: (value: number) => number,
): number[] => {
  checkProcess("grid", process);
  checkWhole("grid count", count);
  const { first, last } = process.times;
  const [from, to] = [of(last), of(first)];
  const timeAt = (i: number): number => timeOf(from + (i / (count - 1)) * (to - from));
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? last : i === count - 1 ? first : Math.min(last, Math.max(first, timeAt(i))),
  );
};

/** Equal steps of time. @throws ArgumentError for a value that is not a process, or a bad count */
export const uniformGrid = (process: Process, count: number): number[] =>
  equalSteps(
    process,
    count,
    (t) => t,
    (t) => t,
  );

/**
 * Equal steps of the log-SNR: sigma / alpha falls by the same factor in each, a geometric sequence (Song & Ermon 2019).
 * @throws ArgumentError for a value that is not a process, or a bad count
 */
export const logSnrGrid = (process: Process, count: number): number[] =>
  equalSteps(
    process,
    count,
    (t) => process.logSnr(t),
    (value) => process.timeOfLogSnr(value),
  );

/**
 * Equal steps of (sigma / alpha)^(1 / rho), which spends more steps on low noise (Karras et al. 2022, equation 5).
 * @param rho default 7; 1 is equal steps of sigma / alpha, infinity would be {@link logSnrGrid}
 * @throws ArgumentError for a value that is not a process, a bad count, or a rho that is not positive
 */
export const karrasGrid = (process: Process, count: number, rho = 7): number[] => {
  if (!(rho > 0 && Number.isFinite(rho)))
    throw new ArgumentError(`karrasGrid: expected a positive rho, found ${rho}; 7 is usual`);
  return equalSteps(
    process,
    count,
    (t) => Math.exp(-process.logSnr(t) / (2 * rho)),
    (root) => process.timeOfLogSnr(-2 * rho * Math.log(root)),
  );
};

/**
 * Equal steps of the angle whose tangent is sigma / alpha: the times at which the cosine schedule, alpha = cos(angle) and
 * sigma = sin(angle) (Nichol & Dhariwal 2021; Salimans & Ho 2022), takes equal steps. Of the grids here it spends the most
 * steps where signal and noise are alike and the fewest at either end.
 * @throws ArgumentError for a value that is not a process, or a bad count
 */
export const cosineGrid = (process: Process, count: number): number[] =>
  equalSteps(
    process,
    count,
    (t) => Math.atan(Math.exp(-process.logSnr(t) / 2)),
    (angle) => process.timeOfLogSnr(-2 * Math.log(Math.tan(angle))),
  );

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
