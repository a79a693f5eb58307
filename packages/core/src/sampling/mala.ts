import { sliceAxis, type Tensor, where } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { expandTime } from "../model/expand-time.ts";
import { perSample } from "../model/per-sample.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { langevinMove, langevinSettings, stayingGrid } from "./langevin.ts";
import { oneStep, type Sampler } from "./sampler.ts";

/** A uniform draw on (0, 1) for each sample, as the distribution function of its first normal draw; [n]. */
const uniformOf = (z: Tensor): Tensor => {
  const n = z.shape[0]!;
  const first = sliceAxis(z.reshape([n, -1]), 1, 0, 1).reshape([n]);
  return first.multiply(Math.SQRT1_2).erf().add(1).multiply(0.5);
};

/** A proposal of {@link mala} and the logarithm of its acceptance ratio, [n]. */
export const malaProposal = (
  model: ScoreModel,
  x: Tensor,
  t: Tensor,
  eta: Tensor | number,
  z: Tensor,
): { proposal: Tensor; logRatio: Tensor } => {
  const { logDensity } = model;
  if (!logDensity)
    throw new ArgumentError(
      "mala: expected a model with logDensity, such as exact(density, process) or an energy; found one without. " +
        "Sample it with langevin, which needs the score alone",
    );
  const here = score(model, x, t);
  const proposal = langevinMove(x, here, eta, z);
  // The proposal's density enters by w = sqrt(eta / 2) (score(x) + score(x*)): nothing large is subtracted.
  const root = typeof eta === "number" ? Math.sqrt(eta / 2) : eta.divide(2).sqrt();
  const w = here.add(score(model, proposal, t)).multiply(root);
  const asymmetry = perSample(w.multiply(w.multiply(0.5).add(z)));
  return { proposal, logRatio: logDensity(proposal, t).subtract(logDensity(x, t)).subtract(asymmetry) };
};

/**
 * A step of {@link mala}.
 * @param z, choice standard normal draws [n, ...shape]: of the proposal, and the first of each sample of its acceptance
 * @returns where the chains are, and the probability with which each moved, [n]
 */
export const malaMove = (
  model: ScoreModel,
  x: Tensor,
  t: Tensor,
  eta: Tensor | number,
  z: Tensor,
  choice: Tensor,
): { x: Tensor; probability: Tensor } => {
  const { proposal, logRatio } = malaProposal(model, x, t, eta, z);
  const accepted = uniformOf(choice).less(logRatio.exp());
  return { x: where(expandTime(accepted, x.rank), proposal, x), probability: logRatio.min(0).exp() };
};

/**
 * The Metropolis-adjusted Langevin algorithm (Besag 1994; Roberts & Tweedie 1996) at one time t: {@link langevin} proposes
 * x* = x + eta score(x) + sqrt(2 eta) z, which replaces x with probability min(1, a), where
 *
 *     log a = log p(x*) - log p(x) - <z, w> - |w|^2 / 2        w = sqrt(eta / 2) (score(x) + score(x*))
 *
 * and the last two terms are log q(x | x*) - log q(x* | x). Its stationary distribution is the marginal of x_t without
 * error, for every step. The best step accepts about 57 % (Roberts & Rosenthal 1998). The model must know `logDensity`.
 * @throws ArgumentError for options out of range; when compiled, for a model without `logDensity`
 */
export const mala = declare({
  kind: "mala",
  family: "Langevin dynamics",
  summary: "with a Metropolis test, so without error of the step; needs a model that knows its log-density",
  source: "Besag 1994; Roberts & Tweedie 1996",
  settings: langevinSettings,
  make: ({ steps, stepSize, time }, recipe): Sampler =>
    oneStep({
      recipe,
      grid: stayingGrid("mala", steps, time),
      chain: true,
      denoiseLast: false,
      evaluationsPerStep: 2,
      noises: 2,
      step: (model, x, from, _, [z, choice]) => malaMove(model, x, from, stepSize, z!, choice!).x,
    }),
});
