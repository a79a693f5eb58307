/** Every check, in the order in which a defect would spread: what later ones rest on comes first. */
import { adaptiveChecks } from "./adaptive-checks.ts";
import { averageChecks } from "./average-checks.ts";
import { bitsChecks } from "./bits-checks.ts";
import { bridgeChecks } from "./bridge-checks.ts";
import { categoryChecks } from "./category-checks.ts";
import { chainChecks } from "./chain-checks.ts";
import type { Check } from "./check.ts";
import { compositionChecks } from "./composition-checks.ts";
import { conditionChecks } from "./condition-checks.ts";
import { constraintChecks } from "./constraint-checks.ts";
import { correctorChecks } from "./corrector-checks.ts";
import { densityChecks } from "./density-checks.ts";
import { discoverChecks } from "./discover-checks.ts";
import { energyChecks } from "./energy-checks.ts";
import { engineChecks } from "./engine-checks.ts";
import { exactChecks } from "./exact-checks.ts";
import { flowMapChecks } from "./flow-map-checks.ts";
import { guidanceChecks } from "./guidance-checks.ts";
import { instrumentChecks } from "./instrument-checks.ts";
import { inverseChecks } from "./inverse-checks.ts";
import { latentChecks } from "./latent-checks.ts";
import { likelihoodChecks } from "./likelihood-checks.ts";
import { measurementChecks } from "./measurement-checks.ts";
import { modeChecks } from "./mode-checks.ts";
import { objectiveChecks } from "./objective-checks.ts";
import { orderChecks } from "./order-checks.ts";
import { orderOfCausesChecks } from "./order-of-causes-checks.ts";
import { orders } from "./orders.ts";
import { processChecks } from "./process-checks.ts";
import { reproducibilityChecks } from "./reproducibility-checks.ts";
import { seriesChecks } from "./series-checks.ts";
import { simulatorChecks } from "./simulator-checks.ts";
import { trajectoryDensityChecks } from "./trajectory-density-checks.ts";

/** All checks; `slow` ones take most of the time. */
export const checks: readonly Check[] = [
  ...engineChecks,
  ...processChecks,
  ...bridgeChecks,
  ...densityChecks,
  ...objectiveChecks,
  ...constraintChecks,
  ...averageChecks,
  ...flowMapChecks,
  ...orderChecks(orders),
  ...adaptiveChecks,
  ...exactChecks,
  ...chainChecks,
  ...correctorChecks,
  ...modeChecks,
  ...likelihoodChecks,
  ...bitsChecks,
  ...latentChecks,
  ...trajectoryDensityChecks,
  ...energyChecks,
  ...compositionChecks,
  ...guidanceChecks,
  ...conditionChecks,
  ...categoryChecks,
  ...inverseChecks,
  ...measurementChecks,
  ...seriesChecks,
  ...simulatorChecks,
  ...instrumentChecks,
  ...orderOfCausesChecks,
  ...discoverChecks,
  ...reproducibilityChecks,
];
