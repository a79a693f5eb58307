/** What `scorefield discover` says of a network, in sentences and tables. */
import type { InterventionPrediction, Observations } from "@scorefield/discover";
import { grouped } from "../figure/grouped.ts";
import { type Finding, type MethodName, methods, type ScoreName } from "./find-network.ts";
import type { TruthComparison } from "./truth.ts";

/** A name as a terminal may print it: control characters as their codes. */
export const shownName = (name: string): string =>
  Array.from(name, (letter) => {
    const code = letter.charCodeAt(0);
    return code < 32 || (code > 126 && code < 160) ? `\\u${code.toString(16).padStart(4, "0")}` : letter;
  }).join("");

/** What edges and their confidence mean, for people. */
export const meaningOf = (method: MethodName, score: ScoreName, resamples: number, { network }: Finding): string[] => {
  if (method === "trees")
    return [
      "Edges go from a regulator to what it helps to predict. Confidence is relative to the strongest edge. It is no probability, and an edge may be indirect.",
    ];
  const last = "An arrow says what causes what only where no common cause is missing from the table.";
  if (method === "posterior")
    return [
      "Confidence is the probability of the edge, given the data and that all causes were measured. An edge has an arrow where one direction alone is more probable than not. Linear data leave directions open, so look at the confidence.",
      last,
    ];
  const open = network.edges.some(({ directed }) => !directed);
  return [
    ...(open
      ? [
          "An edge without an arrow is one that the data leave open: graphs of either direction explain them equally well.",
        ]
      : []),
    ...(!methods[method].searches || score === "additive"
      ? ["Directions come from the shape of curved effects. Where effects are straight, they mean little."]
      : []),
    ...(resamples > 0
      ? [
          `Confidence is the share of ${resamples} ${resamples === 1 ? "search" : "searches"} in rows drawn again that found the edge: with its direction where it has an arrow, in any direction where it has none.`,
        ]
      : []),
    last,
  ];
};

/** Rows of a table of predictions. */
export const predictionRows = (
  predictions: readonly InterventionPrediction[],
  means: readonly number[],
): string[][] => {
  const text = (value: number): string => `${Number(value.toPrecision(4))}`;
  const range = ([low, high]: readonly [number, number]): string => `${text(low)} to ${text(high)}`;
  return predictions.map(({ name, mean, interval, rows }, i) => [
    shownName(name),
    text(means[i]!),
    text(mean),
    range(interval),
    range(rows),
  ]);
};

/** The head of that table. */
export const predictionHead = ["variable", "mean in the data", "predicted mean", "90 % interval", "90 % of new rows"];

/** Means of variables. */
export const meansOf = ({ names, values }: Observations): number[] => {
  const sums = new Float64Array(names.length);
  for (const [at, value] of values.entries()) sums[at % names.length]! += value;
  return Array.from(sums, (sum) => (sum * names.length) / values.length);
};

/** How far a network is from the true one, in a sentence. */
export const comparisonText = ({
  edges,
  ofClasses,
  hammingDistance,
  ofNoEdges,
  interventionDistance,
  ranking,
}: TruthComparison): string => {
  const sid =
    interventionDistance &&
    `; structural intervention distance ${interventionDistance.least === interventionDistance.greatest ? interventionDistance.least : `${interventionDistance.least} to ${interventionDistance.greatest}`}`;
  const classes = ofClasses === undefined ? "" : `, ${ofClasses} where directions that data cannot tell do not count`;
  const ranked =
    ranking &&
    `; edges by confidence: AUPR ${ranking.aupr.toFixed(3)} (chance ${ranking.chance.toFixed(3)}), AUROC ${ranking.auroc.toFixed(3)}`;
  return `compared with ${grouped(edges)} true edges: structural Hamming distance ${hammingDistance} (no edges: ${ofNoEdges})${classes}${sid ?? ""}${ranked ?? ""}`;
};
