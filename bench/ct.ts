/**
 * Computed tomography from few views: filtered back-projection and total variation.
 *
 *     npm run bench bench/ct.ts [folder of data] [folder for pictures]
 *
 * Phantom: projections are taken of all its 400 x 400 pixels, with 2 rays to a detector, and 0.5 % noise of their largest value is
 * added. It is reconstructed on 100 x 100 pixels, and compared with the means of 4 x 4. Tooth: measured projections of one slice,
 * 4 detectors put together, compared with filtered back-projection (Hann) of all 181 views; so that row is not an independent truth.
 * Each method has the window, or the weight of its list, that is best by that comparison. HDF5 is read by `h5wasm`, where it is
 * installed.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { normal } from "@scorefield/core";
import { type Radon, type RadonOptions, radon, totalVariation } from "@scorefield/inverse";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { dataFolder, isThere, printTable, psnr, readPhantom, writeGrey } from "./imaging-data.ts";

const folder = dataFolder();
const pictures = process.argv[3];
const runtime = native({ threads: 1 });

const run = async (f: (x: Tensor) => Tensor, x: NdArray): Promise<Float32Array> => {
  const compiled = await compile((v: Tensor) => ({ y: f(v) }), [{ shape: x.shape, dtype: x.dtype }], { runtime });
  try {
    return (await compiled(x as never)).y.data as Float32Array;
  } finally {
    await compiled.dispose();
  }
};

/** Views by angle; `sinogram` [views, detectors]. */
interface Scan {
  readonly name: string;
  readonly size: number;
  readonly sinogram: Float32Array;
  readonly views: number;
  readonly detectors: number;
  readonly offset: number;
  readonly range: readonly [low: number, high: number];
  readonly truth: Float64Array;
  /** Weights of total variation. */
  readonly weights: readonly number[];
}

/** Every `step`th of the first `among` views. */
interface Choice {
  readonly name: string;
  readonly step: number;
  readonly among: number;
}

const chosen = (scan: Scan, { step, among }: Choice): { operator: Radon; y: NdArray } => {
  const { size, sinogram, views, detectors, offset } = scan;
  const kept = Array.from({ length: Math.ceil(among / step) }, (_, i) => i * step);
  const data = new Float32Array(kept.length * detectors);
  for (const [i, view] of kept.entries())
    data.set(sinogram.subarray(view * detectors, (view + 1) * detectors), i * detectors);
  const about: RadonOptions = {
    input: [size, size],
    views: kept.length,
    range: (180 * kept.length * step) / views,
    detectors,
    offset,
  };
  return { operator: radon(about), y: ndarray(data, [1, kept.length, detectors]) };
};

const reconstruct = async (scan: Scan, choice: Choice): Promise<string[]> => {
  const { operator, y } = chosen(scan, choice);
  const { truth } = scan;
  const best: Record<string, { value: number; with: string; image: ArrayLike<number> }> = {};
  const take = (method: string, setting: string, image: ArrayLike<number>): void => {
    const value = psnr(image, truth);
    if (value > (best[method]?.value ?? Number.NEGATIVE_INFINITY)) best[method] = { value, with: setting, image };
  };
  for (const window of ["ramp", "hann"] as const)
    take("fbp", window, await run((v) => operator.filteredBackProjection(v, { window }), y));
  const before = performance.now();
  let steps = 0;
  for (const weight of scan.weights) {
    const found = await totalVariation(y, { operator, weight, range: scan.range, steps: 1000, runtime });
    steps += found.steps;
    take("tv", `${weight}`, found.estimate.data as Float32Array);
  }
  const perStep = (performance.now() - before) / steps;
  if (pictures)
    for (const [method, { image }] of Object.entries(best)) {
      const name = `${scan.name}-${choice.name}-${method}.png`.replaceAll(" ", "-");
      await writeGrey(join(pictures, name), image, scan.size);
    }
  const show = (method: string): string => `${best[method]!.value.toFixed(2)} (${best[method]!.with})`;
  return [choice.name, show("fbp"), show("tv"), (best.tv!.value - best.fbp!.value).toFixed(2), perStep.toFixed(0)];
};

const table = async (scan: Scan, choices: readonly Choice[]): Promise<void> => {
  const rows: string[][] = [];
  for (const choice of choices) rows.push(await reconstruct(scan, choice));
  console.log(`\n${scan.name}, ${scan.size} x ${scan.size} pixels: PSNR in dB (best setting)`);
  printTable(["views", "filtered back-projection", "total variation", "gain", "ms a step"], rows);
};

const phantom = async (): Promise<Scan> => {
  const [full, factor, views] = [400, 4, 180];
  const size = full / factor;
  const image = await readPhantom(folder);
  const truth = new Float64Array(size * size);
  for (let at = 0; at < full * full; at++)
    truth[Math.floor(Math.floor(at / full) / factor) * size + Math.floor((at % full) / factor)]! +=
      image[at]! / factor ** 2;
  const detectors = 2 * Math.ceil((size * Math.SQRT2) / 2) + 1;
  const sinogram = new Float32Array(views * detectors);
  const x = ndarray(Float32Array.from(image), [1, full, full]);
  // Few views at a time, as the matrix of all takes gigabytes.
  for (let first = 0; first < views; first += 10) {
    const some = { input: [full, full], views: 10, first, range: 10, detectors: 2 * detectors, spacing: factor / 2 };
    const y = await run(radon(some).apply, x);
    for (let i = 0; i < y.length; i++) sinogram[first * detectors + Math.floor(i / 2)]! += y[i]! / (2 * factor);
  }
  const most = sinogram.reduce((a, b) => Math.max(a, b), 0);
  const noise = normal([sinogram.length], { seed: 3 }).data;
  return {
    name: "phantom",
    size,
    sinogram: sinogram.map((value, i) => value + 0.005 * most * noise[i]!),
    views,
    detectors,
    offset: 0,
    range: [0, Number.POSITIVE_INFINITY],
    truth,
    weights: [0.03, 0.1, 0.3, 1, 3],
  };
};

/** What of `h5wasm` is used. */
interface Hdf5 {
  readonly ready: Promise<{ readonly FS: { writeFile(name: string, bytes: Uint8Array): void } }>;
  readonly File: new (
    name: string,
    mode: "r",
  ) => { get(path: string): { readonly value: Float32Array; readonly shape: number[] }; close(): void };
}

const tooth = async (path: string): Promise<Scan | undefined> => {
  const library = "h5wasm";
  let hdf5: Hdf5;
  try {
    hdf5 = (await import(library)) as Hdf5;
  } catch {
    console.log("h5wasm is not installed: the tooth is left out.");
    return undefined;
  }
  const { FS } = await hdf5.ready;
  FS.writeFile(basename(path), readFileSync(path));
  const file = new hdf5.File(basename(path), "r");
  const slices = (name: string) => file.get(`exchange/${name}`);
  const [views, , width] = slices("data").shape as [number, number, number];
  // The first of two slices. Counts are corrected by the detector's answer to full light and to none.
  const meanOf = ({ value, shape }: { value: Float32Array; shape: number[] }): Float64Array =>
    Float64Array.from({ length: width }, (_, d) => {
      let sum = 0;
      for (let k = 0; k < shape[0]!; k++) sum += value[k * shape[1]! * width + d]! / shape[0]!;
      return sum;
    });
  const [white, dark] = [meanOf(slices("data_white")), meanOf(slices("data_dark"))];
  const counts = slices("data").value;
  const factor = 4;
  const detectors = width / factor;
  const sinogram = new Float32Array(views * detectors);
  for (let view = 0; view < views; view++)
    for (let d = 0; d < width; d++) {
      const light = (counts[view * 2 * width + d]! - dark[d]!) / (white[d]! - dark[d]!);
      sinogram[view * detectors + Math.floor(d / factor)]! += -Math.log(Math.max(light, 1e-4)) / factor;
    }
  file.close();
  // The centre of rotation is where the views at 0 and at almost 180 degrees mirror each other.
  const last = views - 1;
  const mismatch = (offset: number): number => {
    const centre = (detectors - 1) / 2 + offset;
    let [sum, count] = [0, 0];
    for (let d = 0; d < detectors; d++) {
      const mirrored = 2 * centre - d;
      const low = Math.floor(mirrored);
      if (low < 0 || low + 1 >= detectors) continue;
      const at = last * detectors + low;
      const value = sinogram[at]! + (mirrored - low) * (sinogram[at + 1]! - sinogram[at]!);
      sum += (value - sinogram[d]!) ** 2;
      count++;
    }
    return sum / count;
  };
  let offset = 0;
  for (let tried = -15; tried <= 15; tried += 0.05) if (mismatch(tried) < mismatch(offset)) offset = tried;
  const scan = {
    name: "tooth",
    size: 160,
    sinogram,
    views,
    detectors,
    offset,
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const,
    weights: [0.003, 0.01, 0.03, 0.1, 0.3],
  };
  const { operator, y } = chosen({ ...scan, truth: new Float64Array(0) }, { name: "all", step: 1, among: views });
  const truth = await run((v) => operator.filteredBackProjection(v, { window: "hann" }), y);
  console.log(`tooth: centre of rotation at ${(offset * factor + (width - 1) / 2).toFixed(1)} of ${width} detectors`);
  return { ...scan, truth: Float64Array.from(truth) };
};

if (isThere(join(folder, "ct", "phantom.png")))
  await table(await phantom(), [
    { name: "180", step: 1, among: 180 },
    { name: "60", step: 3, among: 180 },
    { name: "23", step: 8, among: 180 },
    { name: "60 within 120 degrees", step: 2, among: 120 },
  ]);
const path = join(folder, "ct", "tooth.h5");
const scan = isThere(path) ? await tooth(path) : undefined;
if (scan)
  await table(scan, [
    { name: "181", step: 1, among: 181 },
    { name: "61", step: 3, among: 181 },
    { name: "23", step: 8, among: 181 },
    { name: "61 within 121 degrees", step: 2, among: 121 },
  ]);
await runtime.dispose();
