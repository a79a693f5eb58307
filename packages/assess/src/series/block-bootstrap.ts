/** Series resampled in blocks, which keep what neighbours have to do with each other. */
import { ArgumentError, uniform } from "@scorefield/core";
import { checkMade, checkWhole } from "@scorefield/core/internal";
import { quantileOf } from "./probabilistic-forecast.ts";

/** Options of {@link blockBootstrap}. */
export interface BlockBootstrapOptions {
  /** Mean length of a block; default the cube root of the number of values, times 5. */
  readonly block?: number;
  /** Length of the series made; default that of the series. */
  readonly length?: number;
  readonly seed?: number;
}

/**
 * A series made of blocks of another one, of random places and of geometric lengths, which goes on at its beginning after its end (the
 * stationary bootstrap, Politis & Romano 1994).
 * @param replicate which one of the seed
 * @throws ArgumentError for an empty series or options out of range
 */
export const blockBootstrap = (
  series: Float64Array,
  replicate: number,
  options: BlockBootstrapOptions = {},
): Float64Array => {
  if (!(series instanceof Float64Array) || series.length === 0)
    throw new ArgumentError("blockBootstrap: expected a Float64Array with values, found none");
  checkMade("blockBootstrap options", options, [], "options as an object");
  const { block = Math.round(5 * Math.cbrt(series.length)), length = series.length, seed = 0 } = options;
  checkWhole("blockBootstrap block", block);
  checkWhole("blockBootstrap length", length);
  const u = uniform([length, 2], { seed, step: replicate, purpose: "resampling", dtype: "float64" }).data;
  const made = new Float64Array(length);
  let at = 0;
  for (let t = 0; t < length; t++) {
    at = t === 0 || u[2 * t]! < 1 / block ? Math.floor(u[2 * t + 1]! * series.length) : (at + 1) % series.length;
    made[t] = series[at]!;
  }
  return made;
};

/**
 * The band in which a number computed of a series lies by chance, from series resampled in blocks: quantiles (1 - level) / 2 and
 * (1 + level) / 2.
 * @param statistic of a series; those that are not finite are left out
 * @param options `replicates`, default 500; `level`, default 0.9
 */
export const bootstrapBand = (
  series: Float64Array,
  statistic: (series: Float64Array) => number,
  {
    replicates = 500,
    level = 0.9,
    ...options
  }: BlockBootstrapOptions & { readonly replicates?: number; readonly level?: number } = {},
): readonly [low: number, high: number] => {
  if (typeof statistic !== "function") throw new ArgumentError("bootstrapBand: expected a function of a series");
  checkWhole("bootstrapBand replicates", replicates);
  if (!(level > 0 && level < 1))
    throw new ArgumentError(`bootstrapBand level: expected a number in (0, 1), found ${level}`);
  const found = Float64Array.from({ length: replicates }, (_, i) => statistic(blockBootstrap(series, i, options)))
    .filter(Number.isFinite)
    .sort();
  return [quantileOf(found, (1 - level) / 2), quantileOf(found, (1 + level) / 2)];
};
