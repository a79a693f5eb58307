/** A problem: what is known of the data, what is measured of them, and the noise of the measurement. */
import { ArgumentError, type Condition, type Given, type ScoreModel } from "@scorefield/core";
import { checkModel, withGiven } from "@scorefield/core/internal";
import { ShapeError, type Tensor } from "@scorefield/tensor";
import { checkNoise, type Noise } from "../noise/noise.ts";
import { checkOperator, isLinear, type LinearOperator, type Operator } from "../operator/operator.ts";

/** A prior, an operator and a noise: y = noise(A x) with x from the prior. */
export interface Problem {
  /** The prior: any score model of one sample's shape `operator.input`. */
  readonly model: ScoreModel;
  readonly operator: Operator;
  readonly noise: Noise;
}

/** A problem with a linear operator and Gaussian noise of one deviation. */
export interface LinearGaussianProblem extends Problem {
  readonly operator: LinearOperator;
  readonly noise: Noise & { readonly sigma: number };
}

/** The name of the condition through which a model is given a measurement. */
export const measurementName = "measurement";

/**
 * @param owner in errors
 * @throws ArgumentError for what is not a model, an operator or a noise, or a model that is given a measurement already;
 *   ShapeError where the operator takes other samples than the model makes
 */
export const checkProblem = (owner: string, { model, operator, noise }: Problem): void => {
  checkModel(owner, model);
  checkOperator(owner, operator);
  checkNoise(owner, noise);
  if (operator.input.join() !== model.shape.join())
    throw new ShapeError(
      `${owner}: expected an operator of samples [${model.shape.join(", ")}], as the model makes them; found ${operator.kind} of ` +
        `[${operator.input.join(", ")}]; make the operator for the model's shape`,
    );
  if (model.conditions && Object.hasOwn(model.conditions, measurementName))
    throw new ArgumentError(`${owner}: expected a model of the prior, found one that is given a measurement already`);
};

/** Whether noise is Gaussian of one deviation above 0. */
export const hasDeviation = (noise: Noise): noise is LinearGaussianProblem["noise"] =>
  noise.sigma !== undefined && noise.sigma > 0;

type Measurement = Pick<Problem, "operator" | "noise">;

/** Whether a problem has a linear operator and Gaussian noise of one deviation above 0. */
export const isLinearGaussian = <P extends Measurement>(
  problem: P,
): problem is P & Pick<LinearGaussianProblem, "operator" | "noise"> =>
  isLinear(problem.operator) && hasDeviation(problem.noise);

/** The conditions of the model and the measurement, [n, ...operator.output]. */
export const measuredConditions = ({ model, operator }: Problem): Record<string, Condition> => ({
  ...model.conditions,
  [measurementName]: { shape: operator.output },
});

/** What the prior is given, without the measurement. */
export const withoutMeasurement = (given: Given): Given =>
  Object.fromEntries(Object.entries(given).filter(([name]) => name !== measurementName));

/** The prior as a model that takes a measurement and makes no use of it, for a sampler that does. */
export const measuredModel = (problem: Problem): ScoreModel =>
  withGiven("posterior", problem.model, measuredConditions(problem), withoutMeasurement);

/**
 * The measurement that a step of a sampler is given, [n, ...operator.output].
 * @param owner in errors
 * @throws ArgumentError where none is given
 */
export const givenMeasurement = (owner: string, given: Given | undefined): Tensor => {
  const y = given?.[measurementName];
  if (y === undefined)
    throw new ArgumentError(
      `${owner}: expected a measurement, found none; sample with given: { ${measurementName}: y }`,
    );
  return y;
};
