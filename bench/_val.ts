/** validation of gaps on held-out windows of training years */
import { coverage, crps } from "@scorefield/assess";
import { uniform, unipc } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { loadRun, type LoadedRun } from "scorefield";
import { setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { knownParts, repeatRows } from "../packages/domain/src/series/known-parts.ts";
import { drawWindows } from "../packages/domain/src/series/series-model.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";
setDefaultRuntime(native({ threads: 1 }));
const [folder, stepsText = "12", nText = "60"] = process.argv.slice(2);
const run = (await loadRun(folder!)) as LoadedRun;
const own = (await ownData(run))!;
const N = Number(nText), draws = 32;
const idx = Array.from({ length: N }, (_, i) => Math.floor((i + 0.5) * own.heldOut.count / N));
const windows = await own.heldOut.read(idx);
const [n, C, L] = windows.shape as [number, number, number];
const encoded = run.codec.encode(windows as never, { seed: 0, part: 2, steady: true });
const u = uniform([N, L], { seed: 5 }).data;
for (const share of [0.1, 0.5]) {
  const hid = (i: number, t: number) => u[i * L + t]! < share;
  const obs = knownParts(encoded, (i, j, t) => j > 0 || !hid(i, t));
  const drawn = await drawWindows(run, repeatRows(obs, draws), { seed: 3, batch: 128, sampler: unipc({ steps: Number(stepsText) }) });
  const places: [number, number][] = [];
  for (let i = 0; i < N; i++) for (let t = L >> 2; t < L - (L >> 2); t++) if (hid(i, t) && !Number.isNaN(Number(windows.data[i * C * L + t]))) places.push([i, t]);
  const truths = ndarray(Float64Array.from(places, ([i, t]) => Number(windows.data[i * C * L + t])), [places.length]);
  const ours = ndarray(Float64Array.from({ length: draws * places.length }, (_, a) => { const [i, t] = places[a % places.length]!; return Number(drawn.data[(i * draws + Math.floor(a / places.length)) * C * L + t]); }), [draws, places.length]);
  let line = 0;
  for (const [i, t] of places) {
    const k = Array.from({ length: L }, (_, s) => s).filter((s) => !hid(i, s) && !Number.isNaN(Number(windows.data[i * C * L + s])));
    const b = k.findLast((s) => s < t), a = k.find((s) => s > t);
    const v = (s: number) => Number(windows.data[i * C * L + s]);
    const g = b === undefined ? (a === undefined ? 0 : v(a)) : a === undefined ? v(b) : v(b) + (v(a) - v(b)) * (t - b) / (a - b);
    line += Math.abs(g - v(i * 0 + t)) / places.length;
  }
  console.log(`${folder} share ${share}: crps ${crps(ours, truths).toFixed(3)} line ${line.toFixed(3)} ratio ${(crps(ours, truths) / line).toFixed(3)} cover ${coverage(ours, truths, 0.9).toFixed(3)} n ${places.length}`);
}
