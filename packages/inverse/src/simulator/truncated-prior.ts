/** The prior within a region that holds nearly all of a posterior: where the next round simulates. */
import { SamplingError } from "@scorefield/core";
import { type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import type { PosteriorEstimator } from "./estimator.ts";
import { drawPrior, type ParameterPrior } from "./prior.ts";

/** Which parameters a round simulates. */
interface Region {
  /** Draws of the prior within the region, [count, d]. */
  sample(count: number, seed: number): Promise<NdArray<"float64">>;
  /** The share of the prior's draws within the box of the posterior's draws, and of these the share that is dense enough. */
  readonly shares: { readonly box: number; readonly dense: number };
}

/** How the region is found. */
interface RegionOptions {
  readonly observation: NdArray;
  /** Draws of the posterior. */
  readonly draws: number;
  /** The share of the posterior that may be outside. */
  readonly outside: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
}

/** The box is wider than the draws by this share of their range at each side. */
const margin = 0.1;
/** Draws of the prior for each that is wanted, at most. */
const mostTries = 20_000;
/** Candidates whose density is computed for each that is wanted, at most. */
const mostDensities = 8;

/**
 * The region where the density of the posterior is above its `outside` quantile (Deistler, Goncalves & Macke 2022, section 3; for score
 * models Sharrock et al. 2022, section 4.2), within the box of the posterior's draws. A region that holds the posterior leaves it what it
 * is, so that training needs no correction. Where few points of the box are dense enough, the rest are any points of the box, which
 * holds the region.
 */
export const regionOf = async (
  prior: ParameterPrior,
  estimator: PosteriorEstimator,
  { observation, draws, outside, seed, signal, runtime }: RegionOptions,
): Promise<Region> => {
  const run = { ...(signal && { signal }), ...(runtime && { runtime }) };
  // The border of the region need not be exact.
  const how = { ...run, tolerance: 1e-3 };
  const d = prior.size;
  const points = await estimator.draw(observation, { draws, seed, ...run });
  const densities = await estimator.logDensity(points, observation, how);
  const threshold = Float64Array.from(densities).sort()[Math.floor(outside * draws)]!;
  const [low, high] = boxOf(points, d);
  const boxed = prior.within?.(low, high);
  const shares = { box: 1, dense: 1 };
  /** `count` draws of the prior within the box. */
  const inBox = (count: number, own: number): NdArray<"float64"> => {
    if (boxed) return drawPrior("sequentialPosterior", boxed, count, own);
    const kept = new Float64Array(count * d);
    let [found, tried] = [0, 0];
    for (let round = 0; found < count; round++) {
      signal?.throwIfAborted();
      if (tried > mostTries * count)
        throw new SamplingError(
          `sequentialPosterior: expected draws of the prior where the posterior is, found ${found} among ${tried}; give the prior the function within, which draws within a box, or take fewer rounds`,
        );
      const made = drawPrior("sequentialPosterior", prior, Math.max(1000, count), own + 104_729 * (round + 1));
      for (let i = 0; i < made.shape[0]! && found < count; i++, tried++) {
        const row = made.data.subarray(i * d, (i + 1) * d);
        if (row.every((value, j) => value >= low[j]! && value <= high[j]!)) kept.set(row, found++ * d);
      }
    }
    shares.box = count / tried;
    return ndarray(kept, [count, d]);
  };
  return {
    shares,
    sample: async (count, own) => {
      const kept = new Float64Array(count * d);
      let [found, tried] = [0, 0];
      for (let round = 0; found < count && tried < mostDensities * count; round++) {
        // As many as should do, by the share so far.
        const share = tried === 0 ? 1 : Math.max(found, 1) / tried;
        const wanted = Math.min(Math.ceil((1.1 * (count - found)) / share) + 10, mostDensities * count - tried);
        const candidates = inBox(wanted, own + 15_485_863 * (round + 1));
        const dense = await estimator.logDensity(candidates, observation, how);
        for (let i = 0; i < wanted && found < count; i++, tried++)
          if (dense[i]! >= threshold) kept.set(candidates.data.subarray(i * d, (i + 1) * d), found++ * d);
      }
      shares.dense = found / tried;
      if (found < count) kept.set(inBox(count - found, own + 1).data, found * d);
      return ndarray(kept, [count, d]);
    },
  };
};

/** Bounds of rows, a little wider. */
const boxOf = ({ data }: NdArray<"float64">, d: number): readonly [low: number[], high: number[]] => {
  const [low, high] = [
    new Array<number>(d).fill(Number.POSITIVE_INFINITY),
    new Array<number>(d).fill(Number.NEGATIVE_INFINITY),
  ];
  for (const [i, value] of data.entries()) {
    low[i % d] = Math.min(low[i % d]!, value);
    high[i % d] = Math.max(high[i % d]!, value);
  }
  return [
    low.map((value, j) => value - margin * (high[j]! - value)),
    high.map((value, j) => value + margin * (value - low[j]!)),
  ];
};
