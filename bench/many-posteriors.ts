/** Draws of the posteriors of many measurements at once, with any method: one compiled step for all of them. */
import { sample } from "@scorefield/core";
import { type Problem, posteriorFromRecipe } from "@scorefield/inverse";
import { type NdArray, type Runtime, sizeOf, zeros } from "@scorefield/tensor";

/** What is drawn for each measurement, and what it cost. */
export interface ManyDraws {
  /** [measurements, draws, d], one measurement after another. */
  readonly data: Float32Array;
  /** Networks evaluated for each draw. */
  readonly evaluations: number;
  readonly seconds: number;
}

/**
 * @param recipe of the method, with its kind
 * @param y measurements, [n, ...output]
 */
export const manyPosteriors = async (
  problem: Problem,
  recipe: { readonly kind: string },
  y: NdArray,
  { draws, batch, seed = 1, runtime }: { draws: number; batch?: number; seed?: number; runtime: Runtime },
): Promise<ManyDraws> => {
  const begun = performance.now();
  const prepared = await posteriorFromRecipe(recipe as never).prepare(problem, { runtime });
  const { particles = 0 } = prepared;
  const count = y.shape[0]!;
  const each = particles > 0 ? 1 : draws;
  const width = sizeOf(y.shape.slice(1));
  const repeated = zeros([count * each, ...y.shape.slice(1)], "float32");
  for (let i = 0; i < count * each; i++)
    for (let j = 0; j < width; j++) repeated.data[i * width + j] = Number(y.data[Math.floor(i / each) * width + j]);
  let evaluations = 0;
  const drawn = await sample(prepared.model, {
    sampler: prepared.sampler,
    count: count * each,
    seed,
    runtime,
    batch: batch ?? (particles > 0 ? Math.max(1, Math.floor(2048 / particles)) : 1024),
    given: { measurement: repeated },
    onProgress: (event) => {
      evaluations = event.evaluations / Math.max(1, particles);
    },
  });
  const seconds = (performance.now() - begun) / 1000;
  if (particles === 0) return { data: drawn.data as Float32Array, evaluations, seconds };
  // Particles evenly spread: neighbours are often copies.
  const d = sizeOf(problem.model.shape);
  const data = new Float32Array(count * draws * d);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < draws; k++) {
      const from = (i * particles + Math.floor((k * particles) / draws)) * d;
      data.set(drawn.data.subarray(from, from + d) as Float32Array, (i * draws + k) * d);
    }
  return { data, evaluations, seconds };
};

/** Share of truths [n, d] in the central intervals of their draws [n, draws, d] that should hold 90 % of them, along directions [k, d]. */
export const coverageAlong = (
  truths: ArrayLike<number>,
  draws: ArrayLike<number>,
  directions: ArrayLike<number>,
  d: number,
): number => {
  const n = truths.length / d;
  const each = draws.length / truths.length;
  const k = directions.length / d;
  const along = (values: ArrayLike<number>, row: number, direction: number): number => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += Number(values[row * d + j]) * directions[direction * d + j]!;
    return sum;
  };
  const outer = Math.round(0.05 * (each + 1));
  let inside = 0;
  for (let i = 0; i < n; i++)
    for (let c = 0; c < k; c++) {
      const truth = along(truths, i, c);
      let [below, equal] = [0, 0];
      for (let r = 0; r < each; r++) {
        const value = along(draws, i * each + r, c);
        if (Math.abs(value - truth) <= 1e-4 * (1 + Math.abs(truth))) equal++;
        else if (value < truth) below++;
      }
      // Among equals any rank is as good as another: the share of them that is inside.
      for (let rank = below; rank <= below + equal; rank++)
        if (rank >= outer && rank < each + 1 - outer) inside += 1 / (equal + 1);
    }
  return inside / (n * k);
};
