/** MIT-BIH, record 208: a model of quiet minutes tells rare beats and noise from usual beats, in a picture. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz, writeNpz } from "@scorefield/data";
import { anomalyInTime } from "@scorefield/domain/series";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { rasterise } from "../packages/scorefield/src/figure/rasterise.ts";
import { dataFolder, type PartOptions, spent, trainedRun } from "./series-runs.ts";

/** Hertz of the record and of what is learnt, and steps of a window: about a second. */
const [recorded, hertz, length] = [360, 90, 96];
/** Seconds that are learnt: quiet ones, as one sees. The first 110 hold most of the noise, and are shown. */
const learnt = [130, 200] as const;
const shown = 110;

/** The record at 90 Hz, millivolts about their mean over 1.2 seconds (the record has 200 steps in a millivolt). */
const quietSignal = async (): Promise<Float64Array> => {
  const { ecg } = (await readNpz(`${dataFolder}/timeseries/mitbih208.npz`, ["ecg"])) as { ecg: NdArray };
  const every = recorded / hertz;
  const means = Float64Array.from({ length: Math.floor(ecg.data.length / every) }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < every; k++) sum += Number(ecg.data[i * every + k]) / every / 200;
    return sum;
  });
  const reach = Math.round(0.6 * hertz);
  return means.map((value, i) => {
    const near = means.subarray(Math.max(0, i - reach), i + reach + 1);
    return value - near.reduce((a, b) => a + b) / near.length;
  });
};

/** Windows of a signal that begin `stride` apart, [n, 1, length]. */
const cut = (signal: Float64Array, stride: number): NdArray<"float64"> => {
  const n = Math.floor((signal.length - length) / stride) + 1;
  return ndarray(
    Float64Array.from({ length: n * length }, (_, at) => signal[Math.floor(at / length) * stride + (at % length)]!),
    [n, 1, length],
  );
};

/** Each step's error in the middle half of the window that holds it there. */
const inTime = (errors: NdArray<"float64">, steps: number): Float64Array => {
  const quarter = length / 4;
  return Float64Array.from({ length: steps }, (_, t) => {
    const window = Math.min(errors.shape[0]! - 1, Math.max(0, Math.floor((t - quarter) / (2 * quarter))));
    const place = t - window * 2 * quarter;
    return place < length ? errors.data[window * length + place]! : Number.NaN;
  });
};

/** Means over some steps to both sides. */
const smoothed = (values: Float64Array, reach: number): Float64Array =>
  values.map((_, t) => {
    const near = values.subarray(Math.max(0, t - reach), t + reach + 1).filter((value) => !Number.isNaN(value));
    return near.reduce((a, b) => a + b, 0) / near.length;
  });

/** Trains on a quiet stretch, and colours another by where the model errs: with little noise added, and with much. */
export const beatsPart = async ({ runs, steps = 1500 }: PartOptions): Promise<void> => {
  const signal = await quietSignal();
  const path = join(runs, "beats-windows.npz");
  const quiet = signal.subarray(learnt[0] * hertz, learnt[1] * hertz);
  await writeNpz(path, { X: cut(quiet, 2) });
  const run = await trainedRun(runs, "series-beats", {
    data: { kind: "series", path, windows: true },
    network: { kind: "unet", width: 16, multipliers: [1, 2, 2, 2], blocks: 1, observed: 2 * length },
    training: { steps, batch: 32, learningRate: 2e-3 },
  });
  const begun = spent();
  const training = cut(quiet, length / 2);
  const windows = cut(signal.subarray(0, shown * hertz), length / 2);
  const [own, all] = [quiet.length, shown * hertz];
  const scored = async (level: number, reach: number) => {
    const options = { draws: 4, seed: 1, levels: [level] };
    const of = async (set: NdArray<"float64">, steps: number) =>
      smoothed(inTime((await anomalyInTime(run, training, set, options)).errors, steps), reach);
    const usual = (await of(training, own)).filter(Number.isFinite).sort();
    const found = await of(windows, all);
    return { found, most: usual[Math.floor(0.99 * usual.length)]! };
  };
  // Noise is rough where beats are smooth: it is not what little added noise hides. Rare beats are smooth, of an odd shape.
  const rough = await scored(0.1, 22);
  const odd = await scored(1, 9);
  const marks = Array.from({ length: all }, (_, t) =>
    rough.found[t]! > rough.most ? "noise" : odd.found[t]! > odd.most ? "odd" : "usual",
  );
  const share = (mark: string): string => `${((100 * marks.filter((one) => one === mark).length) / all).toFixed(1)} %`;
  console.log(`| usual ${share("usual")} | rough ${share("noise")} | of an odd shape ${share("odd")} |`);
  const file = join(runs, "series-beats.png");
  writeFileSync(file, await rasterise(picture(signal.subarray(0, all), marks)));
  console.error(`${file}: ${(spent() - begun).toFixed(0)} s of processor time after training`);
};

const colours: Readonly<Record<string, string>> = { usual: "#1f2430", odd: "#2a6fdb", noise: "#d1495b" };

/** Ten seconds in a row, the signal in the colour of what it is taken for. */
const picture = (signal: Float64Array, marks: readonly string[]): string => {
  const [seconds, across, high, left] = [10, 1.1, 44, 44];
  const rows = Math.ceil(signal.length / (seconds * hertz));
  const [width, height] = [left + seconds * hertz * across + 10, rows * high + 30];
  const parts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const [from, middle] = [row * seconds * hertz, 26 + row * high];
    parts.push(`<text x="4" y="${middle + 4}" font-size="11" fill="#555">${row * seconds} s</text>`);
    let start = from;
    const end = Math.min(signal.length, from + seconds * hertz);
    for (let t = from + 1; t <= end; t++) {
      if (t < end && marks[t] === marks[start]) continue;
      const points = Array.from({ length: Math.min(t + 1, end) - start }, (_, k) => {
        const x = left + (start + k - from) * across;
        return `${x.toFixed(1)},${(middle - 14 * signal[start + k]!).toFixed(1)}`;
      });
      parts.push(
        `<polyline points="${points.join(" ")}" fill="none" stroke="${colours[marks[start]!]}" stroke-width="1.3"/>`,
      );
      start = t;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>${parts.join("")}</svg>`;
};
