/** What is scanned in `bench/ct.ts`: views of objects with noise, and the truth where there is one. */
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { readHdf5 } from "@scorefield/data";
import { type Radon, radon } from "@scorefield/inverse";
import { type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import { brainSlices, scene } from "./ct-scenes.ts";
import { isThere, readPhantom } from "./imaging-data.ts";
import { runOnce } from "./run-once.ts";

/** Views of one object, [views, detectors]. */
export interface Scan {
  readonly name: string;
  readonly sinogram: Float32Array;
  readonly truth: Float32Array;
}

/** How all scans of a table are taken. */
export interface Geometry {
  readonly size: number;
  readonly views: number;
  readonly detectors: number;
  readonly offset: number;
  /** Deviation of the noise of a ray. */
  readonly sigma: number;
  /** What 1 in the prior's pictures is. */
  readonly peak: number;
}

/** Every `step`th of the first `among` views. */
export interface Choice {
  readonly name: string;
  readonly step: number;
  readonly among: number;
}

/** The operator of some views of a half turn, and the measurement of each scan: [scans, 1, views, detectors]. */
export const chosen = (
  { size, views, detectors, offset }: Geometry,
  { step, among }: Choice,
  scans: readonly Pick<Scan, "sinogram">[],
): { operator: Radon; y: NdArray } => {
  const kept = Array.from({ length: Math.ceil(among / step) }, (_, i) => i * step);
  const each = kept.length * detectors;
  const data = new Float32Array(scans.length * each);
  for (const [k, { sinogram }] of scans.entries())
    for (const [i, view] of kept.entries())
      data.set(sinogram.subarray(view * detectors, (view + 1) * detectors), k * each + i * detectors);
  const operator = radon({
    input: [1, size, size],
    views: kept.length,
    range: (180 * kept.length * step) / views,
    detectors,
    offset,
    steps: 15,
  });
  return { operator, y: ndarray(data, [scans.length, 1, kept.length, detectors]) };
};

const [size, views] = [100, 180];
const detectors = 2 * Math.ceil((size * Math.SQRT2) / 2) + 1;

const withNoise = (clean: Float32Array, sigma: number, seed: number): Float32Array => {
  const noise = normal([clean.length], { seed }).data;
  return clean.map((value, i) => value + sigma * noise[i]!);
};

/** Line integrals by the trapezoidal rule of bilinear values, half a pixel apart: not by the weights of the operator. */
const raySum = (image: Float64Array, n: number, angle: number, s: number): number => {
  const [cos, sin, middle] = [Math.cos(angle), Math.sin(angle), (n - 1) / 2];
  let sum = 0;
  for (let t = -0.71 * n; t <= 0.71 * n; t += 0.5) {
    const [x, y] = [s * cos - t * sin + middle, s * sin + t * cos + middle];
    const [j, i] = [Math.floor(x), Math.floor(y)];
    if (i < 0 || j < 0 || i >= n - 1 || j >= n - 1) continue;
    const [a, b, at] = [x - j, y - i, i * n + j];
    sum +=
      (1 - b) * ((1 - a) * image[at]! + a * image[at + 1]!) + b * ((1 - a) * image[at + n]! + a * image[at + n + 1]!);
  }
  return sum / 2;
};

/** The phantom: projections of its 400 x 400 pixels with two rays to a detector, and the means of 4 x 4 pixels. */
const phantomScan = async (folder: string): Promise<Scan> => {
  const [full, factor] = [400, 4];
  const image = await readPhantom(folder);
  const truth = new Float32Array(size * size);
  for (let at = 0; at < full * full; at++)
    truth[Math.floor(Math.floor(at / full) / factor) * size + Math.floor((at % full) / factor)]! +=
      image[at]! / factor ** 2;
  const sinogram = Float32Array.from({ length: views * detectors }, (_, at) => {
    const [angle, d] = [(Math.PI * Math.floor(at / detectors)) / views, at % detectors];
    const place = factor * (d - (detectors - 1) / 2);
    return (raySum(image, full, angle, place - 1) + raySum(image, full, angle, place + 1)) / (2 * factor);
  });
  return { name: "phantom", sinogram, truth };
};

/** A picture of 128 x 128 pixels by means over pixels of 1.28. */
const smaller = (image: Float32Array): Float32Array => {
  const factor = 128 / size;
  const along = Array.from({ length: size }, (_, i) =>
    Array.from({ length: 3 }, (_, k) => {
      const at = Math.floor(i * factor) + k;
      return [at, Math.max(0, Math.min(at + 1, (i + 1) * factor) - Math.max(at, i * factor)) / factor] as const;
    }).filter(([, share]) => share > 1e-9),
  );
  return Float32Array.from({ length: size * size }, (_, p) => {
    let sum = 0;
    for (const [i, a] of along[Math.floor(p / size)]!)
      for (const [j, b] of along[p % size]!) sum += a * b * image[i * 128 + j]!;
    return sum;
  });
};

/** The phantom, other objects with the same noise, and those by which settings are chosen. */
export const simulatedScans = async (folder: string, runtime: Runtime) => {
  const heads = isThere(join(folder, "brain_mri", "axial128.npz")) ? await brainSlices(folder, true) : [];
  const phantom = isThere(join(folder, "ct", "phantom.png")) ? await phantomScan(folder) : undefined;
  const most = phantom?.sinogram.reduce((a, b) => Math.max(a, b), 0) ?? 40;
  const sigma = 0.005 * most;
  const others = [
    ...Array.from({ length: 6 }, (_, k) => ({ name: `scene ${k + 1}`, truth: scene(size, k + 1) })),
    ...[heads[8]].flatMap((head, k) => (head ? [{ name: `head ${k + 1}`, truth: smaller(head) }] : [])),
  ];
  const all = radon({ input: [size, size], views, detectors });
  const clean: Scan[] = phantom ? [phantom] : [];
  for (const { name, truth } of others) {
    const { data } = await runOnce(all.apply, ndarray(truth, [1, size, size]), runtime);
    clean.push({ name, truth, sinogram: data as Float32Array });
  }
  const scans = clean.map((scan, k) => ({ ...scan, sinogram: withNoise(scan.sinogram, sigma, 100 + k) }));
  const isForTuning = ({ name }: Scan): boolean => /scene [1-4]/.test(name);
  return {
    geometry: { size, views, detectors, offset: 0, sigma, peak: 1 } satisfies Geometry,
    tests: scans.filter((scan) => !isForTuning(scan)),
    tuning: scans.filter(isForTuning),
  };
};

/** The median of |values| over 0.6745: a deviation that few large values do not change. */
const robustDeviation = (values: number[]): number => {
  const sorted = values.map(Math.abs).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]! / 0.6745;
};

/** The first slice of the tooth, 4 detectors put together; the truth is filtered back-projection of all views. */
export const toothScan = async (path: string, runtime: Runtime): Promise<{ geometry: Geometry; scan: Scan }> => {
  const read = (name: string) => readHdf5(path, `exchange/${name}`);
  const counts = await read("data");
  const [count, slices, width] = counts.shape as [number, number, number];
  // Counts are corrected by the detector's answer to full light and to none.
  const meanOf = ({ data, shape }: NdArray): Float64Array =>
    Float64Array.from({ length: width }, (_, d) => {
      let sum = 0;
      for (let k = 0; k < shape[0]!; k++) sum += Number(data[k * shape[1]! * width + d]) / shape[0]!;
      return sum;
    });
  const [white, dark] = [meanOf(await read("data_white")), meanOf(await read("data_dark"))];
  const factor = 4;
  const bins = width / factor;
  const sinogram = new Float32Array(count * bins);
  for (let view = 0; view < count; view++)
    for (let d = 0; d < width; d++) {
      const light = (Number(counts.data[view * slices * width + d]) - dark[d]!) / (white[d]! - dark[d]!);
      sinogram[view * bins + Math.floor(d / factor)]! += -Math.log(Math.max(light, 1e-4)) / factor;
    }
  const offset = centreOf(sinogram, count, bins);
  // What neighbouring detectors do not share: second differences have 6 times the variance of the noise.
  const rough = Array.from(sinogram.subarray(2), (value, i) => value - 2 * sinogram[i + 1]! + sinogram[i]!);
  const sigma = robustDeviation(rough) / Math.sqrt(6);
  const geometry = { size: 160, views: count, detectors: bins, offset, sigma, peak: 1 };
  const { operator, y } = chosen(geometry, { name: "all", step: 1, among: count }, [{ sinogram }]);
  const { data } = await runOnce((v) => operator.filteredBackProjection(v, { window: "hann" }), y, runtime);
  const truth = data as Float32Array;
  const peak = Float32Array.from(truth).sort()[Math.floor(0.998 * truth.length)]! * 1.1;
  console.log(
    `tooth: centre of rotation at ${(offset * factor + (width - 1) / 2).toFixed(1)} of ${width} detectors, noise ${sigma.toFixed(4)}, largest projection ${sinogram.reduce((a, b) => Math.max(a, b), 0).toFixed(2)}, largest value ${peak.toFixed(4)}`,
  );
  return { geometry: { ...geometry, peak }, scan: { name: "tooth", sinogram, truth } };
};

/** The centre of rotation, from the middle, is where the views at 0 and at almost 180 degrees mirror each other. */
const centreOf = (sinogram: Float32Array, count: number, bins: number): number => {
  const last = count - 1;
  const mismatch = (offset: number): number => {
    const centre = (bins - 1) / 2 + offset;
    let [sum, seen] = [0, 0];
    for (let d = 0; d < bins; d++) {
      const mirrored = 2 * centre - d;
      const low = Math.floor(mirrored);
      if (low < 0 || low + 1 >= bins) continue;
      const at = last * bins + low;
      const value = sinogram[at]! + (mirrored - low) * (sinogram[at + 1]! - sinogram[at]!);
      sum += (value - sinogram[d]!) ** 2;
      seen++;
    }
    return sum / seen;
  };
  let offset = 0;
  for (let tried = -15; tried <= 15; tried += 0.05) if (mismatch(tried) < mismatch(offset)) offset = tried;
  return offset;
};
