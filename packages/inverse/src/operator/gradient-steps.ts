import { setting } from "@scorefield/core";

/** The setting of operators whose solutions have no closed form. */
export const gradientSteps = {
  steps: setting.whole({
    least: 1,
    most: 10_000,
    default: 50,
    help: "steps of conjugate gradients in pseudoInverse, solve and solveMeasured",
  }),
};
