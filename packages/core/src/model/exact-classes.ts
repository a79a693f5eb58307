/** Known densities, one for each class, as a score model: the truth to measure conditional models and samplers by. */
import { constant, logSumExp, ndarray, softmax, stack, type Tensor, where } from "@scorefield/tensor";
import type { Density } from "../density/density.ts";
import type { Process } from "../process/process.ts";
import { average } from "./composition/mixture.ts";
import { probabilities, together } from "./composition/together.ts";
import { exact } from "./exact.ts";
import { checkConditionNames } from "./given.ts";
import type { Given, ScoreModel } from "./score-model.ts";

/** Options of {@link exactClasses}. */
export interface ExactClassesOptions {
  /** Positive numbers in proportion to the classes' probabilities; equal by default. */
  readonly weights?: readonly number[];
}

/** An exact model with the condition `class`. */
export type ExactClasses = ScoreModel & Required<Pick<ScoreModel, "score" | "logDensity" | "conditions">>;

// Below every log-density, and far from the end of float32.
const impossible = -1e30;

/**
 * The exact model of p(x | class): the k-th density for class k, and their mixture where no class is given.
 * @param densities at least one, on the same space
 * @throws ArgumentError for no density, densities of several shapes, or weights that are not positive
 */
export const exactClasses = (
  densities: readonly Density[],
  process: Process,
  { weights }: ExactClassesOptions = {},
): ExactClasses => {
  const models = densities.map((density) => exact(density, process));
  const { parts } = together("exactClasses", models);
  const classes = models.length;
  const prior = constant(ndarray(Float64Array.from(probabilities("exactClasses", weights, classes)), [1, classes]));
  const conditions = { class: { shape: [classes], classes } };
  /** log p(k) p(x_t | k), [K, n]; of a given class that one alone. */
  const joint = (x: Tensor, t: Tensor, given: Given = {}): Tensor => {
    checkConditionNames("exactClasses", { conditions }, Object.keys(given));
    const n = x.shape[0]!;
    const plain = prior.cast(x.dtype).broadcastTo([n, classes]);
    const rows = given.class?.cast(x.dtype);
    const shares = rows ? rows.add(plain.multiply(rows.sum(1).multiply(-1).add(1).reshape([n, 1]))) : plain;
    const logs = where(shares.greater(0), shares.max(1e-30).log(), impossible);
    return stack(
      models.map((model, k) => model.logDensity(x, t).add(logs.slice([null, [k, k + 1]]).reshape([n]))),
      0,
    );
  };
  const mean = (values: readonly Tensor[], x: Tensor, t: Tensor, given: Given | undefined): Tensor =>
    average(softmax(joint(x, t, given), 0), values);
  return {
    process,
    shape: parts.shape,
    conditions,
    denoise: (x, t, given) =>
      mean(
        models.map((model) => model.denoise(x, t)),
        x,
        t,
        given,
      ),
    score: (x, t, given) =>
      mean(
        models.map((model) => model.score(x, t)),
        x,
        t,
        given,
      ),
    logDensity: (x, t, given) => logSumExp(joint(x, t, given), 0),
  };
};
