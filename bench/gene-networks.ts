/**
 * Rankings of regulators on networks whose truth is known, by the area under precision and recall and under the ROC curve over all
 * ordered pairs of genes, as the DREAM challenges score:
 *
 *     npm run bench bench/gene-networks.ts -- [--only dream10,dream100,sergio,beeline] [--trees 200] [--peer-trees 200]
 *
 * DREAM4 gave wild type, knock-outs, knock-downs and time series, and for 10 genes multifactorial steady states too. Those of 100 genes
 * were a challenge of their own, on other networks. The peer is scikit-learn's random forest as GENIE3 uses it, on all steady states,
 * in the Python of SCOREFIELD_BENCH_PYTHON, else `/usr/bin/python3`; without it the peer is left out.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { combinedRanking, type Expression, edgeRanking, knockoutRanking, treeRanking } from "@scorefield/discover";
import { beeline, dream4, type GeneNetwork, hasGenes, sergio } from "./gene-data.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "dream10,dream100,sergio,beeline" },
    trees: { type: "string", default: "200" },
    "peer-trees": { type: "string", default: "200" },
  },
});
const chosen = values.only.split(",");
const trees = Number(values.trees);
const peerTrees = Number(values["peer-trees"]);

/** Confidences of edges, or undefined where a way is left out. */
type Way = (expression: Expression) => Promise<ArrayLike<number> | undefined>;

let peerFails = peerTrees < 1;
const peer: Way = async ({ names, wildType, knockouts, knockdowns, steady }) => {
  if (peerFails) return undefined;
  const d = names.length;
  const rows = [wildType, knockouts?.values, knockdowns?.values, steady].flatMap((part) =>
    Array.from({ length: part?.shape[0] ?? 0 }, (_, i) => Array.from(part!.data.subarray(i * d, (i + 1) * d), Number)),
  );
  try {
    const text = execFileSync(
      process.env.SCOREFIELD_BENCH_PYTHON ?? "/usr/bin/python3",
      [fileURLToPath(new URL("peers/genie3.py", import.meta.url))],
      { input: JSON.stringify({ rows, trees: peerTrees }), maxBuffer: 2 ** 28, encoding: "utf8" },
    );
    return (JSON.parse(text) as number[][]).flat();
  } catch (error) {
    peerFails = true;
    console.log(`Left out: the peer does not run (${String(error).split("\n")[0]}).`);
    return undefined;
  }
};

const without = (expression: Expression, ...kinds: readonly (keyof Expression)[]): Expression =>
  Object.fromEntries(Object.entries(expression).filter(([kind]) => !kinds.includes(kind as keyof Expression))) as never;
const by =
  (rank: (expression: Expression) => Promise<{ readonly confidence: Float64Array }>): Way =>
  async (expression) =>
    (await rank(expression)).confidence;

const changed = (e: Expression): Expression => without(e, "steady");
const usual: Readonly<Record<string, Way>> = {
  "knock-outs and knock-downs": by(async (e) => knockoutRanking(changed(e))),
  "trees, time series": by((e) => treeRanking({ names: e.names, series: e.series }, { trees })),
  "trees, steady states": by((e) => treeRanking(without(e, "series"), { trees })),
  "GENIE3 by scikit-learn, steady states": peer,
  "all together": by((e) => combinedRanking(e, { trees })),
};

const table = async (
  title: string,
  networks: readonly GeneNetwork[],
  ways: Readonly<Record<string, Way>>,
): Promise<void> => {
  console.log(`\n${title}: AUPR / AUROC of each network, and their means; seconds\n`);
  console.log(`| ranking | ${networks.map(({ name }) => name.replace(/^.*, /, "")).join(" | ")} | mean | seconds |`);
  console.log(`| --- |${" ---: |".repeat(networks.length + 2)}`);
  const row = (name: string, cells: readonly (readonly [number, number])[], seconds: string): void => {
    const mean = (k: 0 | 1): number => cells.reduce((sum, cell) => sum + cell[k], 0) / cells.length;
    const shown = [...cells, [mean(0), mean(1)] as const].map(([p, r]) => `${p.toFixed(3)} / ${r.toFixed(3)}`);
    console.log(`| ${name} | ${shown.join(" | ")} | ${seconds} |`);
  };
  row(
    "by chance",
    networks.map(({ truth }) => [edgeRanking(truth, new Float64Array(truth.edges.length)).chance, 0.5]),
    "",
  );
  for (const [name, way] of Object.entries(ways)) {
    const begun = performance.now();
    const cells: (readonly [number, number])[] = [];
    for (const { truth, expression } of networks) {
      const confidence = await way(expression);
      if (!confidence) break;
      const { aupr, auroc } = edgeRanking(truth, confidence);
      cells.push([aupr, auroc]);
    }
    if (cells.length === networks.length) row(name, cells, ((performance.now() - begun) / 1000).toFixed(0));
  }
};

const four = [1, 2, 3, 4];
for (const size of [10, 100] as const)
  if (chosen.includes(`dream${size}`) && hasGenes(`dream4-size${size}`))
    await table(
      `DREAM4, ${size} genes`,
      four.map((k) => dream4(size, k)),
      usual,
    );
const cells = { "trees, cells": usual["trees, steady states"]!, "GENIE3 by scikit-learn, cells": peer };
if (chosen.includes("sergio") && hasGenes("sergio-DS8")) await table("SERGIO DS8, 100 genes", [sergio()], cells);
if (chosen.includes("beeline") && hasGenes("beeline-gsd")) {
  const network = beeline();
  await table("BEELINE GSD, 19 genes", [network], {
    ...cells,
    "trees, pseudotime": by(({ names }) => treeRanking({ names, series: network.series }, { trees })),
    "trees, cells and pseudotime": by((e) => treeRanking({ ...e, series: network.series }, { trees })),
  });
}
