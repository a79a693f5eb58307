/**
 * Pictures of docs/tables.md, for a run on the people of docs/make/people.ts: `npm run bench docs/make/tables.ts RUN`, half a
 * minute. Writes docs/images/table-rows.svg, ages and incomes of new rows beside those of real ones, and
 * docs/images/table-columns.svg, columns as the report of `evaluate` draws them.
 */
import { columnOf, sampleTable } from "@scorefield/domain/table";
import { type FloatType, type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { loadRun } from "scorefield";
import { levelBars } from "../../packages/scorefield/src/figure/level-bars.ts";
import { Plot, page, palette } from "../../packages/scorefield/src/figure/plot.ts";
import { darkRules } from "../../packages/scorefield/src/figure/theme.ts";
import { twoHistograms } from "../../packages/scorefield/src/figure/two-histograms.ts";
import { ownData } from "../../packages/scorefield/src/run/own-data.ts";
import { writeImage } from "./page-section.ts";

const [path] = process.argv.slice(2).filter((word) => word !== "--");
if (!path) throw new Error("expected a run on the people of docs/make/people.ts: docs/make/tables.ts RUN");
setDefaultRuntime(native());
const run = await loadRun(path);
const { training } = (await ownData(run))!;
const count = training.count;
const real = await training.read(Array.from({ length: count }, (_, i) => i));
const { rows } = await sampleTable(run, { count, seed: 1 });

const column = (set: NdArray<FloatType>, name: string): number[] =>
  Array.from(columnOf(set, run.made.columns!.indexOf(name)));
const levels = (name: string) => run.made.table!.find((own) => own.name === name)!.levels!;

const incomes = (set: NdArray<FloatType>) => {
  const income = column(set, "income");
  return column(set, "age")
    .map((age, i) => ({ age, income: income[i]! / 1000 }))
    .filter(({ income }) => income > 0);
};
const frame = { width: 330, height: 270, marginLeft: 44, marginBottom: 36 } as const;
const panel = (set: NdArray<FloatType>, fill: string): Plot.PlotOptions => ({
  ...frame,
  x: { label: "age", domain: [17, 68] },
  y: { label: "income, thousands", domain: [0, 140], grid: true },
  marks: [Plot.dot(incomes(set), { x: "age", y: "income", r: 1.4, fill, fillOpacity: 0.5, clip: true })],
});
writeImage(
  "table-rows.svg",
  page({
    width: 720,
    height: 310,
    description: "Ages and incomes of real rows, and of as many new rows",
    panels: [
      { left: 10, top: 34, options: panel(real, palette.data) },
      { left: 370, top: 34, options: panel(rows, palette.sample) },
    ],
    labels: [
      { x: 54, y: 22, text: `${count.toLocaleString("en-US")} rows of the spreadsheet`, size: 13, weight: 600 },
      { x: 414, y: 22, text: `${count.toLocaleString("en-US")} new rows`, size: 13, weight: 600 },
    ],
  }),
);

const there = (set: NdArray<FloatType>, name: string): number[] =>
  column(set, name).filter((value) => !Number.isNaN(value));
const both = (name: string) => ({ samples: there(rows, name), real: there(real, name) });
const share = (values: readonly number[], code: number): number =>
  values.filter((value) => value === code).length / values.length;
const cities = levels("city")
  .map((name, code) => ({
    name,
    samples: share(column(rows, "city"), code),
    real: share(column(real, "city"), code),
  }))
  .sort((a, b) => b.real - a.real);
const colours: Readonly<Record<string, string>> = {
  sample: palette.sample,
  data: palette.data,
  muted: palette.muted,
  "strong-rule": palette.rule,
};
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
const parts = [
  twoHistograms("income", both("income"), { width: 240 }),
  twoHistograms("hired", both("hired"), { width: 240, format: day }),
  levelBars("city", cities),
].map((svg) => svg.replaceAll(/var\(--([\w-]+)\)/g, (_, name: string) => colours[name] ?? palette.ink));
const all = parts.map((svg, i) => `<svg x="${10 + 250 * i}" y="10"${svg.slice("<svg".length)}`).join("");
const head = `<svg xmlns="http://www.w3.org/2000/svg" width="830" height="180" viewBox="0 0 830 180" class="figure" role="img" aria-label="Three columns: samples filled, real rows as outlines" font-family="sans-serif">`;
const ground = `<rect width="830" height="180" fill="${palette.ground}"/>`;
writeImage("table-columns.svg", `${head}<style>${darkRules(` ${ground}${all}`)}</style>${ground}${all}</svg>`);
