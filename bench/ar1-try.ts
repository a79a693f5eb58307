import { native } from "@scorefield/tensor/native";
import {
  denoising,
  dit,
  edm,
  heun,
  logNormalNoise,
  normal,
  partialPreconditioning,
  sample,
  train,
  unet,
  unipc,
} from "scorefield/core";
import { ndarray } from "scorefield/tensor";

const [net = "unet", steps = "2000", mean = "-0.4", width = "32", lr = "1e-3", depth = "3"] = process.argv.slice(2);
const L = 16,
  phi = 0.9,
  n = 20000;
const runtime = native({ threads: 1 });
const z = normal([n, L], { seed: 5 }).data;
const x = new Float32Array(n * L);
for (let i = 0; i < n; i++)
  for (let t = 0; t < L; t++)
    x[i * L + t] =
      t === 0 ? Number(z[i * L]) : phi * x[i * L + t - 1]! + Math.sqrt(1 - phi ** 2) * Number(z[i * L + t]);
const network =
  net === "unet"
    ? unet({ width: +width, multipliers: [1, 2], blocks: 1, observed: L, headWidth: 16 })
    : dit({ patch: 1, width: +width, depth: +depth, headWidth: 16, observed: L });
const t0 = process.cpuUsage();
const model = await train({
  data: ndarray(x, [n, 1, L]),
  process: edm(),
  network,
  preconditioning: partialPreconditioning({ shape: [1, L] }),
  objective: denoising({ noiseDistribution: logNormalNoise({ mean: +mean, deviation: 1.2 }) }),
  steps: +steps,
  batch: 128,
  knownShare: 0.8,
  runtime,
  seed: 0,
  averageDecay: 0.99,
  learningRate: +lr,
}).result;
console.log("train s", (process.cpuUsage(t0).user + process.cpuUsage(t0).system) / 1e6);
const N = 1500;
for (const [name, known] of [
  ["past", (t: number) => t < 8],
  ["gap", (t: number) => t < 5 || t >= 11],
  ["none", () => false],
] as const) {
  // one context: from data row 3
  const c = x.slice(3 * L, 4 * L);
  const row = new Float32Array(2 * L);
  for (let t = 0; t < L; t++)
    if (known(t)) {
      row[t] = c[t]!;
      row[L + t] = 1;
    }
  const out = await sample(model, {
    count: N,
    given: { observed: ndarray(row, [2 * L]) },
    sampler: heun({ steps: 24 }),
    seed: 1,
    batch: 1000,
    runtime,
  });
  const lines: string[] = [];
  for (let t = 0; t < L; t++) {
    if (known(t)) continue;
    let m = 0,
      v = 0;
    for (let i = 0; i < N; i++) m += Number(out.data[i * L + t]) / N;
    for (let i = 0; i < N; i++) v += (Number(out.data[i * L + t]) - m) ** 2 / N;
    let em = 0,
      ev = 1;
    if (name === "past") {
      const h = t - 7;
      em = phi ** h * c[7]!;
      ev = 1 - phi ** (2 * h);
    }
    if (name === "gap") {
      const a = t - 4,
        b = 11 - t;
      const s = 1 - phi ** (2 * (a + b));
      em = (phi ** a * (1 - phi ** (2 * b)) * c[4]! + phi ** b * (1 - phi ** (2 * a)) * c[11]!) / s;
      ev = ((1 - phi ** (2 * a)) * (1 - phi ** (2 * b))) / s;
    }
    lines.push(`${t}: ${m.toFixed(3)} (${em.toFixed(3)}) sd ${Math.sqrt(v).toFixed(3)} (${Math.sqrt(ev).toFixed(3)})`);
  }
  console.log(name, c[7], lines.join(" | "));
}
