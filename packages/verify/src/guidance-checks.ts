/** Checks of guidance: closed forms for Gaussians, and what it costs. */

import type { ScoreModel } from "@scorefield/core";
import {
  classifierFreeGuidance,
  classifierGuidance,
  conditional,
  edm,
  exact,
  gaussian,
  gaussianMixture,
  heun,
  normal,
  sample,
} from "@scorefield/core";
import { castArray, type NdArray, stack } from "@scorefield/tensor";
import { absolute, type Check, type CheckContext, sameNumbers, worst } from "./check.ts";
import { counted } from "./counted.ts";
import { evaluate, filled, numbers } from "./evaluate.ts";
import { innerTimes, type KnownProcess, knownProcesses } from "./schedules.ts";

const group = "guidance";
const covariance = [
  [1, 0.4],
  [0.4, 0.6],
];
const [conditionalMean, plainMean] = [
  [2, 1],
  [-1, 0.5],
] as const;
const points = castArray(normal([10, 2], { seed: 2 }), "float64");

const scoresOf = async (model: ScoreModel, time: number, { runtime }: CheckContext): Promise<Float64Array> => {
  const [found] = await evaluate((x, t) => [model.score!(x!, t!)], [points, filled(10, time)], runtime);
  return numbers(found!);
};

const guidedGaussian = ({ process }: KnownProcess): Check => ({
  name: `${process.recipe.kind}: the guided score of two Gaussians is the score of N((1 - w) m_u + w m_c, C)`,
  group,
  source: "Ho & Salimans 2022, equation 6 with w for 1 + w; linear in the means",
  run: async (context) => {
    const of = (mean: readonly number[]) => exact(gaussian({ mean: [...mean], covariance }), process);
    const findings = [];
    for (const weight of [-1, 0.5, 3])
      for (const time of innerTimes(process)) {
        const found = await scoresOf(
          classifierFreeGuidance(of(conditionalMean), of(plainMean), { weight }),
          time,
          context,
        );
        const mean = conditionalMean.map((value, i) => (1 - weight) * plainMean[i]! + weight * value);
        const expected = await scoresOf(of(mean), time, context);
        const size = Math.max(...expected.map(Math.abs));
        findings.push(sameNumbers(expected, found, 1e-10 * size, { detail: `w = ${weight}` }));
      }
    return worst(findings);
  },
});

const process = edm();
const [conditionalModel, plainModel] = [conditionalMean, plainMean].map((mean) =>
  exact(gaussian({ mean: [...mean], covariance }), process),
) as [ReturnType<typeof exact>, ReturnType<typeof exact>];

/** Guidance in closed form and in evaluations. */
export const guidanceChecks: readonly Check[] = [
  ...knownProcesses.map(guidedGaussian),
  {
    name: "classifier guidance by an exact classifier at scale 1 is the conditional score",
    group,
    source: "Bayes' rule; Song et al. 2021, equation 14",
    run: async (context) => {
      const all = exact(
        gaussianMixture({
          means: [[...conditionalMean], [...plainMean]],
          covariances: [covariance, covariance],
          weights: [1, 3],
        }),
        process,
      );
      const classifier = {
        classes: 2,
        logits: (...[x, t]: Parameters<typeof all.logDensity>) =>
          stack([conditionalModel.logDensity(x, t), plainModel.logDensity(x, t).add(Math.log(3))], 1),
      };
      const found = await scoresOf(conditional(classifierGuidance(all, classifier), 0), 0.02, context);
      return sameNumbers(await scoresOf(conditionalModel, 0.02, context), found, 1e-10);
    },
  },
  {
    name: "weight 1 is the conditional model, bit for bit",
    group,
    source: "D_u + 1 (D_c - D_u) = D_c",
    run: async (context) => {
      const draw = (model: ScoreModel): Promise<NdArray> => sample(model, { count: 20, seed: 1, ...context });
      const found = await draw(classifierFreeGuidance(conditionalModel, plainModel, { weight: 1, interval: [0.1, 2] }));
      return sameNumbers((await draw(conditionalModel)).data as Float32Array, found.data as Float32Array, 0);
    },
  },
  {
    name: "outside a guidance interval the unconditional network is not evaluated",
    group,
    source: "Kynkaanniemi et al. 2024, equation 5",
    run: async (context) => {
      const interval = [0.3, 5] as const;
      const sampler = heun({ steps: 18 });
      const [c, u] = [counted(conditionalModel), counted(plainModel)];
      const model = classifierFreeGuidance(c.model, u.model, { weight: 2, interval });
      const runtime = u.runtime(c.runtime(context.runtime));
      await sample(model, { count: 4, sampler, ...context, runtime });
      // A step evaluates at both its ends, and is spared where both are outside.
      const inside = (t: number): boolean => process.sigma(t) > interval[0] && process.sigma(t) <= interval[1];
      const grid = sampler.grid(process);
      const steps = grid.slice(1).filter((to, k) => inside(to) || inside(grid[k]!)).length;
      return worst([
        absolute(2 * steps, u.count(), 0, { detail: "of the unconditional network" }),
        absolute(35, c.count(), 0, { detail: "of the conditional network" }),
      ]);
    },
  },
];
