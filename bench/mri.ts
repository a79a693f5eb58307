/**
 * MRI with 8 coils, beside Debian's `bart`, where it is installed:
 *
 *     npm run bench bench/mri.ts [folder of data] [folder of the prior] [folder for pictures] [part ...]
 *
 * Parts are `measured`, `simulated` and `posterior`, and names of patterns such as `4x random`; default all. The prior is that of
 * `bench/mri-prior.ts`; without it the rows of posteriors are left out.
 *
 * Measured data: k-space of which an eighth of the points exists; a tenth of the measured points outside of the centre is held out.
 * Simulated data: slices of heads that the prior has not seen, through the maps of the measured coils, with a smooth phase and noise. The
 * reference is what was simulated: the magnitude of the coil-combined image. Weights of regularisation are those of their lists
 * that are best on two slices of another head (validation), for each pattern.
 */
import { join } from "node:path";
import { uniform } from "@scorefield/core";
import { type SamplingPatternOptions, samplingPattern, sensitivityMaps, totalVariation } from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { bart, bartVersion } from "./bart.ts";
import { axialSlices, columns, coronalSlice, pixels, rows, type Slice, testHead, validationHead } from "./heads.ts";
import { dataFolder, isThere, printTable, readCoils, writeGrey } from "./imaging-data.ts";
import {
  asBart,
  coverageOf,
  deviationOf,
  drawn,
  type Family,
  type Found,
  magnitudeOf,
  priorOf,
  reconstruct,
  type Scan,
  scanned,
  scores,
  weights,
  withinSight,
} from "./mri-methods.ts";
import { coils, evaluate, lineOperator, masked, operatorOf, pointsOf, runtime, withPhase } from "./mri-scan.ts";

const folder = dataFolder();
const [, , , priorFolder, pictures, ...chosen] = process.argv;
const parts = ["measured", "simulated", "posterior"];
const isPart = (name: string): boolean => chosen.includes(name) || !chosen.some((one) => parts.includes(one));
const version = bartVersion();
console.log(
  version ? `bart ${version}` : "bart is not installed (Debian: apt-get install bart): its rows are left out.",
);

/** The measured k-space in the middle of its 230 by 180 points: the same field of view at 1.8 times coarser pixels. */
const middle = (): Float32Array => {
  const all = readCoils(folder).data;
  const kspace = new Float32Array(2 * coils * pixels);
  for (let c = 0, at = 0; c < coils; c++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let part = 0; part < 2; part++)
          kspace[at++] = Number(all[2 * ((c * 230 + i + 115 - rows / 2) * 180 + j + 90 - columns / 2) + part]);
  return kspace;
};

/** |a - b| / |b| */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
};

const calibration = 10;
const patterns: readonly (readonly [string, Partial<SamplingPatternOptions>])[] = [
  ["2x regular", { acceleration: 2, order: "regular" }],
  ["4x regular", { acceleration: 4, order: "regular" }],
  ["4x random", { acceleration: 4, order: "dense" }],
  ["7x random", { acceleration: 7, order: "dense" }],
];
const maskOf = (pattern: Partial<SamplingPatternOptions>): Float32Array =>
  samplingPattern({ size: [rows, columns], calibration, seed: 2, acceleration: 4, ...pattern }).data;

const picture = async (name: string, images: readonly ArrayLike<number>[], most: number): Promise<void> => {
  const wide = new Float64Array(images.length * pixels);
  for (const [k, image] of images.entries())
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        wide[(i * images.length + k) * columns + j] = Math.min(1, image[i * columns + j]! / most);
  await writeGrey(join(pictures!, name), wide, images.length * columns);
};

const simulated = async (maps: NdArray, withPosterior: boolean): Promise<void> => {
  const prior = withPosterior ? priorOf(priorFolder) : undefined;
  const [validation, test] = [await axialSlices(folder, [validationHead]), await axialSlices(folder, [testHead])];
  const of = (contrast: string, at: number): Slice => test.filter((slice) => slice.contrast === contrast)[at]!;
  const testSlices = [coronalSlice(folder), of("T2", 7)];
  // Beside posteriors alone stands one peer.
  const families = (Object.keys(weights) as Family[]).filter(
    (family) => (version || !family.startsWith("bart")) && (isPart("simulated") || family === "bart pics, l1-wavelet"),
  );
  const named = patterns.filter(([name]) => chosen.includes(name));
  for (const [name, pattern] of named.length > 0 ? named : patterns) {
    const mask = maskOf(pattern);
    console.log(`\n### ${name}, ${mask.reduce((sum, value) => sum + value, 0) / columns} of ${rows} lines\n`);
    const scans = async (slices: readonly Slice[]) => {
      const made: { scan: Scan; truth: NdArray<"float32"> }[] = [];
      for (const [k, slice] of slices.entries()) {
        const { kspace, truth } = await scanned(slice, maps, 5 + k);
        const turnedMaps = await withPhase(maps, kspace, mask);
        made.push({ scan: { seen: lineOperator(turnedMaps, mask), maps, turnedMaps, kspace, mask }, truth });
      }
      return made;
    };
    const best = new Map<Family, number>();
    const known = await scans([validation[12]!, validation[22]!]);
    for (const family of families) {
      let most = 0;
      for (const weight of weights[family]) {
        let sum = 0;
        for (const { scan, truth } of known) sum += scores((await reconstruct(family, weight, scan)).image, truth)[0];
        if (sum > most) {
          most = sum;
          best.set(family, weight);
        }
      }
    }
    const table = new Map<string, { scores: string[]; coverage: string[]; seconds: number }>();
    const note = (label: string, { image: whole, seconds, draws }: Found, truth: NdArray<"float32">): void => {
      // Where the coils see nothing, nothing is asked.
      const image = withinSight(whole, maps);
      const row = table.get(label) ?? { scores: [], coverage: [], seconds: 0 };
      const [decibels, similarity] = scores(image, truth);
      row.scores.push(`${decibels.toFixed(2)} / ${similarity.toFixed(3)}`);
      if (draws) row.coverage.push(coverageOf(draws, truth).toFixed(3));
      console.error(`${label}: ${row.scores.at(-1)} ${draws ? row.coverage.at(-1) : ""} ${seconds.toFixed(1)} s`);
      table.set(label, { ...row, seconds: row.seconds + seconds / testSlices.length });
    };
    for (const [k, { scan, truth }] of (await scans(testSlices)).entries()) {
      const y = await scan.seen.measure(scan.kspace);
      const zero = await evaluate((v) => scan.seen.operator.adjoint(v), { ...y, shape: [1, ...y.shape] });
      const shown: NdArray[] = [truth, magnitudeOf(zero)];
      note("zero-filled", { family: "zero-filled", image: shown[1]!, seconds: 0 }, truth);
      for (const family of families) {
        const found = await reconstruct(family, best.get(family)!, scan);
        note(`${family} ${best.get(family)}`, found, truth);
        if (family === "bart pics, l1-wavelet") shown.push(found.image);
        if (family !== "bart pics, l1-wavelet") continue;
        const all: Found[] = [];
        for (const weight of weights[family]) all.push(await reconstruct(family, weight, scan));
        const value = ({ image }: Found): number => scores(image, truth)[0];
        note(
          `${family}, best of its list for this slice`,
          all.reduce((a, b) => (value(b) > value(a) ? b : a)),
          truth,
        );
      }
      if (!prior) continue;
      const ours = await drawn(scan, prior, 16, k);
      note("patch prior, mean of 16 draws", ours, truth);
      const single: NdArray = {
        ...ours.draws!,
        shape: [rows, columns],
        data: ours.draws!.data.slice(0, pixels) as never,
      };
      note("patch prior, one draw", { ...ours, image: single, draws: undefined as never }, truth);
      if (!pictures) continue;
      const most = truth.data.reduce((a, b) => Math.max(a, b), 0);
      const deviation = withinSight(
        ndarray(
          deviationOf(ours.draws!, ours.image).map((value) => 5 * value),
          [rows, columns],
        ),
        maps,
      ).data;
      const images = [...shown, ours.image].map((image) => withinSight(image, maps).data as Float32Array);
      await picture(`mri-${name.slice(0, 2)}-${k}.png`, [...images, deviation], most);
    }
    printTable(
      ["method", ...testSlices.map(({ subject, contrast }) => `${subject} ${contrast}`), "coverage", "seconds"],
      [...table].map(([label, row]) => [label, ...row.scores, row.coverage.join(", "), row.seconds.toFixed(1)]),
    );
  }
};

/** The same equations solved by both: phase and scale of the transforms are those of bart. */
const agreement = async (maps: NdArray, kspace: Float32Array, mask: Float32Array): Promise<void> => {
  if (!version) return;
  const operator = operatorOf(maps, mask, 60);
  const ours = await evaluate((y) => operator.solve(operator.adjoint(y), 0.01), pointsOf(kspace, mask));
  const options = ["-w", "1", "-l2", "-r", "0.01", "-i", "60"];
  const { data } = bart("pics", options, [asBart(masked(kspace, mask)), asBart(maps.data as Float32Array)]);
  console.log(
    `l2 0.01, same maps: our complex image differs from bart's by ${distance(ours, data).toExponential(1)} of it`,
  );
};

const measuredMask = (kspace: Float32Array): Float32Array =>
  Float32Array.from({ length: pixels }, (_, p) => (kspace[2 * p] !== 0 || kspace[2 * p + 1] !== 0 ? 1 : 0));

/** A tenth of what was measured outside of the centre is held out. */
const measured = async (maps: NdArray, kspace: Float32Array): Promise<void> => {
  const all = measuredMask(kspace);
  const centre = samplingPattern({
    size: [rows, columns],
    along: "points",
    order: "regular",
    acceleration: 1e6,
    calibration: 24,
  }).data;
  const u = uniform([pixels], { seed: 1 }).data;
  const held = all.map((one, p) => (one === 1 && centre[p] === 0 && u[p]! < 0.1 ? 1 : 0));
  const kept = all.map((one, p) => one - held[p]!);
  console.log(
    `\n### Measured: ${(all.reduce((a, b) => a + b, 0) / pixels).toFixed(3)} of the points, ${held.reduce((a, b) => a + b, 0)} held out\n`,
  );
  await agreement(maps, kspace, kept);
  const [operator, rest] = [operatorOf(maps, kept), operatorOf(maps, held)];
  const y = pointsOf(kspace, kept);
  const truth = pointsOf(kspace, held).data as Float32Array;
  const table: string[][] = [];
  const note = async (name: string, image: Float32Array, seconds: number): Promise<void> => {
    const predicted = await evaluate((x) => rest.apply(x), ndarray(image, [1, rows, columns, 2]));
    table.push([name, distance(predicted, truth).toFixed(3), seconds.toFixed(1)]);
  };
  const before = performance.now();
  const zero = await evaluate((v) => operator.adjoint(v), y);
  await note("zero-filled", zero, (performance.now() - before) / 1000);
  const scale = Math.sqrt(zero.reduce((sum, value) => sum + value ** 2, 0) / pixels);
  for (const weight of [0.01, 0.03, 0.1]) {
    const start = performance.now();
    const image = await evaluate((v) => operator.solve(operator.adjoint(v), weight), y);
    await note(`SENSE, l2 ${weight}`, image, (performance.now() - start) / 1000);
  }
  for (const weight of [0.003, 0.01]) {
    const start = performance.now();
    const { estimate } = await totalVariation(y, { operator, weight: weight * scale, steps: 60, runtime });
    await note(`SENSE, total variation ${weight}`, estimate.data as Float32Array, (performance.now() - start) / 1000);
  }
  if (version)
    for (const weight of [0.001, 0.003, 0.01, 0.03]) {
      const inputs = [asBart(masked(kspace, kept)), asBart(maps.data as Float32Array)];
      const { data, seconds } = bart("pics", ["-S", "-l1", "-r", `${weight}`, "-i", "100"], inputs);
      await note(`bart pics, l1-wavelet ${weight}`, data, seconds);
    }
  printTable(["method", "misfit of held-out points", "seconds"], table);
};

if (isThere(join(folder, "mri", "cartesian_ksp.npy"))) {
  const kspace = middle();
  const before = performance.now();
  const { maps, rank } = sensitivityMaps(ndarray(kspace, [coils, rows, columns, 2]), { calibration: 24, crop: 0.5 });
  console.log(`ESPIRiT of the measured centre: rank ${rank}, ${((performance.now() - before) / 1000).toFixed(1)} s`);
  if (isPart("measured")) await measured(maps, kspace);
  if (
    (isPart("simulated") || isPart("posterior")) &&
    isThere(join(folder, "mri", "t1_coronal_slice.npy")) &&
    isThere(join(folder, "brain_mri", "axial128.npz"))
  )
    await simulated(maps, isPart("posterior"));
}
await runtime.dispose();
