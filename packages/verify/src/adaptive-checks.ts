/** Checks of samplers with steps of their own length: their error follows the tolerance. */
import type { Process } from "@scorefield/core";
import { dormandPrince } from "@scorefield/core";
import type { Check } from "./check.ts";
import { orderOf } from "./probe/affine-probe.ts";
import { flowErrors } from "./probe/flow-probe.ts";
import { knownProcesses } from "./schedules.ts";

const tolerances = [1e-3, 1e-5, 1e-7, 1e-9];

const proportional = (process: Process, slow: boolean): Check => ({
  name: `dormand-prince, ${process.recipe.kind}: the error on N(0, 1) is in proportion to the tolerance`,
  group: "order",
  source: "Hairer, Norsett & Wanner 1993, section II.4, with local extrapolation",
  slow,
  run: async ({ runtime }) => {
    const errors: number[] = [];
    for (const tolerance of tolerances) {
      const sampler = { ...dormandPrince({ rtol: tolerance, atol: tolerance }), denoiseLast: false };
      const found = await flowErrors(sampler, process, [1], runtime);
      errors.push(Math.abs(found[0]!));
    }
    const found = orderOf(
      tolerances.map((tolerance) => 1 / tolerance),
      errors,
    );
    return {
      expected: 1,
      found,
      error: Math.abs(found - 1),
      unit: "slope",
      tolerance: 0.25,
      detail: `error ${errors.at(-1)!.toExponential(1)} at tolerance ${tolerances.at(-1)}`,
    };
  },
});

/** Adaptive samplers of the flow; those of the reverse-time SDE are held to the modes of a mixture. */
export const adaptiveChecks: readonly Check[] = knownProcesses.map(({ process }, i) =>
  proportional(process, i !== 0 && i !== 2),
);
