/**
 * Sensitivity maps and SENSE reconstruction of 8-coil MRI, beside Debian's `bart` where it is installed:
 *
 *     npm run bench bench/mri.ts [folder of data] [folder for pictures]
 *
 * Measured data: k-space of 8 coils of which an eighth of the points exists. A tenth of the measured points outside of the centre is
 * held out. What is reconstructed from the rest must tell them. Simulated data: a slice of another head seen through the maps of
 * the measured coils, with noise, so that there is a truth: the root of sum of squares of the coils' images without noise. Each
 * method has the weight of its list that is best by that truth.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { normal, uniform } from "@scorefield/core";
import {
  mri,
  type SamplingPatternOptions,
  samplingPattern,
  sensitivityMaps,
  totalVariation,
} from "@scorefield/inverse";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { type BartArray, bart, bartVersion } from "./bart.ts";
import { dataFolder, isThere, printTable, psnr, readCoils, readSlice, writeGrey } from "./imaging-data.ts";

const folder = dataFolder();
const pictures = process.argv[3];
const runtime = native({ threads: 1 });
const version = bartVersion();
console.log(
  version ? `bart ${version}` : "bart is not installed (Debian: apt-get install bart): its rows are left out.",
);

const [coils, rows, columns] = [8, 230, 180];
const pixels = rows * columns;
const calibration = 24;
type Operator = ReturnType<typeof mri>;

const operatorOf = (maps: NdArray, mask: Float32Array): Operator =>
  mri({ input: [rows, columns, 2], maps, mask: ndarray(mask, [rows, columns]), steps: 30 });

/** Runs one function of one array. */
const run = async <R extends Readonly<Record<string, Tensor>>>(f: (x: Tensor) => R, x: NdArray) => {
  const compiled = await compile(f, [{ shape: x.shape, dtype: x.dtype }], { runtime });
  try {
    const before = performance.now();
    const result = (await compiled(x as never)) as unknown as { readonly [K in keyof R]: NdArray };
    return { result, seconds: (performance.now() - before) / 1000 };
  } finally {
    await compiled.dispose();
  }
};

/** The measured points of all coils, in the operator's order. */
const pointsOf = (kspace: ArrayLike<number>, mask: Float32Array): NdArray => {
  const values: number[] = [];
  for (let c = 0; c < coils; c++)
    for (let p = 0; p < pixels; p++)
      if (mask[p] === 1) values.push(kspace[2 * (c * pixels + p)]!, kspace[2 * (c * pixels + p) + 1]!);
  return ndarray(Float32Array.from(values), [1, coils, values.length / (2 * coils), 2]);
};

const masked = (kspace: ArrayLike<number>, mask: Float32Array): Float32Array =>
  Float32Array.from(kspace, (value, at) => (mask[(at >> 1) % pixels] === 1 ? value : 0));
/** bart's transform leaves out the constant e^(-i pi n / 2) of each axis of n points, which has its origin in the middle. */
const bartSign = (-1) ** ((rows + columns) / 2);
const asBart = (data: Float32Array, count = coils): BartArray => ({ sizes: [columns, rows, 1, count], data });

/** |a - b| / |b| */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
};

interface Reconstruction {
  readonly name: string;
  readonly image: Float32Array;
  readonly seconds: number;
}

/** Every method at every weight of its list. `weights` are relative to the size of the image. */
const reconstructions = async (
  kspace: Float32Array,
  mask: Float32Array,
  maps: { readonly ours: NdArray; readonly bart?: NdArray },
  sameMaps = false,
): Promise<Reconstruction[]> => {
  const operator = operatorOf(maps.ours, mask);
  const y = pointsOf(kspace, mask);
  const found: Reconstruction[] = [];
  const zero = await run((v) => ({ x: operator.adjoint(v) }), y);
  const scale = Math.sqrt((zero.result.x.data as Float32Array).reduce((sum, v) => sum + v ** 2, 0) / pixels);
  found.push({ name: "zero-filled", image: zero.result.x.data as Float32Array, seconds: zero.seconds });
  for (const lambda of [0.003, 0.01, 0.03]) {
    const { result, seconds } = await run((v) => ({ x: operator.solve(operator.adjoint(v), lambda) }), y);
    found.push({ name: `SENSE, l2 ${lambda}`, image: result.x.data as Float32Array, seconds });
  }
  for (const weight of [0.003, 0.01]) {
    const before = performance.now();
    const { estimate } = await totalVariation(y, { operator, weight: weight * scale, steps: 100, runtime });
    const seconds = (performance.now() - before) / 1000;
    found.push({ name: `SENSE, total variation ${weight}`, image: estimate.data as Float32Array, seconds });
  }
  if (!maps.bart) return found;
  const peers: [string, NdArray, string[]][] = [];
  for (const lambda of [0.003, 0.01, 0.03]) {
    const options = ["-w", "1", "-l2", "-r", `${lambda}`, "-i", "30"];
    peers.push([`bart pics, l2 ${lambda}`, maps.bart, options]);
    if (sameMaps) peers.push([`bart pics, l2 ${lambda}, our maps`, maps.ours, options]);
  }
  for (const lambda of [0.001, 0.003, 0.01])
    peers.push([`bart pics, l1-wavelet ${lambda}`, maps.bart, ["-S", "-l1", "-r", `${lambda}`, "-i", "100"]]);
  for (const [name, sensitivity, options] of peers) {
    const inputs = [asBart(masked(kspace, mask)), asBart(Float32Array.from(sensitivity.data as Float32Array))];
    const { data, seconds } = bart("pics", options, inputs);
    found.push({ name, image: data.map((value) => bartSign * value), seconds });
  }
  return found;
};

const estimateMaps = (kspace: Float32Array) => {
  const before = performance.now();
  const { maps, rank } = sensitivityMaps(ndarray(kspace, [coils, rows, columns, 2]), { calibration });
  const seconds = (performance.now() - before) / 1000;
  const peer = version && bart("ecalib", ["-m1", "-r", `${calibration}`, "-c", "0.9"], [asBart(kspace)]);
  return {
    ours: maps,
    rank,
    seconds,
    ...(peer && { bart: ndarray(peer.data, [coils, rows, columns, 2]), peerSeconds: peer.seconds }),
  };
};

/** |c - S S* c| / |c| over pixels where S is not 0, for images c of the coils: what the maps cannot explain. */
const projectionResidual = (images: Float32Array, { data: s }: NdArray): number => {
  let [rest, whole] = [0, 0];
  for (let p = 0; p < pixels; p++) {
    let [re, im, size, held] = [0, 0, 0, 0];
    for (let c = 0; c < coils; c++) {
      const at = 2 * (c * pixels + p);
      const [x, y, u, v] = [images[at]!, images[at + 1]!, Number(s[at]), Number(s[at + 1])];
      re += u * x + v * y;
      im += u * y - v * x;
      size += x * x + y * y;
      held += u * u + v * v;
    }
    if (held < 0.5) continue;
    rest += size - (re * re + im * im) / held;
    whole += size;
  }
  return Math.sqrt(Math.max(rest, 0) / whole);
};

/** The image of each coil from points of k-space, the others taken for 0. */
const coilImages = async (kspace: Float32Array): Promise<Float32Array> => {
  const one = mri({ input: [rows, columns, 2], mask: ndarray(new Float32Array(pixels).fill(1), [rows, columns]) });
  const y = ndarray(kspace, [coils, 1, pixels, 2]);
  return (await run((v) => ({ x: one.adjoint(v) }), y)).result.x.data as Float32Array;
};

const magnitude = (image: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: image.length / 2 }, (_, p) => Math.hypot(image[2 * p]!, image[2 * p + 1]!));

const measured = async (kspace: Float32Array, maps: ReturnType<typeof estimateMaps>): Promise<void> => {
  const centre = samplingPattern({
    size: [rows, columns],
    along: "points",
    order: "regular",
    acceleration: 1e6,
    calibration,
  });
  const images = await coilImages(masked(kspace, centre.data));
  console.log(`\nESPIRiT of the measured centre, ${calibration} x ${calibration}: rank ${maps.rank} of ${36 * coils}`);
  printTable(
    ["maps", "projection residual", "seconds"],
    [
      ["ours", projectionResidual(images, maps.ours).toFixed(4), maps.seconds.toFixed(1)],
      ...(maps.bart
        ? [["bart ecalib", projectionResidual(images, maps.bart).toFixed(4), maps.peerSeconds!.toFixed(1)]]
        : []),
    ],
  );
  const all = Float32Array.from({ length: pixels }, (_, p) => (kspace[2 * p] !== 0 || kspace[2 * p + 1] !== 0 ? 1 : 0));
  const u = uniform([pixels], { seed: 1 }).data;
  const held = all.map((seen, p) => (seen === 1 && centre.data[p] === 0 && u[p]! < 0.1 ? 1 : 0));
  const kept = all.map((seen, p) => seen - held[p]!);
  const found = await reconstructions(kspace, kept, maps, true);
  const truth = pointsOf(kspace, held);
  const misfit = async (image: Float32Array, sensitivity: NdArray): Promise<number> => {
    const operator = operatorOf(sensitivity, held);
    const x = ndarray(image, [1, rows, columns, 2]);
    const { result } = await run((v) => ({ y: operator.apply(v) }), x);
    return distance(result.y.data as Float32Array, truth.data as Float32Array);
  };
  const table: string[][] = [];
  for (const { name, image, seconds } of found) {
    const theirs = name.startsWith("bart") && !name.endsWith("our maps");
    table.push([name, (await misfit(image, theirs ? maps.bart! : maps.ours)).toFixed(4), seconds.toFixed(1)]);
  }
  console.log("\nMeasured data, a tenth held out: relative misfit of what was held out (1 is no knowledge of it)");
  printTable(["method", "misfit of held-out points", "seconds"], table);
  for (const lambda of [0.003, 0.03]) {
    const image = (name: string) => found.find((one) => one.name === name)?.image;
    const [ours, peer] = [image(`SENSE, l2 ${lambda}`)!, image(`bart pics, l2 ${lambda}, our maps`)];
    if (peer)
      console.log(`l2 ${lambda}, same maps: our image differs from bart's by ${distance(ours, peer).toExponential(1)}`);
  }
  if (pictures) {
    const root = new Float64Array(pixels);
    const zeroFilled = await coilImages(kspace);
    for (let at = 0; at < zeroFilled.length; at++) root[(at >> 1) % pixels]! += zeroFilled[at]! ** 2;
    await writeGrey(join(pictures, "mri-root-of-squares.png"), root.map(Math.sqrt), columns);
    await writeGrey(join(pictures, "mri-sense.png"), magnitude(found[2]!.image), columns);
  }
};

/** The slice in the middle of the coils' field, with a smooth phase, seen by the measured coils with noise. */
const simulate = async (maps: NdArray): Promise<{ kspace: Float32Array; truth: Float64Array }> => {
  const slice = readSlice(folder);
  const image = new Float32Array(2 * pixels);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const value = slice[(i + 13) * 256 + j + 38]!;
      const phase = 1.2 * Math.sin(i / 60) * Math.cos(j / 50);
      image[2 * (i * columns + j)] = value * Math.cos(phase);
      image[2 * (i * columns + j) + 1] = value * Math.sin(phase);
    }
  const full = operatorOf(maps, new Float32Array(pixels).fill(1));
  const { result } = await run((x) => ({ y: full.apply(x) }), ndarray(image, [1, rows, columns, 2]));
  const noise = normal([2 * coils * pixels], { seed: 5 }).data;
  const kspace = Float32Array.from(result.y.data as Float32Array, (value, at) => value + 0.01 * noise[at]!);
  const held = new Float64Array(pixels);
  for (let at = 0; at < maps.data.length; at++) held[(at >> 1) % pixels]! += Number(maps.data[at]) ** 2;
  return { kspace, truth: magnitude(image).map((value, p) => value * Math.sqrt(held[p]!)) };
};

const patterns: [string, Partial<SamplingPatternOptions>][] = [
  ["2x lines, regular", { acceleration: 2, order: "regular" }],
  ["4x lines, regular", { acceleration: 4, order: "regular" }],
  ["4x lines, random", { acceleration: 4, order: "dense" }],
  ["4x points, random", { acceleration: 4, order: "dense", along: "points" }],
  ["7x lines, random", { acceleration: 7, order: "dense" }],
  ["7x points, random", { acceleration: 7, order: "dense", along: "points" }],
];

const simulated = async (maps: NdArray): Promise<void> => {
  const { kspace, truth } = await simulate(maps);
  const columnsOf = new Map<string, string[]>();
  for (const [name, pattern] of patterns) {
    const mask = samplingPattern({ size: [rows, columns], calibration, seed: 2, acceleration: 4, ...pattern });
    const seen = masked(kspace, mask.data);
    const found = await reconstructions(seen, mask.data, estimateMaps(seen));
    const best = new Map<string, number>();
    for (const { name: method, image } of found) {
      if (method.endsWith("our maps")) continue;
      const family = method.replace(/ [\d.]+$/, "");
      const value = psnr(magnitude(image), truth);
      best.set(family, Math.max(best.get(family) ?? 0, value));
    }
    for (const [family, value] of best) columnsOf.set(family, [...(columnsOf.get(family) ?? []), value.toFixed(2)]);
    const share = mask.data.reduce((sum, value) => sum + value, 0) / pixels;
    const values = [...best].map(([family, value]) => `${family} ${value.toFixed(2)}`);
    console.log(`${name}, ${(100 * share).toFixed(1)} % of k-space: ${values.join("; ")}`);
  }
  console.log("\nSimulated data: PSNR in dB of the magnitude, maps estimated from the sub-sampled data by each");
  printTable(
    ["method", ...patterns.map(([name]) => name)],
    [...columnsOf].map(([family, values]) => [family, ...values]),
  );
};

if (isThere(join(folder, "mri", "cartesian_ksp.npy"))) {
  const kspace = readCoils(folder).data as Float32Array;
  const maps = estimateMaps(kspace);
  await measured(kspace, maps);
  if (existsSync(join(folder, "mri", "t1_coronal_slice.npy"))) await simulated(maps.ours);
}
await runtime.dispose();
