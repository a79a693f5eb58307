import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { makeGraph } from "../graph/graph.ts";
import { edgeRanking } from "../graph/ranking.ts";
import { knockoutRanking } from "./knockout-ranking.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
const folder = join(data, "genes", "dream4-size100");
const missing = !existsSync(folder);

const linesOf = (name: string): string[] => readFileSync(join(folder, name), "utf8").trim().split("\n");
const tableOf = (name: string) => {
  const [head = "", ...lines] = linesOf(name);
  const rows = lines.map((line) => line.split("\t").map(Number));
  return {
    names: head.split("\t").map((word) => word.replaceAll('"', "")),
    values: ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]),
  };
};

describe.skipIf(missing)(`DREAM4${missing ? `: skipped, no folder ${folder}; set SCOREFIELD_DATA` : ""}`, () => {
  test.each([1, 2, 3, 4])("network %i of 100 genes is ranked far above chance from its knock-outs", (number) => {
    const base = `insilico_size100_${number}_`;
    const { names, values } = tableOf(`${base}knockouts.tsv`);
    const genes = names.map((_, i) => i);
    const truth = makeGraph({
      names,
      edges: linesOf(`goldstandard_${number}.csv`)
        .slice(1)
        .map((line) => line.split(","))
        .map(([from, to]) => ({ from: from!, to: to! })),
    });
    const { confidence } = knockoutRanking({
      names,
      wildType: tableOf(`${base}wildtype.tsv`).values,
      knockouts: { values, genes },
      knockdowns: { values: tableOf(`${base}knockdowns.tsv`).values, genes },
    });
    const { aupr, auroc, chance } = edgeRanking(truth, confidence);
    expect(aupr).toBeGreaterThan(12 * chance);
    expect(auroc).toBeGreaterThan(0.75);
  });
});
