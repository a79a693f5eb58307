/** Gene networks with their truths, as `bench/gene-networks.ts` reads them from SCOREFIELD_DATA, else `../shared/data`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Expression, type Graph, makeGraph, type TimeSeries } from "@scorefield/discover";
import { type NdArray, ndarray } from "@scorefield/tensor";

const folder = join(process.env.SCOREFIELD_DATA ?? "../shared/data", "genes");

/** A network to find. */
export interface GeneNetwork {
  readonly name: string;
  readonly truth: Graph;
  readonly expression: Expression;
}

/** Whether a set is there; if not, says so. */
export const hasGenes = (set: string): boolean => {
  const found = existsSync(join(folder, set));
  if (!found)
    console.log(`Left out: ${join(folder, set)} is not there. SCOREFIELD_DATA names the folder of test data.`);
  return found;
};

const linesOf = (path: string): string[] => {
  const bytes = readFileSync(join(folder, path));
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes)
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
};

const matrix = (rows: readonly (readonly number[])[]): NdArray =>
  ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]);

const columnsOf = (path: string) => {
  const [head = "", ...lines] = linesOf(path);
  return {
    names: head.split("\t").map((word) => word.replaceAll('"', "")),
    rows: lines.map((line) => line.split("\t").map(Number)),
  };
};

/**
 * Network `number`, 1 to 4, of DREAM4's networks of 10 or 100 genes. `steady` are the multifactorial perturbations, for 10 genes: those
 * of 100 genes are of other networks, whose truths are not there (their medians are uncorrelated with the wild types).
 */
export const dream4 = (size: 10 | 100, number: number): GeneNetwork => {
  const base = `dream4-size${size}/insilico_size${size}_${number}_`;
  const { names, rows: knockouts } = columnsOf(`${base}knockouts.tsv`);
  const genes = names.map((_, i) => i);
  const table = columnsOf(`${base}timeseries.tsv`);
  const time = table.names.findIndex((word) => word.toLowerCase() === "time");
  const series: TimeSeries[] = [];
  let part: number[][] = [];
  const close = (): void => {
    if (part.length > 0)
      series.push({ times: part.map((row) => row[time]!), values: matrix(part.map((row) => row.slice(time + 1))) });
    part = [];
  };
  for (const row of table.rows) {
    if (part.length > 0 && row[time]! <= part.at(-1)![time]!) close();
    part.push(row);
  }
  close();
  const edges = linesOf(`dream4-size${size}/goldstandard_${number}.csv`)
    .slice(1)
    .map((line) => line.split(","))
    .map(([from, to]) => ({ from: from!, to: to! }));
  return {
    name: `DREAM4 size ${size}, network ${number}`,
    truth: makeGraph({ names, edges }),
    expression: {
      names,
      wildType: matrix(columnsOf(`${base}wildtype.tsv`).rows),
      knockouts: { values: matrix(knockouts), genes },
      knockdowns: { values: matrix(columnsOf(`${base}knockdowns.tsv`).rows), genes },
      ...(size === 10 && { steady: matrix(columnsOf(`${base}multifactorial.tsv`).rows) }),
      series,
    },
  };
};

/** Cells of a table of genes by cells: its first column holds names. */
const cellsOf = (path: string) => {
  const [head = "", ...lines] = linesOf(path);
  const rows = lines.map((line) => line.split(","));
  const values = Array.from({ length: head.split(",").length - 1 }, (_, cell) =>
    rows.map((row) => Number(row[cell + 1])),
  );
  return { names: rows.map(([name]) => name!), cells: head.split(",").slice(1), values };
};

/** SERGIO's dataset DS8 without technical noise: 100 genes in 900 cells (Dibaeinia & Sinha 2020). Genes are numbers. */
export const sergio = (): GeneNetwork => {
  const { names, values } = cellsOf("sergio-DS8/simulated_noNoise_S_0.csv.gz");
  const edges = linesOf("sergio-DS8/gt_GRN.csv")
    .map((line) => line.trim().split(","))
    .map(([from, to]) => ({ from: from!, to: to! }))
    .filter(({ from, to }) => from !== to);
  return {
    name: "SERGIO DS8",
    truth: makeGraph({ names, edges }),
    expression: { names, steady: matrix(values) },
  };
};

/** BEELINE's curated model of gonadal sex determination: 19 genes in 2,000 cells with pseudotimes (Pratapa et al. 2020). */
export const beeline = (): GeneNetwork & { readonly series: readonly TimeSeries[] } => {
  const { names, cells, values } = cellsOf("beeline-gsd/ExpressionData.csv.gz");
  const edges = linesOf("beeline-gsd/GroundTruthNetwork.csv")
    .slice(1)
    .map((line) => line.trim().split(","))
    .map(([from, to]) => ({ from: from!, to: to! }))
    .filter(({ from, to }) => from !== to);
  const times = new Map(
    linesOf("beeline-gsd/PseudoTime.csv")
      .slice(1)
      .map((line) => line.split(","))
      .map(([cell, ...each]) => [cell!, each.map(Number)] as const),
  );
  // Means of 25 cells along each branch, so that differences are of expression more than of noise.
  const series = [0, 1].map((branch) => {
    const along = cells
      .map((cell, index) => ({ index, time: times.get(cell)?.[branch] ?? Number.NaN }))
      .filter(({ time }) => Number.isFinite(time))
      .sort((a, b) => a.time - b.time);
    const means: { readonly time: number; readonly row: number[] }[] = [];
    for (let from = 0; from + 25 <= along.length; from += 25) {
      const part = along.slice(from, from + 25);
      means.push({
        time: part.reduce((sum, { time }) => sum + time, 0) / 25,
        row: names.map((_, gene) => part.reduce((sum, { index }) => sum + values[index]![gene]!, 0) / 25),
      });
    }
    const rising = means.filter(({ time }, k) => k === 0 || time > means[k - 1]!.time);
    return { times: rising.map(({ time }) => time), values: matrix(rising.map(({ row }) => row)) };
  });
  return {
    name: "BEELINE GSD",
    truth: makeGraph({ names, edges }),
    expression: { names, steady: matrix(values) },
    series,
  };
};
