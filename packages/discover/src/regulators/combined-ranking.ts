import { checkOptions } from "@scorefield/core/internal";
import { checkExpression, type Expression, type RegulatorRanking } from "./expression.ts";
import { knockoutRanking } from "./knockout-ranking.ts";
import { type TreeRankingOptions, treeRanking, treeRankingOptions } from "./tree-ranking.ts";

/**
 * Ranks regulators by all that there is: the confidence of {@link knockoutRanking} times 1 + that of {@link treeRanking} on all kinds
 * of data, each as a multiple of its mean. So trees settle what changed genes leave open, and rule nothing out. Without changed genes it
 * is the ranking by trees.
 *
 *     const { confidence } = await combinedRanking({ names, wildType, knockouts, knockdowns, series });
 *
 * @throws ArgumentError | ShapeError for expression or options that do not fit; the signal's reason when aborted
 */
export const combinedRanking = async (
  expression: Expression,
  options: TreeRankingOptions = {},
): Promise<RegulatorRanking> => {
  const { names, knockouts, knockdowns } = checkExpression("combinedRanking", expression);
  checkOptions("combinedRanking", options, treeRankingOptions);
  const byTrees = await treeRanking(expression, options);
  if (!knockouts && !knockdowns) return byTrees;
  const [changed, trees] = [knockoutRanking(expression), byTrees].map(({ confidence }) => {
    const mean = confidence.reduce((sum, value) => sum + value, 0) / (names.length * (names.length - 1));
    return mean > 0 ? confidence.map((value) => value / mean) : confidence;
  }) as [Float64Array, Float64Array];
  const d = names.length;
  const tried = new Set([...(knockouts?.genes ?? []), ...(knockdowns?.genes ?? [])]);
  return {
    names,
    confidence: changed.map((value, at) => {
      const from = Math.floor(at / d);
      if (at % d === from) return 0;
      // Of a gene that was never changed, trees alone say something.
      return (tried.has(from) ? value : 1) * (1 + trees[at]!);
    }),
  };
};
