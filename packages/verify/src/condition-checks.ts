/** Checks that what a sample is conditioned on is its own, in every batch and part of a run. */

import type { AnySampler } from "@scorefield/core";
import {
  conditional,
  dormandPrince,
  edm,
  eulerMaruyama,
  gaussian,
  guided,
  heun,
  predictorCorrector,
  sample,
  unipc,
} from "@scorefield/core";
import { exactClasses } from "@scorefield/core/internal";
import { type Check, sameNumbers, worst } from "./check.ts";

const group = "conditions";
const densities = [-2, 0, 2].map((centre, k) => gaussian({ mean: [centre, 0.5 * centre], covariance: 0.1 + 0.1 * k }));
const known = exactClasses(densities, edm({ sigmaMin: 0.02, sigmaMax: 20 }), { weights: [1, 2, 3] });
const models = { exact: known, guided: guided(known, { weight: 2, interval: [0.1, 5] }) };

const count = 11;
/** Eleven samples in batches of four. */
const classes = Array.from({ length: count }, (_, i) => (i === 5 ? null : [2, 0, 1, 1][i % 4]!));

const samplers: readonly AnySampler[] = [
  heun({ steps: 8 }),
  unipc({ steps: 12 }),
  dormandPrince(),
  eulerMaruyama({ steps: 20 }),
  predictorCorrector({ predictor: unipc({ steps: 12 }) }),
];

const ownCondition = (sampler: AnySampler): Check => ({
  name: `${sampler.recipe.kind}: samples of a list of classes over several batches equal samples of each class alone, and parts equal the run`,
  group,
  source: "counter-based draws: Salmon et al. 2011",
  run: async ({ runtime, signal }) => {
    const options = { batch: 4, seed: 3, sampler, dtype: "float64", runtime, signal } as const;
    const findings = [];
    for (const [name, model] of Object.entries(models)) {
      const all = (await sample(model, { ...options, count, given: { class: classes } })).data;
      for (const label of [1, null]) {
        const alone = (await sample(conditional(model, label), { ...options, count })).data;
        const own = (values: Float64Array) => values.filter((_, j) => classes[j >> 1] === label);
        findings.push(sameNumbers(own(alone), own(all), 1e-7, { detail: `${name}, class ${label ?? "left out"}` }));
      }
      const part = { ...options, firstSample: 3, count: 6, given: { class: classes.slice(3, 9) } };
      const { data } = await sample(model, part);
      findings.push(sameNumbers(all.slice(6, 18), data, 1e-7, { detail: `${name}, samples 3 to 8` }));
    }
    return worst(findings);
  },
});

/** Conditions and parts of a run. */
export const conditionChecks: readonly Check[] = samplers.map(ownCondition);
