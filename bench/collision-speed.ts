/**
 * Events per second of models of recorded events, by the steps of their sampler, and what few steps cost.
 *
 *     npm run bench bench/collision-speed.ts -- --run RUN --map MAP
 *
 * RUN is any run of recorded events. MAP is a flow map that `scorefield distil` made of a run trained with `--set
 * preconditioning=edm --set objective=denoising --set network.observed=0`. Both are left out where there is none. Two threads;
 * the median of three rounds of `--count` events, from noise to momenta. On a machine that others use, the events per second
 * of processor time say more than those of the clock.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { sample, sampleFlowMap, unipc } from "@scorefield/core";
import { loadFlowMap, loadRun, native, setDefaultRuntime } from "scorefield";
import { markdownTable } from "../docs/make/page-section.ts";
import { cellsOf, meanDistance, peakOf, type Rows, recordedEvents } from "./collision-measures.ts";
import { median } from "./harness.ts";

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    run: { type: "string", default: "runs/collisions/recorded" },
    map: { type: "string", default: "runs/collisions/recorded-map" },
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    count: { type: "string", default: "20000" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
  },
});
const runtime = native({ threads: Number(given.threads) });
setDefaultRuntime(runtime);
const count = Number(given.count);
const { training, heldOut, columns } = await recordedEvents(given.data);
const compared = ["mass", "pt1", "eta1", "pair_dphi"];
const at = (name: string): number => columns.indexOf(name);
const floor = compared.map((name) => meanDistance(training, heldOut, at(name)));
const rows: string[][] = [];

const measure = async (name: string, draw: () => Promise<Rows>): Promise<void> => {
  const seconds: number[] = [];
  const busy: number[] = [];
  let drawn = await draw();
  for (let round = 0; round < Number(given.rounds); round++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    drawn = await draw();
    seconds.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(used);
    busy.push((user + system) / 1e6);
  }
  const { place, width } = peakOf(cellsOf(drawn, at("mass")));
  const ratios = compared.map((column, k) => (meanDistance(drawn, heldOut, at(column)) / floor[k]!).toFixed(2));
  const rate = count / median(seconds);
  const perCore = count / median(busy);
  const rounded = (value: number): string => `${Math.round(value / 100) * 100}`;
  rows.push([name, rounded(rate), rounded(perCore), place.toFixed(2), width.toFixed(2), ...ratios]);
  console.error(rows.at(-1)!.join("  "));
};

const batch = 4096;
if (existsSync(given.run)) {
  const { model, toData } = await loadRun(given.run);
  for (const steps of [32, 16, 8])
    await measure(`unipc, ${steps} steps`, async () =>
      toData(await sample(model, { count, batch, sampler: unipc({ steps }), seed: 1 })),
    );
}
if (existsSync(given.map)) {
  const { map, toData } = await loadFlowMap(given.map);
  for (const steps of [4, 2, 1])
    await measure(`flow map, ${steps} step${steps > 1 ? "s" : ""}`, async () =>
      toData(await sampleFlowMap(map, { count, batch, steps, seed: 1 })),
    );
}
console.log(
  markdownTable(
    [
      "drawn by",
      "events/s",
      "events per second of one core",
      "peak, GeV",
      "width, GeV",
      ...compared.map((name) => `W1 ${name}`),
    ],
    rows,
  ),
);
await runtime.dispose();
