import { type Tensor, where } from "@scorefield/tensor";
import type { ScoreModel } from "../model/score-model.ts";
import { declare } from "../part/declare.ts";
import { choice, type OptionsOf } from "../part/setting.ts";
import { flowParts, flowSettings, isFew, isLast, levelAt, orderSetting } from "./flow.ts";
import { exponentialStep } from "./interpolant.ts";
import type { Sampler } from "./sampler.ts";

const settings = {
  ...flowSettings("log-snr"),
  order: orderSetting(3, "order of the predictor; the corrector's is one more"),
  /**
   * B(h) of the paper: `bh1` is h, `bh2` 1 - e^-h. It makes a difference only where one difference of estimates is used
   * with the weight 1/2: the predictor of order 2 and the corrector of order 1. Elsewhere it cancels.
   */
  variant: choice({ values: ["bh1", "bh2"], default: "bh2", help: "B(h) of the paper: h, or 1 - e^-h" }),
};

/** Options of {@link unipc}; the grid is `log-snr` by default. */
export type UnipcOptions = OptionsOf<typeof settings>;

/**
 * UniPC, a predictor and a corrector of one kind (Zhao et al. 2023, "UniPC", algorithms 1 and 2, for D = E[x_0 | x]). In
 * y = x / alpha and lambda = log(alpha / sigma), from a corrected state y_c, over a step h,
 *
 *     y' = e^-h y_c + (1 - e^-h) D + B(h) sum_m a_m (D_m - D) / r_m        r_m = (lambda_m - lambda) / h
 *
 * with D_m at earlier times for the predictor UniP, and at the new time too for the corrector UniC. Both start from the same
 * y_c, so the corrected state is the given one, plus the difference of the two sums. It is not rebuilt from an earlier
 * state, which would undo what anything else did to the given one, such as a Langevin corrector. Their conditions on
 * a_m say that the sum integrates e^-(h - tau) P(tau) exactly, with P the polynomial through all estimates. It is
 * computed in that way. With a single difference a_1 = 1/2 suffices, as in the paper. The corrector uses the evaluation
 * at the predicted state, which the next predictor needs anyway: one evaluation per step. The last state is not
 * corrected. Fewer than 10 steps are too long for their polynomials: these are of order 2 at most, and the last of
 * order 1. The authors too lower the last orders of few steps.
 * @throws ArgumentError for bad steps, an unknown grid, an order other than 1, 2 or 3, or an unknown variant
 */
export const unipc = declare({
  kind: "unipc",
  family: "probability-flow ODE",
  summary: "multistep predictor and corrector of order up to 3 + 1, one evaluation per step; the default",
  source: "Zhao et al. 2023, algorithms 1 and 2",
  settings,
  make: ({ order, variant, ...flow }, recipe): Sampler => {
    const parts = flowParts(flow);
    const few = isFew(flow.steps);
    const most = few ? Math.min(2, order) : order;

    /** y at lambda + h from y at lambda, by estimates [at lambda, others...] and the lambdas of the others. */
    const solve = (y: Tensor, lambda: Tensor, h: Tensor, others: readonly Tensor[], estimates: readonly Tensor[]) => {
      const nodes = others.map((other) => other.subtract(lambda).divide(h));
      if (nodes.length !== 1) return exponentialStep(y, h, nodes, estimates);
      const b = variant === "bh1" ? h : h.multiply(-1).expm1().multiply(-1);
      const difference = estimates[1]!.subtract(estimates[0]!).divide(nodes[0]!);
      return exponentialStep(y, h, [], [estimates[0]!]).add(b.multiply(0.5).multiply(difference));
    };

    return {
      ...parts,
      recipe,
      evaluationsPerStep: 1,
      noises: 0,
      carries: most,
      remembers: "denoised",
      memory: most,
      step: (model: ScoreModel, { x, carried }, { from, to, before }) => {
        const { process } = model;
        const [at, next] = [levelAt(process, from, x), levelAt(process, to, x)];
        const lambdas = before.map((t) => levelAt(process, t, x).lambda);
        const y = x.divide(at.alpha);
        const estimate = model.denoise(x, from);
        const past = carried.slice(0, before.length);
        const correction = (): Tensor => {
          const [[last, ...older], [first, ...earlier]] = [lambdas, past];
          const again = (others: readonly Tensor[], estimates: readonly Tensor[]): Tensor =>
            solve(y, last!, at.lambda.subtract(last!), others, [first!, ...estimates]);
          return again([at.lambda, ...older], [estimate, ...earlier]).subtract(again(older, earlier));
        };
        const corrected = before.length > 0 ? y.add(correction()) : y;
        const h = next.lambda.subtract(at.lambda);
        const predict = (seen: number): Tensor =>
          solve(corrected, at.lambda, h, lambdas.slice(0, seen), [estimate, ...past.slice(0, seen)]);
        const highest = Math.min(most - 1, lambdas.length);
        const predicted =
          few && highest > 0
            ? where(isLast(parts.grid(process), to, x), predict(0), predict(highest))
            : predict(highest);
        return {
          x: predicted.multiply(next.alpha),
          carried: [estimate, ...carried.slice(0, most - 1)],
        };
      },
    };
  },
});
