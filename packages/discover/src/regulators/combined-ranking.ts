import { checkOptions } from "@scorefield/core/internal";
import { checkExpression, type Expression, type RegulatorRanking } from "./expression.ts";
import { knockoutRanking } from "./knockout-ranking.ts";
import { type TreeRankingOptions, treeRanking, treeRankingOptions } from "./tree-ranking.ts";

/**
 * Ranks regulators by all that there is. Changed genes are ranked by {@link knockoutRanking}, time series by
 * {@link treeRanking}, and so are steady states. Each ranking is divided by its mean, and they are multiplied, as evidence that is
 * independent: each with a twentieth of its mean added, so that none can rule an edge out alone.
 *
 *     const { confidence } = await combinedRanking({ names, wildType, knockouts, knockdowns, series });
 *
 * @throws ArgumentError | ShapeError for expression or options that do not fit; the signal's reason when aborted
 */
export const combinedRanking = async (
  expression: Expression,
  options: TreeRankingOptions = {},
): Promise<RegulatorRanking> => {
  const { names, knockouts, knockdowns, series, steady } = checkExpression("combinedRanking", expression);
  checkOptions("combinedRanking", options, treeRankingOptions);
  const parts: RegulatorRanking[] = [];
  const changed = knockouts ?? knockdowns;
  if (changed) parts.push(knockoutRanking(expression));
  if (series.length > 0) parts.push(await treeRanking({ names, series: expression.series }, options));
  if (steady || parts.length === 0) parts.push(await treeRanking({ names, steady: expression.steady }, options));
  const d = names.length;
  const pairs = d * (d - 1);
  const confidence = new Float64Array(d * d).fill(1);
  for (const part of parts) {
    const mean = part.confidence.reduce((sum, value) => sum + value, 0) / pairs;
    if (!(mean > 0)) continue;
    for (let at = 0; at < d * d; at++) confidence[at]! *= part.confidence[at]! / mean + 0.05;
  }
  for (let i = 0; i < d; i++) confidence[i * d + i] = 0;
  return { names, confidence };
};
