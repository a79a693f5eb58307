/** The methods of `bench/mri.ts`, and how their images are judged. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { intervalCoverage, psnr, ssim } from "@scorefield/assess";
import { dpmSolver, edm, normal, patchModel, type ScoreModel, trainedModel } from "@scorefield/core";
import { gaussianNoise, posterior, totalVariation } from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { type BartArray, bart } from "./bart.ts";
import { columns, pixels, rows, type Slice } from "./heads.ts";
import { readPrior } from "./mri-prior.ts";
import { coils, evaluate, type lineOperator, masked, nearlyReal, operatorOf, runtime } from "./mri-scan.ts";

export const asBart = (data: ArrayLike<number>): BartArray => ({
  sizes: [columns, rows, 1, coils],
  data: Float32Array.from(data),
});

const magnitude = (image: ArrayLike<number>): NdArray<"float32"> =>
  ndarray(
    Float32Array.from({ length: pixels }, (_, p) => Math.hypot(image[2 * p]!, image[2 * p + 1]!)),
    [rows, columns],
  );
/** The same of [2, rows, columns]. */
export const magnitudeOf = (image: ArrayLike<number>): NdArray<"float32"> =>
  ndarray(
    Float32Array.from({ length: pixels }, (_, p) => Math.hypot(image[p]!, image[pixels + p]!)),
    [rows, columns],
  );

const sigma = 0.01;
/** Deviation of the imaginary part that the estimate of the phase leaves over, of the size of what validation slices have. */
const imaginary = 0.012;

/** An image [rows, columns] where the root of sum of squares of the maps is 1, and 0 where they are. */
export const withinSight = (image: NdArray, { data }: NdArray): NdArray<"float32"> => {
  const held = new Float32Array(pixels);
  for (let at = 0; at < data.length; at++) held[(at >> 1) % pixels]! += Number(data[at]) ** 2;
  return ndarray(
    Float32Array.from(held, (square, p) => (square > 0.5 ? Number(image.data[p]) : 0)),
    [rows, columns],
  );
};

/** A slice with a smooth phase, seen by the coils with noise of 0.01 in each number; and its magnitude where the coils see. */
export const scanned = async ({ image }: Slice, maps: NdArray, seed: number) => {
  const complex = new Float32Array(2 * pixels);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      const phase = 1.2 * Math.sin((1.8 * i) / 60) * Math.cos((1.8 * j) / 50);
      complex[2 * at] = image[at]! * Math.cos(phase);
      complex[2 * at + 1] = image[at]! * Math.sin(phase);
    }
  const full = operatorOf(maps, new Float32Array(pixels).fill(1));
  const kspace = await evaluate((x) => full.apply(x), ndarray(complex, [1, rows, columns, 2]));
  const noise = normal([kspace.length], { seed }).data;
  const truth = withinSight(ndarray(image, [rows, columns]), maps);
  return { kspace: kspace.map((value, at) => value + sigma * noise[at]!), truth };
};

export interface Found {
  readonly family: string;
  readonly weight?: number;
  readonly image: NdArray;
  readonly seconds: number;
  readonly draws?: NdArray;
}

/** Weights of regularisation to choose from. */
export const weights = {
  "SENSE, l2": [0.001, 0.003],
  "SENSE, total variation": [0.001, 0.002, 0.004],
  "bart pics, l1-wavelet": [0.001, 0.002, 0.004, 0.008],
  "bart pics, l1-wavelet, real": [0.001, 0.002, 0.004, 0.008],
};
export type Family = keyof typeof weights;

type Seen = ReturnType<typeof lineOperator>;

/** What was measured of a slice, for all methods: bart's real images need maps that are turned by the phase, others none. */
export interface Scan {
  readonly seen: Seen;
  readonly maps: NdArray;
  readonly turnedMaps: NdArray;
  readonly kspace: Float32Array;
  readonly mask: Float32Array;
}

/** A method without a learned prior, at one weight: the magnitude. */
export const reconstruct = async (family: Family, weight: number, scan: Scan): Promise<Found> => {
  const { seen, maps, turnedMaps, kspace, mask } = scan;
  const { operator } = seen;
  const y = await seen.measure(kspace);
  const stacked: NdArray = { ...y, shape: [1, ...y.shape] };
  const before = performance.now();
  const found = (image: NdArray): Found => ({ family, weight, image, seconds: (performance.now() - before) / 1000 });
  if (family === "SENSE, l2")
    return found(magnitudeOf(await evaluate((v) => operator.solve(operator.adjoint(v), weight), stacked)));
  if (family === "SENSE, total variation") {
    const { estimate } = await totalVariation(stacked, { operator, weight, steps: 100, runtime });
    return found(magnitudeOf(estimate.data as Float32Array));
  }
  const isReal = family.endsWith("real");
  const options = ["-S", "-l1", "-r", `${weight}`, "-i", "100", ...(isReal ? ["-c"] : [])];
  const { data } = bart("pics", options, [
    asBart(masked(kspace, mask)),
    asBart((isReal ? turnedMaps : maps).data as Float32Array),
  ]);
  return found(magnitude(data));
};

/** Draws of the posterior with the patch prior. */
export const drawn = async ({ seen, kspace }: Scan, prior: ScoreModel, count: number, seed: number): Promise<Found> => {
  const before = performance.now();
  const y = await seen.measure(kspace);
  const { draws } = await posterior(prior, seen.operator, gaussianNoise({ sigma }), y, {
    method: "mmps",
    iterations: 5,
    sampler: dpmSolver({ steps: 8, grid: "karras" }),
    draws: count,
    batch: 2,
    seed,
    runtime,
  });
  const sizes = new Float32Array(count * pixels);
  const mean = new Float32Array(pixels);
  for (let k = 0; k < count; k++) {
    const { data } = magnitudeOf((draws.data as Float32Array).subarray(2 * k * pixels, 2 * (k + 1) * pixels));
    sizes.set(data, k * pixels);
    for (let p = 0; p < pixels; p++) mean[p]! += data[p]! / count;
  }
  return {
    family: "patch prior, mmps",
    image: ndarray(mean, [rows, columns]),
    draws: ndarray(sizes, [count, rows, columns]),
    seconds: (performance.now() - before) / 1000,
  };
};

export const scores = (image: NdArray, truth: NdArray<"float32">): readonly [number, number] => {
  const range = [0, truth.data.reduce((a, b) => Math.max(a, b), 0)] as const;
  return [psnr(image, truth, range), ssim(image, truth, range)];
};

/** Share of the object's pixels within 90 % intervals; the object is where the truth is above a tenth of its largest value. */
export const coverageOf = (draws: NdArray, truth: NdArray<"float32">): number => {
  const most = truth.data.reduce((a, b) => Math.max(a, b), 0);
  const inside = Array.from(truth.data.keys()).filter((p) => truth.data[p]! > 0.1 * most);
  const count = draws.shape[0]!;
  const own = new Float32Array(count * inside.length);
  for (let k = 0; k < count; k++)
    for (const [i, p] of inside.entries()) own[k * inside.length + i] = Number(draws.data[k * pixels + p]);
  return intervalCoverage(
    ndarray(own, [count, inside.length]),
    ndarray(
      Float32Array.from(inside, (p) => truth.data[p]!),
      [inside.length],
    ),
  ).found;
};

/** Deviation of draws, pixel by pixel. */
export const deviationOf = (draws: NdArray, mean: NdArray): Float32Array => {
  const count = draws.shape[0]!;
  return Float32Array.from({ length: pixels }, (_, p) => {
    let square = 0;
    for (let k = 0; k < count; k++) square += (Number(draws.data[k * pixels + p]) - Number(mean.data[p])) ** 2;
    return Math.sqrt(square / (count - 1));
  });
};

/** The prior of a folder, of [2, rows, columns]; undefined, said on the console, where it is missing. */
export const priorOf = (priorFolder: string | undefined): ScoreModel | undefined => {
  if (!priorFolder || !existsSync(join(priorFolder, "checkpoint.bin"))) {
    console.log("The prior is missing (bench/mri-prior.ts makes it): posteriors are left out.");
    return undefined;
  }
  const { model, step } = readPrior(priorFolder);
  console.log(`prior after ${step} steps of training`);
  // Noise beyond 2 hides all of an image of 0 to 1. That of a hundredth hides less than the noise of the measurement.
  const process = edm({ sigmaMin: 0.01, sigmaMax: 2 });
  const { network, preconditioning, parameters, shape } = model;
  const patch = trainedModel({ process, network, preconditioning }, parameters, shape);
  return nearlyReal(patchModel(patch, { shape: [1, rows, columns] }), process, imaginary);
};
