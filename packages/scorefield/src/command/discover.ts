/** `scorefield discover`: a network of causes from the rows of a table. */
import { basename, extname } from "node:path";
import { type Observations, predictIntervention, withLags } from "@scorefield/discover";
import type { Command } from "commander";
import {
  comparisonText,
  meaningOf,
  meansOf,
  predictionHead,
  predictionRows,
  shownName,
} from "../discover/discover-text.ts";
import {
  type Finding,
  findNetwork,
  isPriced,
  methodNames,
  methods,
  mostForRestarts,
  scoreNames,
} from "../discover/find-network.ts";
import { withLogarithms } from "../discover/logarithms.ts";
import { networkEndings, networkText } from "../discover/network-files.ts";
import { networkPage } from "../discover/network-page.ts";
import { readKnowledge } from "../discover/read-knowledge.ts";
import { readVariables, type Variables } from "../discover/read-variables.ts";
import { compareWithTruth, readTruth } from "../discover/truth.ts";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { table as htmlTable, paragraph } from "../report/page.ts";
import { textTable } from "../report/text-table.ts";
import { checkApplies, checkFlags, type DiscoverFlags, fewestRows, setOf } from "./discover-flags.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { gather, list, positive, share, whole } from "./options.ts";
import { type Output, output } from "./output.ts";
import { progress } from "./progress.ts";
import { withProvider } from "./provider-option.ts";
import { inputFormatOption, withInput } from "./standard-input.ts";
import { standardStream, writeOutput } from "./standard-output.ts";
import { oneOf, withExamples } from "./usage.ts";

/** Variables up to which the best graph of all is looked for where no method is named. */
const fewVariables = 10;

/** Edges that are printed. */
const mostPrinted = 30;

/** Sets of rows that are drawn again where their number is not given. */
const usualResamples = 100;

const printEdges = ({ network: { edges } }: Finding, lower: string, out: Output): void => {
  if (edges.length === 0) {
    out.text(`no edges: nothing in these rows needs one; more rows${lower} may find some`);
    return;
  }
  const sure = edges.some(({ confidence }) => confidence !== undefined);
  out.text(
    textTable([
      ["edge", ...(sure ? ["confidence"] : []), "correlation"],
      ...edges
        .slice(0, mostPrinted)
        .map(({ from, to, directed, confidence, correlation }) => [
          `${shownName(from)} ${directed ? "->" : "--"} ${shownName(to)}`,
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
const preparedOf = async (flags: DiscoverFlags, { observations: given }: Variables) => {
  const logarithms = flags.log ? withLogarithms(given) : undefined;
  const taken = logarithms?.observations ?? given;
  const knowledge = flags.knowledge === undefined ? undefined : await readKnowledge(flags.knowledge);
  const rows = taken.values.length / taken.names.length;
  const lags = flags.lags ?? 0;
  if (lags > 0 && rows < lags + fewestRows)
    throw new UsageError(`--lags ${lags}: expected at least ${lags + fewestRows} rows, found ${rows}; take fewer lags`);
  if (lags > 0 && knowledge?.tiers?.length)
    throw new UsageError(
      "--knowledge: expected required and forbidden edges for --lags, which has tiers of its own, found tiers",
    );
  const lagged = lags > 0 ? withLags(taken, { lags }) : undefined;
  const observations = lagged?.observations ?? taken;
  const inLogarithms = (name: string, value: number): number =>
    logarithms ? logarithms.of(name.replace(/\[t-\d+\]$/, ""), value) : value;
  const set = setOf(flags, observations);
  return {
    observations,
    set: set && Object.fromEntries(Object.entries(set).map(([name, value]) => [name, inLogarithms(name, value)])),
    knowledge: lagged
      ? {
          ...lagged.knowledge,
          required: knowledge?.required ?? [],
          forbidden: [...(lagged.knowledge.forbidden ?? []), ...(knowledge?.forbidden ?? [])],
        }
      : knowledge,
  };
};

const discoverFile = async (
  { file, title }: { readonly file: string; readonly title: string },
  flags: DiscoverFlags,
  signal: AbortSignal,
): Promise<void> => {
  const places = flags.out ?? [];
  const out = output(flags, places.includes(standardStream));
  const { columns, exclude, kinds, delimiter, sheet, interventions, missing, seed, penalty, level, minutes, edges } =
    flags;
  const settings = {
    path: file,
    ...(columns && { columns }),
    ...(exclude && { exclude }),
    ...(kinds && { kinds }),
    ...(delimiter !== undefined && { delimiter }),
    ...(sheet !== undefined && { sheet }),
    ...(flags.missingWords && { missingWords: flags.missingWords }),
  };
  const variables = await readVariables({ settings, interventions, missing, signal });
  for (const remark of variables.remarks) out.remark(remark);
  const { observations, knowledge, set } = await preparedOf(flags, variables);
  const { names, values, categories } = observations;
  const rows = values.length / names.length;
  const truth = flags.truth === undefined ? undefined : await readTruth(flags.truth, names, signal);
  const usual = flags.score === "additive" || names.length <= mostForRestarts ? "hill-climbing" : "ges";
  const method = flags.method ?? (names.length <= fewVariables ? "exact" : usual);
  const allCategories = categories?.every((levels) => levels > 0) ?? false;
  const score = flags.score ?? (allCategories ? "bdeu" : "ebic");
  checkApplies(flags, method, score);
  if (rows < fewestRows) out.remark(`${rows} rows are few: edges and their directions mean little`);
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
  const predictions = set && (await predictIntervention(finding.graph, observations, { set, seed, signal }));
  const predicted = predictions && predictionRows(predictions, meansOf(observations));
  const comparison = truth && compareWithTruth(finding.network, finding.graph, truth);
  const { network } = finding;
  const by = methods[method].searches ? `${method} with ${score}` : method;
  const intervened =
    variables.intervened > 0 ? `, ${grouped(variables.intervened)} of them with variables set from outside` : "";
  out.text(
    `${title}: ${grouped(network.edges.length)} edges among ${grouped(names.length)} variables from ${grouped(rows)} rows${intervened}, by ${by} in ${seconds.toFixed(1)} s`,
  );
  printEdges(
    finding,
    isPriced(method, score) ? " or a lower --penalty" : methods[method].searches ? "" : " or a larger --level",
    out,
  );
  const same = network.edges.find(({ correlation }) => Math.abs(correlation) > 0.999_999);
  if (same) out.remark(`${same.from} and ${same.to} are the same up to a scale: leave one of them out with --exclude`);
  if (finding.order) out.text(`an order of the variables, causes first: ${finding.order.join(", ")}`);
  if (predicted) {
    out.text(`if ${flags.do} were set from outside${flags.log ? "; the table is in logarithms" : ""}`);
    out.text(textTable([predictionHead, ...predicted]));
  }
  if (comparison) out.text(comparisonText(comparison));
  const meaning = meaningOf(method, score, resamples, finding);
  const about: (readonly [string, string])[] = [
    ["data", title],
    ["rows", `${grouped(rows)}${intervened}`],
    ["method", `${method}: ${methods[method].summary}`],
    ...(methods[method].searches ? [["score", score] as const] : []),
    ...(flags.log ? [["transformed", "logarithms"] as const] : []),
    ...(flags.knowledge !== undefined ? [["knowledge", basename(flags.knowledge)] as const] : []),
    ["time", `${seconds.toFixed(1)} s`],
  ];
  for (const place of places) {
    const html = extname(place).toLowerCase() === ".html";
    const more = predicted
      ? [
          {
            title: `If ${flags.do} were set from outside`,
            parts: [
              htmlTable(predictionHead, predicted),
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
    files: places,
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
    .description(
      "Finds a network of causes among the columns of a table, such as genes and their expression. Rows are measurements of all variables: cells, patients, machines. Methods that search look for the graph that explains the rows best while paying for each edge. Methods by order (score, nogam, diffan) take nonlinear effects with additive noise. No method can see a common cause that was not measured.",
    )
    .argument("<source>", "a table (.csv .tsv .xlsx .sqlite .jsonl .parquet .npy .npz), or - for one on standard input")
    .addOption(inputFormatOption())
    .addOption(
      oneOf(
        "--method <name>",
        `how (default: exact for up to ${fewVariables} variables, hill-climbing for up to ${mostForRestarts} and with --score additive, else ges); see below`,
        methodNames,
      ),
    )
    .addOption(
      oneOf(
        "--score <name>",
        "of methods that search: ebic, bic and bge for numbers with linear effects, additive for curved ones (not with ges), bdeu for categories, which cuts numbers into three levels; ebic is bic with a higher price of an edge the more columns there are (default: ebic, or bdeu where all columns are categories)",
        scoreNames,
      ),
    )
    .option(
      "--penalty <n>",
      "of ebic, bic and additive: the price of an edge; 2 gives fewer edges (default: 1)",
      positive,
    )
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
    .option("--missing-words <words>", "more words for missing cells, between commas, such as unknown,-999", list)
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
