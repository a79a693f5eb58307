/** Checks of flow maps: closed forms, objectives at the exact map, and steps. */
import type { Check } from "./check.ts";
import { exactFlowMapChecks } from "./flow-map-exact-checks.ts";
import { residualChecks } from "./flow-map-residual-checks.ts";
import { flowMapStepsChecks } from "./flow-map-steps-checks.ts";

/** In this order. */
export const flowMapChecks: readonly Check[] = [...exactFlowMapChecks, ...residualChecks, ...flowMapStepsChecks];
