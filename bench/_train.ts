import { trainedRun, dataFolder } from "./series-runs.ts";
const o = JSON.parse(process.argv[2]!);
const path = `/work/shared/data/timeseries/beijing_pm25.csv.gz`;
const L = o.L ?? 36, C = 9, base = o.base ?? "line";
await trainedRun("/tmp/s2runs", o.name, {
  data: { kind: "series", path, time: ["year", "month", "day", "hour"], columns: ["pm2.5"], covariates: ["DEWP", "TEMP", "PRES", "Iws"], calendar: ["hour", "year"], logs: true, length: L, until: "2012-12-31 23:00" },
  network: { kind: "unet", width: o.w ?? 16, multipliers: o.m ?? [1, 2, 2], blocks: 1, observed: (base === "line" ? 2 : 1) * C * L, ...(o.drop && { dropout: o.drop }) },
  preconditioning: { kind: "partial", shape: [C, L], covariates: 8, masks: o.masks ?? ["points", "blocks"], baseline: base, ...(o.s && { sigmaData: o.s }) },
  objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: o.mean ?? -0.8, deviation: o.dev ?? 1.4 } },
  training: { steps: o.steps, learningRate: o.lr ?? 2e-3, knownShare: o.known ?? 0.95, ...(o.batch && { batch: o.batch }) },
});
