/** Samples of one model or the other, for models that do not know their densities: these are followed along the way. */
import {
  broadcastTo,
  constant,
  type FloatType,
  type NdArray,
  ndarray,
  softmax,
  stack,
  type Tensor,
} from "@scorefield/tensor";
import { average } from "../model/composition/mixture.ts";
import { probabilities, together } from "../model/composition/together.ts";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { score } from "../model/tweedie.ts";
import { checkOptions } from "../part/check-options.ts";
import { eulerMaruyama } from "../sampling/euler-maruyama.ts";
import { type SampleOptions, sample, sampleOptions } from "../sampling/sample.ts";
import type { Sampler } from "../sampling/sampler.ts";
import type { SdeSamplerOptions } from "../sampling/sde.ts";
import { itoIncrement } from "./ito-density.ts";

/** Options of {@link superpose}. */
export interface SuperposeOptions<D extends FloatType = "float32">
  extends Omit<SampleOptions<D>, "sampler" | "initial">,
    SdeSamplerOptions {
  /** Positive numbers in proportion to the models' probabilities; equal by default. */
  readonly weights?: readonly number[];
}

/** The value that all elements of each sample have, [n]. */
const firstOf = (values: Tensor): Tensor =>
  values
    .reshape([values.shape[0]!, -1])
    .slice([null, [0, 1]])
    .reshape([values.shape[0]!]);

/**
 * Superposition of models (Skreta et al. 2024, algorithm 1, "or"): samples of their mixture, without densities. All models
 * start at the same noise, so the densities of a sample start equal. Each step of the reverse SDE with score
 *
 *     s = sum_k p_k s_k        p_k in proportion to w_k q_k
 *
 * gives by Ito's lemma the change of log q_k of every model ({@link itoIncrement}), without extra evaluations.
 * Steps are Euler-Maruyama's. The estimate's error falls with the root of their length, so take hundreds. Conditional
 * models of one network are models too: the classes "cat" and "dog" together are `superpose([conditional(model, cat),
 * conditional(model, dog)], ...)`. Samples keep the noise of the process's first time.
 * @returns [count, ...shape]
 * @throws ArgumentError for models that do not go together or bad options; SamplingError when a sample is not finite; the
 *   signal's reason when aborted
 */
export const superpose = <D extends FloatType = "float32">(
  models: readonly ScoreModel[],
  allOptions: SuperposeOptions<D>,
): Promise<NdArray<D>> => {
  const { sampler: _, initial: __, ...known } = sampleOptions;
  checkOptions("superpose", allOptions, { ...known, weights: true, steps: true, grid: true });
  const { weights, steps = 500, grid = "log-snr", ...options } = allOptions;
  const { parts, members } = together("superpose", models);
  const share = constant(ndarray(Float64Array.from(probabilities("superpose", weights, models.length), Math.log)));
  const move = eulerMaruyama({ steps, grid });
  const sampler: Sampler = {
    ...move,
    recipe: { ...move.recipe, kind: "superposition" },
    denoiseLast: false,
    carries: models.length,
    step: ({ bound: given }, { x, carried }, times, noise) => {
      const { from, to } = times;
      const logs = carried.map(firstOf);
      const p = softmax(stack(logs, 0).add(share.cast(x.dtype).reshape([-1, 1])), 0);
      const mean: ScoreModel = {
        ...parts,
        denoise: (at, t) =>
          average(
            p,
            members.map((model) => model.denoise(at, t, given)),
          ),
        score: (at, t) =>
          average(
            p,
            members.map((model) => score(model, at, t, given)),
          ),
      };
      const next = move.step(mean, { x, carried: [] }, times, noise);
      const changes = members.map((model) => itoIncrement(model, x, from, next.x, to, given));
      return {
        x: next.x,
        carried: logs.map((log, k) => broadcastTo(expandTime(log.add(changes[k]!), x.rank), x.shape)),
      };
    },
  };
  // The loop asks its model for a process, a shape and a cost. The score that moves the samples is made in each step.
  return sample<D>({ ...parts, denoise: members[0]!.denoise }, { ...options, sampler });
};
