/** Whether uncertainties of a run's posteriors are right, on problems whose answers are known. */
import type { Known } from "@scorefield/core/internal";
import { type Calibration, calibrate, daps } from "@scorefield/inverse";
import type { LoadedRun } from "../run/load.ts";
import { modelProblem } from "./model-problem.ts";
import { checkProblemCall, knownProblem, type ProblemOptions, priorOf } from "./restore-run.ts";

/** Options of {@link calibrateRun}. */
export interface CalibrateRunOptions extends ProblemOptions {
  /** How many samples are drawn, measured and restored, at least 50; default 100. */
  readonly problems?: number | undefined;
  /** Draws of each, at least 9; default 19: a truth has 20 ranks, and 18 of them are 90 %. */
  readonly draws?: number | undefined;
  /** Random directions along which ranks are taken, default 8. */
  readonly directions?: number | undefined;
  /** The sampler of the samples that are measured. Default the run's own. */
  readonly truthSampler?: LoadedRun["sampler"] | undefined;
}

const known = {
  ...knownProblem,
  problems: true,
  draws: true,
  directions: true,
  truthSampler: true,
} satisfies Known<CalibrateRunOptions>;

/**
 * Draws samples from a run, measures them with noise, and draws from the posterior of each measurement. Under a right method, the rank of a
 * sample among its draws is uniform. The samples are the model's own: what is tested is the method, with this model, operator and noise. How
 * well the model knows the data, `evaluate` says.
 *
 *     const { coverage } = await calibrateRun(run, { operator, noise });
 *     coverage // { expected: 0.9, found: 0.87, standardError: 0.03 }
 *
 * @throws as `restoreRun`; ArgumentError for fewer problems or draws, and for a method that gives one point
 */
export const calibrateRun = async (run: LoadedRun, options: CalibrateRunOptions): Promise<Calibration> => {
  checkProblemCall("calibrateRun", run, options, known);
  const {
    operator,
    noise,
    method = daps(),
    problems = 100,
    draws = 19,
    seed = 0,
    truthSampler = run.sampler,
    ...rest
  } = options;
  const { sampler, directions, batch, signal, runtime, onProgress } = rest;
  const problem = await modelProblem(run, operator, noise);
  const { model, given } = priorOf(run, options);
  return calibrate(model, problem.operator, problem.noise, {
    problems,
    draws,
    seed,
    truthSampler,
    method,
    ...(directions !== undefined && { directions }),
    ...(given && { given }),
    ...(sampler && { sampler }),
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
    ...(runtime && { runtime }),
    ...(onProgress && { onProgress }),
  });
};
