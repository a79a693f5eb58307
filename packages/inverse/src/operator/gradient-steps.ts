import { setting } from "@scorefield/core";

/**
 * The setting of operators whose solutions have no closed form.
 * @param when these are, in words
 */
export const gradientSteps = (when = "where there is no closed form") => ({
  steps: setting.whole({
    least: 1,
    most: 10_000,
    default: 50,
    help: `steps of conjugate gradients in pseudoInverse, solve and solveMeasured, ${when}`,
  }),
});
