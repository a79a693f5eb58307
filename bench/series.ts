/**
 * Series in time: imputation, forecasts, markets and heartbeats, beside simple rivals, for docs/series.md.
 *
 *     npm run bench bench/series.ts -- [pm25] [finance] [ecg] [ett] [stocks] [beats] [--runs FOLDER] [--steps N]
 *
 * Each part trains its run once, into a folder (`--runs`, default runs), and prints the rows of its table.
 */
import { parseArgs } from "node:util";
import { airPart } from "./series-air.ts";
import { beatsPart } from "./series-beats.ts";
import { heartPart } from "./series-heart.ts";
import { marketPart } from "./series-market.ts";
import { stocksPart } from "./series-stocks.ts";
import { transformerPart } from "./series-transformer.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "runs" }, steps: { type: "string" } },
});

const parts = {
  pm25: airPart,
  finance: marketPart,
  ecg: heartPart,
  ett: transformerPart,
  stocks: stocksPart,
  beats: beatsPart,
};
for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
  const part = parts[name as keyof typeof parts];
  if (!part) throw new Error(`expected parts among ${Object.keys(parts).join(", ")}, found ${name}`);
  await part({ runs: values.runs, ...(values.steps && { steps: Number(values.steps) }) });
}
