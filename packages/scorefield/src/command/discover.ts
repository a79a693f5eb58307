/** `scorefield discover`: a network of causes from the rows of a table. */
import { basename, extname } from "node:path";
import { type InterventionPrediction, type Observations, predictIntervention, withLags } from "@scorefield/discover";
import type { Command } from "commander";
import {
  type Finding,
  findNetwork,
  type MethodName,
  methodNames,
  methods,
  type ScoreName,
  scoreNames,
} from "../discover/find-network.ts";
import { networkEndings, networkText } from "../discover/network-files.ts";
import { networkPage } from "../discover/network-page.ts";
import { readKnowledge } from "../discover/read-knowledge.ts";
import { readVariables, type Variables } from "../discover/read-variables.ts";
import { compareWithTruth, readTruth, type TruthComparison } from "../discover/truth.ts";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { table as htmlTable, paragraph } from "../report/page.ts";
import { textTable } from "../report/text-table.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { gather, list, number, positive, share, whole, withProvider } from "./options.ts";
import { type Output, output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { progress } from "./progress.ts";
import { type InputFormat, inputFormatOption, withInput } from "./standard-input.ts";
import { standardStream, writeOutput } from "./standard-output.ts";
import { oneOf, withExamples } from "./usage.ts";

interface DiscoverFlags {
  readonly dataFormat?: InputFormat;
  readonly method?: MethodName;
  readonly score?: ScoreName;
  readonly penalty?: number;
  readonly interventions?: string;
  readonly knowledge?: string;
  readonly lags?: number;
  readonly columns?: readonly string[];
  readonly exclude?: readonly string[];
  readonly kinds?: readonly string[];
  readonly delimiter?: string;
  readonly sheet?: string;
  readonly missing?: "error" | "drop";
  readonly log?: boolean;
  readonly bootstrap?: number;
  readonly level?: number;
  readonly edges?: number;
  readonly minutes?: number;
  readonly do?: string;
  readonly truth?: string;
  readonly seed: number;
  readonly out: readonly string[];
  readonly json?: boolean;
}

/** Variables up to which the best graph of all is looked for where no method is named. */
const fewVariables = 10;

/** Edges that are printed. */
const mostPrinted = 30;

/** Sets of rows that are drawn again where their number is not given. */
const usualResamples = 100;

/** Values of variables out of text such as `A=0,B=1.5`. @throws UsageError for other text */
const settingsOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    list(text).map((part) => {
      const at = part.lastIndexOf("=");
      const value = at > 0 ? number(part.slice(at + 1)) : Number.NaN;
      if (!Number.isFinite(value))
        throw new UsageError(`--do ${text}: expected names with values, such as A=0 or A=0,B=1.5, found ${part}`);
      return [part.slice(0, at).trim(), value];
    }),
  );

/** Logarithms of all numbers; of a column with zeros, of one more. @throws UsageError for negative numbers */
const withLogarithms = (observations: Observations): Observations => {
  const { names, values, categories } = observations;
  const d = names.length;
  const least = names.map((_, j) => {
    let low = Number.POSITIVE_INFINITY;
    for (let at = j; at < values.length; at += d) low = Math.min(low, values[at]!);
    return low;
  });
  const negative = names.findIndex((_, j) => !categories?.[j] && least[j]! < 0);
  if (negative >= 0)
    throw new UsageError(`--log: expected numbers of 0 or more, found ${least[negative]} in ${names[negative]}`);
  return {
    ...observations,
    values: values.map((value, at) =>
      categories?.[at % d] ? value : least[at % d]! > 0 ? Math.log(value) : Math.log1p(value),
    ),
  };
};

/** Places for results. @throws UsageError before any work */
const checkPlaces = (out: readonly string[], json: boolean): void => {
  for (const place of out) {
    if (place === standardStream) {
      if (json)
        throw new UsageError("--out - and --json: expected one thing on standard output; leave one of them out");
      continue;
    }
    checkOutputFile("--out", place, [...networkEndings]);
  }
  const twice = out.find((place, i) => out.indexOf(place) < i);
  if (twice !== undefined) throw new UsageError(`--out ${twice}: expected each file once, found it twice`);
};

/** What edges and their confidence mean, for people. */
const meaningOf = (method: MethodName, resamples: number, { network }: Finding): string[] => {
  if (method === "trees")
    return [
      "Edges go from a regulator to what it helps to predict. Confidence is relative to the strongest edge. It is no probability, and an edge may be indirect.",
    ];
  const open = network.edges.some(({ directed }) => !directed)
    ? [
        "An edge without an arrow is one that the data leave open: graphs of either direction explain them equally well.",
      ]
    : [];
  const sure =
    method === "posterior"
      ? ["Confidence is the probability of the edge, given the data and that all causes were measured."]
      : resamples > 0
        ? [
            `Confidence is the share of ${resamples} searches, each in rows drawn again, that found the edge with its direction.`,
          ]
        : [];
  return [...open, ...sure, "An arrow says what causes what only where no common cause is missing from the table."];
};

const predictionRows = (predictions: readonly InterventionPrediction[], means: readonly number[]): string[][] => {
  const text = (value: number): string => `${Number(value.toPrecision(4))}`;
  const range = ([low, high]: readonly [number, number]): string => `${text(low)} to ${text(high)}`;
  return predictions.map(({ name, mean, interval, rows }, i) => [
    name,
    text(means[i]!),
    text(mean),
    range(interval),
    range(rows),
  ]);
};

const predictionHead = ["variable", "mean in the data", "predicted mean", "90 % interval", "90 % of new rows"];

const meansOf = ({ names, values }: Observations): number[] => {
  const sums = new Float64Array(names.length);
  for (const [at, value] of values.entries()) sums[at % names.length]! += value;
  return Array.from(sums, (sum) => (sum * names.length) / values.length);
};

/** Predictions of an intervention. @throws UsageError where the method gives no causes */
const predictionsOf = async (
  finding: Finding,
  observations: Observations,
  flags: DiscoverFlags & { readonly method: MethodName },
  signal: AbortSignal,
): Promise<readonly InterventionPrediction[] | undefined> => {
  if (flags.do === undefined) return undefined;
  return predictIntervention(finding.graph, observations, { set: settingsOf(flags.do), seed: flags.seed, signal });
};

const comparisonText = ({
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

const printEdges = ({ network: { edges } }: Finding, out: Output): void => {
  if (edges.length === 0) {
    out.text("no edges: nothing in these rows needs one; more rows or a lower --penalty may find some");
    return;
  }
  const sure = edges.some(({ confidence }) => confidence !== undefined);
  out.text(
    textTable([
      ["edge", ...(sure ? ["confidence"] : []), "correlation"],
      ...edges
        .slice(0, mostPrinted)
        .map(({ from, to, directed, confidence, correlation }) => [
          `${from} ${directed ? "->" : "--"} ${to}`,
          ...(sure ? [(confidence ?? 0).toFixed(2)] : []),
          correlation.toFixed(2),
        ]),
    ]),
  );
  if (edges.length > mostPrinted)
    out.text(`${grouped(edges.length - mostPrinted)} more edges; --out network.csv writes all`);
};

/** Finds while the user watches. @throws Interrupted when the signal was aborted */
const findWatched = async (
  observations: Observations,
  options: Parameters<typeof findNetwork>[1],
): Promise<Finding> => {
  let line: ReturnType<typeof progress> | undefined;
  let shown = "";
  let most = 1;
  try {
    return await findNetwork(observations, {
      ...options,
      onProgress: (part, done, total) => {
        if (part !== shown) {
          line?.end();
          most = total;
          line = progress(part, total, { percent: true });
          shown = part;
        }
        // How many steps a search takes is not known before.
        line!.update(Math.min(done, most));
      },
    });
  } catch (error) {
    if (options.signal?.aborted) throw new Interrupted("stopped; nothing was written");
    throw error;
  } finally {
    line?.end();
  }
};

/** Variables as the search sees them: with logarithms, and with their past. */
const preparedOf = async (flags: DiscoverFlags, { observations }: Variables) => {
  const taken = flags.log ? withLogarithms(observations) : observations;
  const knowledge = flags.knowledge === undefined ? undefined : await readKnowledge(flags.knowledge);
  if (flags.lags === undefined) return { observations: taken, knowledge };
  const lagged = withLags(taken, { lags: flags.lags });
  return {
    observations: lagged.observations,
    knowledge: {
      ...lagged.knowledge,
      required: knowledge?.required ?? [],
      forbidden: [...(lagged.knowledge.forbidden ?? []), ...(knowledge?.forbidden ?? [])],
    },
  };
};

const checkFlags = (flags: DiscoverFlags): void => {
  checkPlaces(flags.out, flags.json ?? false);
  if (flags.do !== undefined) settingsOf(flags.do);
  if (flags.lags !== undefined && flags.method !== undefined && !methods[flags.method].searches)
    throw new UsageError(
      `--lags: expected a method that searches (${methodNames.filter((name) => methods[name].searches).join(", ")}), found ${flags.method}`,
    );
  if (flags.method === "ges" && flags.score === "additive")
    throw new UsageError(
      "--score additive: expected exact, hill-climbing or posterior, found ges, which walks over classes of linear graphs",
    );
  if (flags.method === "trees" && flags.do !== undefined)
    throw new UsageError("--do: expected a method that finds causes, found trees, which ranks regulators");
  if (flags.method === "trees" && flags.knowledge !== undefined)
    throw new UsageError("--knowledge: expected a method that can keep it, found trees");
};

const discoverFile = async (
  { file, title }: { readonly file: string; readonly title: string },
  flags: DiscoverFlags,
  signal: AbortSignal,
): Promise<void> => {
  const out = output(flags, flags.out.includes(standardStream));
  const { columns, exclude, kinds, delimiter, sheet, interventions, missing, seed, penalty, level, minutes, edges } =
    flags;
  const settings = {
    path: file,
    ...(columns && { columns }),
    ...(exclude && { exclude }),
    ...(kinds && { kinds }),
    ...(delimiter !== undefined && { delimiter }),
    ...(sheet !== undefined && { sheet }),
  };
  const variables = await readVariables({ settings, interventions, missing, signal });
  for (const remark of variables.remarks) out.remark(remark);
  const { observations, knowledge } = await preparedOf(flags, variables);
  const { names, values, categories } = observations;
  const rows = values.length / names.length;
  const truth = flags.truth === undefined ? undefined : await readTruth(flags.truth, names, signal);
  const usual = flags.score === "additive" ? "hill-climbing" : "ges";
  const method = flags.method ?? (names.length <= fewVariables ? "exact" : usual);
  const allCategories = categories?.every((levels) => levels > 0) ?? false;
  const score = flags.score ?? (allCategories ? "bdeu" : "bic");
  const resamples = flags.bootstrap ?? (names.length <= methods[method].resampled ? usualResamples : 0);
  const begun = performance.now();
  const finding = await findWatched(observations, {
    method,
    score,
    penalty,
    knowledge,
    resamples,
    level,
    edges,
    minutes,
    seed,
    signal,
  });
  const seconds = (performance.now() - begun) / 1000;
  const predictions = await predictionsOf(finding, observations, { ...flags, method }, signal);
  const comparison = truth && compareWithTruth(finding.network, finding.graph, truth);
  const { network } = finding;
  const by = methods[method].searches ? `${method} with ${score}` : method;
  const set =
    variables.intervened > 0 ? `, ${grouped(variables.intervened)} of them with variables set from outside` : "";
  out.text(
    `${title}: ${grouped(network.edges.length)} edges among ${grouped(names.length)} variables from ${grouped(rows)} rows${set}, by ${by} in ${seconds.toFixed(1)} s`,
  );
  printEdges(finding, out);
  if (finding.order) out.text(`an order of the variables, causes first: ${finding.order.join(", ")}`);
  if (predictions) {
    out.text(`if ${flags.do} were set from outside${flags.log ? " (in logarithms)" : ""}`);
    out.text(textTable([predictionHead, ...predictionRows(predictions, meansOf(observations))]));
  }
  if (comparison) out.text(comparisonText(comparison));
  const meaning = meaningOf(method, resamples, finding);
  const about: (readonly [string, string])[] = [
    ["data", title],
    ["rows", `${grouped(rows)}${set}`],
    ["method", `${method}: ${methods[method].summary}`],
    ...(methods[method].searches ? [["score", score] as const] : []),
    ...(flags.log ? [["transformed", "logarithms"] as const] : []),
    ...(flags.knowledge !== undefined ? [["knowledge", basename(flags.knowledge)] as const] : []),
    ["time", `${seconds.toFixed(1)} s`],
  ];
  for (const place of flags.out) {
    const html = extname(place).toLowerCase() === ".html";
    const more = predictions
      ? [
          {
            title: `If ${flags.do} were set from outside`,
            parts: [
              htmlTable(predictionHead, predictionRows(predictions, meansOf(observations))),
              paragraph(
                "By a linear model of the graph. Where directions are open, from the least to the greatest over its directed graphs.",
              ),
            ],
          },
        ]
      : [];
    await writeOutput(
      place,
      html
        ? await networkPage(network, observations, { title: basename(title), about, meaning, more })
        : networkText(place, network),
    );
    if (place !== standardStream) out.text(`${place}: the network${html ? ", to open in a browser" : ""}`);
  }
  for (const sentence of meaning) out.remark(sentence);
  out.result({
    files: flags.out,
    variables: names,
    rows,
    intervened: variables.intervened,
    method,
    score: finding.score,
    scoreKind: methods[method].searches ? score : undefined,
    resamples,
    edges: network.edges,
    order: finding.order,
    predictions,
    truth: comparison,
    seed,
    seconds,
  });
};

const action = (source: string, flags: DiscoverFlags): Promise<void> =>
  interruptible(async (signal) => {
    checkFlags(flags);
    await withInput({ data: source, dataFormat: flags.dataFormat }, signal, (file, title) =>
      discoverFile({ file: file ?? source, title: title ?? basename(source) }, flags, signal),
    );
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addDiscover = (program: Command): void => {
  const command = program
    .command("discover")
    .summary("find what causes what among the columns of a table")
    .description(
      "Finds a network of causes among the columns of a table, such as genes and their expression. Rows are measurements of all variables: cells, patients, machines. Methods that search look for the graph that explains the rows best while paying for each edge. Methods by order (score, nogam, diffan) take nonlinear effects with additive noise. No method can see a common cause that was not measured.",
    )
    .argument("<source>", "a table (.csv .tsv .xlsx .sqlite .jsonl .parquet .npy .npz), or - for one on standard input")
    .addOption(inputFormatOption())
    .addOption(
      oneOf(
        "--method <name>",
        `how (default: exact for up to ${fewVariables} variables, else ges); see below`,
        methodNames,
      ),
    )
    .addOption(
      oneOf(
        "--score <name>",
        "of methods that search: bic and bge for numbers with linear effects, additive for curved ones (not with ges), bdeu for categories, which cuts numbers into three levels (default: bic, or bdeu where all columns are categories)",
        scoreNames,
      ),
    )
    .option("--penalty <n>", "of bic and additive: the price of an edge; 2 gives fewer edges (default: 1)", positive)
    .option(
      "--interventions <column>",
      "a column that names, for each row, the variable that was set from outside, such as a gene that was knocked out; several with + between; empty for none",
    )
    .option(
      "--knowledge <file>",
      'a .json file: { "required": [["a", "b"]], "forbidden": [["b", "c"]], "tiers": [["a"], ["b", "c"]] }',
    )
    .option("--lags <n>", "rows are times, in order, at equal steps: causes lie up to so many rows back", whole(1))
    .option("--columns <names>", "columns to take, between commas (default: all)", list)
    .option("--exclude <names>", "columns to leave out, between commas", list)
    .option(
      "--kinds <kinds>",
      "kinds of columns, between commas, such as dose=ordered,batch=category (default: found)",
      list,
    )
    .option("--delimiter <character>", "between the cells of a text file (default: found)")
    .option("--sheet <name>", "the sheet of an Excel file, or its number (default: the first)")
    .addOption(
      oneOf("--missing <what>", "rows that lack a cell: error stops, drop leaves them out (default: error)", [
        "error",
        "drop",
      ]),
    )
    .option("--log", "take logarithms of all numbers, as is usual for expression; of one more where a column has zeros")
    .option(
      "--bootstrap <n>",
      `search again in so many sets of rows drawn again, for the confidence of edges; 0 for none (default: ${usualResamples} for few variables)`,
      whole(0),
    )
    .option("--level <p>", "of score, nogam and diffan: the largest p-value of an edge (default: 0.001)", share)
    .option("--edges <n>", "of trees: how many edges to keep (default: two for each variable)", whole(1))
    .option("--minutes <n>", "of diffan: time after which no further network is trained", positive)
    .option("--do <settings>", "predict all variables if some were set from outside, such as raf=0,pka=12")
    .option("--truth <file>", "a .csv file of true edges (cause, effect) to compare with")
    .option("--seed <n>", "seed of every draw", whole(0), 0)
    .option(
      "-o, --out <file>",
      `a file for the network: ${networkEndings.join(", ")}; repeatable; - for CSV on standard output`,
      gather,
      [],
    )
    .option("--json", "print the result as JSON")
    .action(action);
  withProvider(command);
  withExamples(
    command,
    [
      "scorefield discover expression.csv --log --out network.html",
      "scorefield discover screen.csv --interventions target --out network.graphml --out network.html",
      "scorefield discover expression.csv --method score --knowledge known.json --out edges.csv",
      "scorefield discover expression.csv --do raf=0",
      "scorefield discover sensors.csv --lags 2 --out network.dot",
    ],
    `Methods:\n${methodNames.map((name) => `  ${name.padEnd(14)} ${methods[name].summary}`).join("\n")}`,
  );
};
