import { ArgumentError, uniform } from "@scorefield/core";
import { checkCount, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type DiscoverProgress, turn } from "../order/peel.ts";
import { byName } from "../order/standard-columns.ts";
import { type CheckedExpression, checkExpression, type Expression, type RegulatorRanking } from "./expression.ts";
import { extraTreeImportances } from "./extra-trees.ts";

/** Options of {@link treeRanking}. */
export interface TreeRankingOptions {
  /** Trees for each target. Default 500. */
  readonly trees?: number;
  /** Genes that may regulate others, by name. Default all. */
  readonly regulators?: readonly string[] | undefined;
  /** Regulators that a node of a tree looks at. Default the square root of their number. */
  readonly regulatorsPerSplit?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DiscoverProgress) => void) | undefined;
}

/** The names of {@link TreeRankingOptions}. */
export const treeRankingOptions = {
  trees: true,
  regulators: true,
  regulatorsPerSplit: true,
  seed: true,
  signal: true,
  onProgress: true,
} satisfies Known<TreeRankingOptions>;

/** Draws one after the other, made in blocks. */
const drawer = (seed: number, stream: number): (() => number) => {
  const size = 8192;
  let [block, at] = [0, size];
  let numbers: Float32Array = new Float32Array(0);
  return () => {
    if (at === size) {
      numbers = uniform([size], { seed, step: stream, firstSample: size * block++, purpose: "resampling" }).data;
      at = 0;
    }
    return numbers[at++]!;
  };
};

/**
 * The rate at which a gene's product decays, in one over the unit of times: that of an exponential from its greatest to its least
 * value, over the time between them (Huynh-Thu & Geurts 2018, section "Decay rates").
 */
const decayOf = (series: CheckedExpression["series"], gene: number, d: number): number => {
  let [most, least] = [-Infinity, Infinity];
  let rate = 0;
  for (const { data, n } of series)
    for (let i = 0; i < n; i++) {
      most = Math.max(most, data[i * d + gene]!);
      least = Math.min(least, data[i * d + gene]!);
    }
  const floor = Math.min(0, least);
  for (const { data, n, times } of series) {
    let [high, low] = [0, 0];
    for (let i = 1; i < n; i++) {
      if (data[i * d + gene]! > data[high * d + gene]!) high = i;
      if (data[i * d + gene]! < data[low * d + gene]!) low = i;
    }
    if (high === low) continue;
    const [top, bottom] = [
      data[high * d + gene]! - floor,
      Math.max(data[low * d + gene]! - floor, 1e-3 * (most - floor)),
    ];
    rate = Math.max(rate, Math.log(top / bottom) / Math.abs(times[high]! - times[low]!));
  }
  return rate;
};

/** Inputs and targets of one gene's regression. */
interface GeneTask {
  /** A column for each regulator. */
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
}

const geneTask = (
  { names, wildType, knockouts, knockdowns, steady, series }: CheckedExpression,
  gene: number,
  inputs: readonly number[],
): GeneTask => {
  const d = names.length;
  const rate = series.length > 0 ? decayOf(series, gene, d) : 1;
  const columns = inputs.map((): number[] => []);
  const target: number[] = [];
  const add = (data: Float64Array, row: number, value: number): void => {
    for (const [k, input] of inputs.entries()) columns[k]!.push(data[row * d + input]!);
    target.push(value);
  };
  // In a steady state dx/dt = 0 = f(x) - rate x.
  for (const part of [wildType, steady]) {
    if (!part) continue;
    for (let i = 0; i < part.n; i++) add(part.data, i, rate * part.data[i * d + gene]!);
  }
  // A gene that was set from outside says nothing of its regulators.
  for (const part of [knockouts, knockdowns])
    for (const [i, changed] of part?.genes.entries() ?? [])
      if (changed !== gene) add(part!.data, i, rate * part!.data[i * d + gene]!);
  for (const { data, n, times } of series)
    for (let i = 0; i + 1 < n; i++) {
      const [now, next] = [data[i * d + gene]!, data[(i + 1) * d + gene]!];
      add(data, i, (next - now) / (times[i + 1]! - times[i]!) + rate * now);
    }
  return { columns: columns.map((column) => Float64Array.from(column)), target: Float64Array.from(target) };
};

/**
 * Ranks regulators by how much trees use them to predict each gene: GENIE3 (Huynh-Thu et al. 2010) for steady states, and
 * dynGENIE3 (Huynh-Thu & Geurts 2018) for time series and for both together. A time series is learnt as dx/dt + rate x = f(x), with
 * the rate of decay taken from the series. Trees are extremely randomised (Geurts, Ernst & Wehenkel 2006).
 *
 *     const { confidence } = await treeRanking({ names, steady });
 *
 * The same for any units of genes, and for any order of them.
 * @throws ArgumentError | ShapeError for expression or options that do not fit; the signal's reason when aborted
 */
export const treeRanking = async (
  expression: Expression,
  options: TreeRankingOptions = {},
): Promise<RegulatorRanking> => {
  const owner = "treeRanking";
  const data = checkExpression(owner, expression);
  checkOptions(owner, options, treeRankingOptions);
  const { trees = 500, regulators, seed = 0, signal, onProgress } = options;
  checkWhole(`${owner} trees`, trees);
  checkCount(`${owner} seed`, seed);
  const { names } = data;
  const d = names.length;
  const unknown = regulators?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ArgumentError(`${owner} regulators: expected names of genes, found ${unknown}`);
  const sorted = byName(names);
  const allowed = new Set(regulators ?? names);
  const confidence = new Float64Array(d * d);
  for (const [stream, gene] of sorted.entries()) {
    await turn();
    signal?.throwIfAborted();
    const inputs = sorted.filter((other) => other !== gene && allowed.has(names[other]!));
    if (inputs.length > 0) {
      const { columns, target } = geneTask(data, gene, inputs);
      if (target.length < 3)
        throw new ArgumentError(
          `${owner}: expected at least 3 rows that tell of ${names[gene]}, found ${target.length}`,
        );
      const importances = extraTreeImportances(columns, target, {
        trees,
        columnsPerSplit: options.regulatorsPerSplit ?? Math.max(1, Math.round(Math.sqrt(inputs.length))),
        smallestSplit: 2,
        draw: drawer(seed, stream),
      });
      for (const [k, input] of inputs.entries()) confidence[input * d + gene] = importances[k]!;
    }
    onProgress?.({ done: stream + 1, total: d });
  }
  return { names, confidence };
};
