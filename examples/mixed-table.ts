/**
 * A table as people have them: a category, dates, yes or no, and missing cells. A short training, then days of given
 * properties and filled cells, each beside what is true of the distribution that the table was drawn from.
 * `npx tsx examples/mixed-table.ts`, half a minute; writes weather.csv, summer.csv and a run, weather-run.
 */
import { writeFile } from "node:fs/promises";
import { createRun, loadRun, normal, refineRun, trainRun, uniform } from "scorefield";
import { impute, sampleTable, table } from "scorefield/domain/table";

// Days of 2023 in two cities. Rome is 9 degrees warmer than Oslo; it rains more often where it is cold.
const days = 3000;
const z = normal([days], { seed: 1, dtype: "float64" }).data;
const u = uniform([days, 4], { seed: 2, dtype: "float64" }).data;
const rows = Array.from({ length: days }, (_, i) => {
  const city = u[4 * i]! < 0.6 ? "Oslo" : "Rome";
  const day = Math.floor(365 * u[4 * i + 1]!);
  const expected = (city === "Rome" ? 16 : 7) - 10 * Math.cos((2 * Math.PI * (day - 15)) / 365);
  const degrees = expected + 3 * z[i]!;
  const rain = u[4 * i + 2]! < 1 / (1 + Math.exp(degrees / 5 - 1)) ? "yes" : "no";
  return { city, date: new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10), degrees, rain, expected };
});
// A tenth of the thermometers did not work.
const broken = rows.map((_, i) => u[4 * i + 3]! < 0.1);
const cells = rows.map(({ city, date, degrees, rain }, i) => [city, date, broken[i] ? "" : degrees.toFixed(1), rain]);
await writeFile("weather.csv", ["city,date,degrees,rain", ...cells].join("\n"));

const prepared = await createRun(
  { data: "weather.csv", heldOut: 0.1, training: { steps: 1500, learningRate: 5e-3 } },
  { out: "weather-run", overwrite: true },
);
for (const { name, kind, missing } of prepared.data.split.columns!.columns)
  console.log(`${name}: ${kind}, ${(100 * missing).toFixed(1)} % of cells missing`);
for await (const { step, loss } of trainRun(prepared))
  if (step % 500 === 0) console.log(`step ${step}, loss ${loss.toFixed(3)}`);
await refineRun(prepared); // learns the density ratio: which rows samples have too few of
const run = await loadRun("weather-run");

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const where = "city = Rome, date >= 2023-07-01, date < 2023-09-01, degrees != missing";
const summer = (await sampleTable(run, { where, count: 500, seed: 1 })).rows;
await table.write("summer.csv", summer, run.made);
const found = mean(Array.from({ length: 500 }, (_, i) => summer.data[4 * i + 2]!));
const truth = mean(rows.flatMap((d) => (d.city === "Rome" && /-0[78]-/.test(d.date) ? d.expected : [])));
console.log(
  `in summer Rome has ${found.toFixed(1)} degrees on average; the truth is ${truth.toFixed(1)}; wrote summer.csv`,
);

const given = (await table.given("weather.csv", { like: run.made, missing: "keep" })).samples;
const holes = await given.read(Array.from({ length: days }, (_, i) => i));
const filled = await impute(run, holes, { draws: 10, seed: 2 });
const lost = filled.cells().map(({ row, best, low, high }) => ({ ...rows[row]!, best, low: low!, high: high! }));
const rootMeanSquare = (errors: readonly number[]): number => Math.sqrt(mean(errors.map((e) => e * e)));
const error = rootMeanSquare(lost.map(({ degrees, best }) => degrees - best));
const least = rootMeanSquare(lost.map(({ degrees, expected }) => degrees - expected));
console.log(
  `${lost.length} lost temperatures filled: off by ${error.toFixed(1)} degrees; by ${least.toFixed(1)} at best`,
);
if (Math.abs(found - truth) > 1 || error > 1.4 * least)
  throw new Error("the check failed: the samples are not like the data");
console.log("check passed");
