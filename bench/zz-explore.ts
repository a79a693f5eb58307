import { dividedTraining, outerStep, roundAverage, weighedMean } from "@scorefield/core/internal";
import { edm, mlp, denoising, logNormalNoise, edmPreconditioning, dataset, unet, type TrainOptions } from "@scorefield/core";
import { moons } from "@scorefield/domain";
import { native } from "@scorefield/tensor/native";
import type { NdArray } from "@scorefield/tensor";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
const [set = "moons", steps = "4000", H = "250", which = "all"] = process.argv.slice(2);
const runtime = native({ threads: 1 });
let options: TrainOptions;
if (set === "moons") {
  const all = moons()(20000, 0);
  const cut = (a: number, b: number): NdArray<"float32"> => ({ dtype: "float32", shape: [b - a, 2], data: all.data.slice(2 * a, 2 * b) as Float32Array });
  options = { data: cut(0, 18000), heldOut: cut(18000, 20000), process: edm(), network: mlp({ width: 64, depth: 3 }), objective: denoising({ noiseDistribution: logNormalNoise({ mean: -0.5, deviation: 1.2 }), sigmaData: 1 }), preconditioning: edmPreconditioning({ sigmaData: 1 }), steps: Number(steps), batch: 256, seed: 0, runtime };
} else {
  const raw = gunzipSync(readFileSync("../shared/data/mnist/train-images-idx3-ubyte.gz"));
  const at = (i: number, j: number): number => { // 14x14 by mean
    const y = Math.floor(j / 14), x = j % 14; let s = 0;
    for (let a = 0; a < 2; a++) for (let b = 0; b < 2; b++) s += raw[16 + i * 784 + (2 * y + a) * 28 + 2 * x + b]!;
    return s / 4 / 127.5 - 1;
  };
  const make = (a: number, n: number): NdArray<"float32"> => { const d = new Float32Array(n * 196); for (let i = 0; i < n; i++) for (let j = 0; j < 196; j++) d[i * 196 + j] = at(a + i, j); return { dtype: "float32", shape: [n, 1, 14, 14], data: d }; };
  options = { data: make(0, 20000), heldOut: make(50000, 2000), process: edm(), network: unet({ width: 8, multipliers: [1, 2], blocks: 1, attention: 0 } as never), objective: denoising({ noiseDistribution: logNormalNoise({ mean: -0.5, deviation: 1.2 }) }), steps: Number(steps), batch: 64, seed: 0, runtime };
}
const places = 4;
const d = await dividedTraining(options);
console.log(set, "parameters", d.layout.size, "steps", steps, "H", H);
const zeroFrom = async (s: Awaited<ReturnType<typeof d.stepsOf>>["state"]) => s;
const t0 = process.cpuUsage();
const single = await d.stepsOf({ parameters: d.initial.parameters }, { place: 0, places: 1, from: 0, to: d.steps });
const cpu = (t: NodeJS.CpuUsage) => ((u) => ((u.user + u.system) / 1e6).toFixed(1))(process.cpuUsage(t));
const base = (await d.heldOutLoss(single.state.average))!;
console.log("single: average", base.toFixed(4), "parameters", (await d.heldOutLoss(single.state.parameters))!.toFixed(4), "cpu", cpu(t0));
type M = { first: NdArray; second: NdArray; fresh: number };
const run = async (name: string, { lr = 0.7, mu = 0.9, moments = "kept", lose = false }: { lr?: number; mu?: number; moments?: "kept" | "fresh" | "mean" | "second"; lose?: boolean }) => {
  const t = process.cpuUsage();
  let theta = d.initial.parameters; let b: NdArray | undefined;
  let A = theta, B = theta;
  const kept = new Map<number, M>();
  const pending: { vector: NdArray; samples: number }[] = [];
  let round = 0;
  for (let from = 0; from < d.steps; from += Number(H), round++) {
    const to = Math.min(d.steps, from + Number(H));
    const got: { vector: NdArray; samples: number; avg: NdArray; m: M }[] = [];
    for (let place = 0; place < places; place++) {
      if (lose && place === 3 && round >= 4) continue; // killed
      if (lose && place === 2 && round % 2 === 1) continue; // stale every other round
      const { state } = await d.stepsOf({ parameters: theta, secondMoment: kept.get(place)?.second }, { place, places, from, to });
      const m = { first: state.firstMoment, second: state.secondMoment, fresh: kept.get(place)?.fresh ?? from };
      got.push({ vector: state.parameters, samples: (to - from) * 16, avg: state.average, m });
      if (moments === "kept") kept.set(place, m);
    }
    if (moments === "mean") { const m = { first: weighedMean(got.map((g) => ({ vector: g.m.first, samples: 1 }))), second: weighedMean(got.map((g) => ({ vector: g.m.second, samples: 1 }))), fresh: 0 }; for (let p = 0; p < places; p++) kept.set(p, m); }
    const sub = (v: NdArray) => ({ ...v, data: (v.data as Float32Array).map((x, i) => x - Number(theta.data[i])) }) as NdArray; const mean = weighedMean(got.map((g) => ({ vector: sub(g.vector), samples: g.samples })));
    const out = outerStep({ parameters: theta, momentum: b }, mean, { learningRate: lr, momentum: mu });
    const [k] = d.keptOf(from, to);
    // B: the places' averages started at theta; take theta's share out
    const avg = weighedMean(got.map((g) => ({ vector: g.avg, samples: g.samples })));
    B = { ...B, data: (B.data as Float32Array).map((v, i) => k! * v + (Number(avg.data[i]) - k! * Number(theta.data[i]))) } as never;
    theta = out.parameters; b = out.momentum;
    
  }
  const rel = async (v: NdArray) => { const l = (await d.heldOutLoss(v))!; return `${l.toFixed(4)} (${(100 * (l / base - 1)).toFixed(1)} %)`; };
  console.log(name.padEnd(40), "outer", await rel(theta), " A", await rel(A), " B", await rel(B), "cpu", cpu(t));
};
for (const pair of (process.env.OUTER ?? "0.7,0.9").split(";")) { const [lr, mu] = pair.split(",").map(Number); await run(`mean ${pair} H ${H}`, { lr: lr!, mu: mu!, moments: "mean" }); if (process.env.LOSE) await run(`mean ${pair} lose`, { lr: lr!, mu: mu!, moments: "mean", lose: true }); }
