/** Checks of predictors under a corrector: it settles at each level only if the predictor goes on from where it left x. */
import { edm } from "@scorefield/core";
import { type Check, relative, worst } from "./check.ts";
import { type CrossedData, crossedError, type NamedPredictor, predictorVariants } from "./probe/corrector-probe.ts";

const process = edm();
const corrector = { correctorSteps: 10, snr: 0.3 } as const;

/** The check of a predictor with a corrector that nearly settles at each of 200 levels. Nothing is drawn. */
export const correctorCheck = ({ name, make }: NamedPredictor): Check => ({
  name: `${name} with a corrector: variance 1 of N(0, 1), 1/2 of the product of two`,
  group: "chain",
  source: "Song et al. 2021, algorithms 4 and 5; Du et al. 2023, section 4",
  sampler: make(2).recipe.kind,
  run: async ({ runtime }) => {
    const errorOf = (data: CrossedData): Promise<number> => crossedError(make(200), corrector, data, process, runtime);
    const [normal, product] = [await errorOf("normal"), await errorOf("product")];
    return worst([
      relative(1, 1 + normal, 0.005, { detail: "of N(0, 1)" }),
      // Levels change faster than the chain settles.
      relative(0.5, (1 + product) / 2, 0.025, { detail: "of the product" }),
    ]);
  },
});

/** Every predictor with a corrector. */
export const correctorChecks: readonly Check[] = predictorVariants.map(correctorCheck);
