import { ArgumentError } from "@scorefield/core";
import { directShares } from "./direct-effects.ts";
import { checkExpression, type Expression, type RegulatorRanking } from "./expression.ts";
import { knockoutEffects } from "./knockout-effects.ts";

/** Confidence that is left of an effect that goes wholly by way of other genes. */
const leastShare = 0.3;

/**
 * Ranks regulators by what happens to the others when each gene is switched off or lowered: the size of the change in standard
 * deviations of measurement, as the winner of DREAM4's networks of 100 genes did (Pinna, Soranzo & de la Fuente 2010, with medians as
 * in Greenfield et al. 2010). Effects that go by way of other genes are ranked lower, down to 0.3 of their size.
 *
 *     const { confidence } = knockoutRanking({ names, wildType, knockouts });
 *
 * @throws ArgumentError | ShapeError for expression that does not fit, or has neither knock-outs nor knock-downs
 */
export const knockoutRanking = (expression: Expression): RegulatorRanking => {
  const data = checkExpression("knockoutRanking", expression);
  if (!data.knockouts && !data.knockdowns)
    throw new ArgumentError("knockoutRanking: expected knockouts or knockdowns, found neither; take treeRanking");
  const effects = knockoutEffects(data);
  const shares = directShares(effects, data.names.length);
  return {
    names: data.names,
    confidence: effects.z.map((value, at) => Math.abs(value) * (leastShare + (1 - leastShare) * shares[at]!)),
  };
};
