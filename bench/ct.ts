/**
 * Computed tomography from few views: filtered back-projection, total variation, and posteriors with a prior that was trained on other
 * objects (`bench/ct-scenes.ts`).
 *
 *     npm run bench bench/ct.ts [folder of data] [run of the prior] [folder for pictures] [which]
 *
 * Phantom: projections of its 400 x 400 pixels, with 2 rays to a detector, and noise of 0.5 % of their largest value; reconstructed on
 * 100 x 100 pixels, and compared with the means of 4 x 4. Other objects have the same noise; their projections are made of the pixels
 * that are reconstructed. Tooth: measured projections of one slice, 4 detectors put together, compared with filtered back-projection
 * (Hann) of all 181 views, which is no independent truth. The weight of total variation is that which is best on four scenes with the
 * same views and noise.
 * `which` is "phantom,tooth" by default, and may name views, such as phantom:60; "weights" shows total variation by its weight.
 */
import { join } from "node:path";
import { gaussianNoise, type PosteriorOptions, posterior, type Radon, totalVariation } from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { intervalCoverage, psnr, ssim } from "scorefield/assess";
import { type Choice, chosen, type Geometry, type Scan, simulatedScans, toothScan } from "./ct-data.ts";
import { dataFolder, isThere, printTable } from "./imaging-data.ts";
import { fromModelUnits, inModelUnits, priorAt } from "./prior-at.ts";
import { runOnce } from "./run-once.ts";
import { sheetPicture, writeSheet } from "./sheet.ts";

const folder = dataFolder();
const [, , , run, pictures, which = "phantom,tooth"] = process.argv;
const runtime = native({ threads: 1 });

/** One method's picture of one scan. */
interface Found {
  readonly method: string;
  readonly image: NdArray;
  readonly setting?: string;
  readonly seconds: number;
  readonly draws?: NdArray;
  readonly deviation?: NdArray;
}

const pictureOf = (all: NdArray, k: number, size: number): NdArray =>
  ndarray(Float32Array.from(all.data as Float32Array).slice(k * size * size, (k + 1) * size * size), [size, size]);

const truthOf = ({ truth }: Scan, { size }: Geometry): NdArray => ndarray(truth, [size, size]);

const timed = async <T>(f: () => Promise<T>): Promise<[T, number]> => {
  const before = performance.now();
  const result = await f();
  return [result, (performance.now() - before) / 1000];
};

/**
 * Weights of total variation, in units of the noise's variance over the peak, that are best on scenes 1 to 4: what `weights` for
 * `which` prints. The tooth has those of the phantom's views.
 */
const tuned: Record<string, number> = { "180": 15, "60": 15, "23": 15, "60 within 120 degrees": 15 };

interface Problem {
  readonly geometry: Geometry;
  readonly scans: readonly Scan[];
  readonly choice: Choice;
  readonly operator: Radon;
  readonly y: NdArray;
}

const score = (image: NdArray, scan: Scan, geometry: Geometry): number =>
  psnr(image, truthOf(scan, geometry), [0, geometry.peak]);

const filtered = async ({ geometry, scans, operator, y }: Problem): Promise<Found[][]> => {
  const windows = ["ramp", "hann"] as const;
  const all: { image: NdArray; window: string; seconds: number }[] = [];
  for (const window of windows) {
    const [image, seconds] = await timed(() =>
      runOnce((v) => operator.filteredBackProjection(v, { window }), y, runtime),
    );
    all.push({ image, window, seconds: seconds / y.shape[0]! });
  }
  return scans.map((scan, k) => {
    const tries = all.map(({ image, window, seconds }) => ({
      method: "filtered back-projection",
      image: pictureOf(image, k, geometry.size),
      setting: window,
      seconds,
    }));
    return [tries.toSorted((a, b) => score(b.image, scan, geometry) - score(a.image, scan, geometry))[0]!];
  });
};

const variation = async (
  { geometry: { sigma, peak }, operator, y }: Problem,
  weight: number,
): Promise<{ image: NdArray; seconds: number }> => {
  const [{ estimate }, seconds] = await timed(() =>
    totalVariation(y, {
      operator,
      weight: (weight * sigma ** 2) / peak,
      range: [0, Number.POSITIVE_INFINITY],
      steps: 1000,
      runtime,
    }),
  );
  return { image: estimate, seconds: seconds / y.shape[0]! };
};

type Method = { readonly name: string; readonly options: PosteriorOptions; readonly scans: RegExp };

/** Settings are those that are best on scenes 3 and 4 with 23 views, of a few. */
const methods: readonly Method[] = [
  {
    name: "half-quadratic",
    scans: /./,
    options: { method: "half-quadratic", steps: 24, start: 1, end: 0.01, lambda: 0.5 },
  },
  {
    name: "daps, mean of 19",
    scans: /phantom/,
    options: { method: "daps", steps: 10, innerSteps: 3, draws: 19 },
  },
];

const posteriors = async (problem: Problem): Promise<Found[][]> => {
  const { geometry, scans, operator, y } = problem;
  const { size, sigma, peak } = geometry;
  const model = await priorAt(run, [size, size], 3);
  if (!model) return scans.map(() => []);
  const noise = gaussianNoise({ sigma: (2 * sigma) / peak });
  const shifted = await inModelUnits(operator, y, peak, runtime);
  const each = shifted.data.length / y.shape[0]!;
  const found: Found[][] = scans.map(() => []);
  for (const { name, options, scans: of } of methods)
    for (const [k, scan] of scans.entries()) {
      if (!of.test(scan.name)) continue;
      const data = Float32Array.from(shifted.data as Float32Array).slice(k * each, (k + 1) * each);
      const one = ndarray(data, operator.output);
      const [{ draws, mean, deviation, misfit }, seconds] = await timed(() =>
        posterior(model, operator, noise, one, { ...options, seed: k, runtime } as PosteriorOptions),
      );
      const flat = (values: NdArray): NdArray => ({ ...values, shape: [...values.shape.slice(0, -3), size, size] });
      found[k]!.push({
        method: name,
        setting: `misfit ${misfit.found.toFixed(2)}, allowed ${misfit.allowed.toFixed(2)}`,
        image: flat(fromModelUnits(mean, peak)),
        ...(deviation && {
          draws: flat(fromModelUnits(draws, peak)),
          deviation: { ...flat(deviation), data: Float32Array.from(deviation.data, (v) => (v * peak) / 2) },
        }),
        seconds,
      });
    }
  return found;
};

const reconstruct = async (problem: Problem): Promise<Found[][]> => {
  const { geometry, scans, choice } = problem;
  const fbp = await filtered(problem);
  const weight = tuned[choice.name]!;
  const tv = await variation(problem, weight);
  const learned = await posteriors(problem);
  return scans.map((_, k) => [
    ...fbp[k]!,
    {
      method: "total variation",
      image: pictureOf(tv.image, k, geometry.size),
      setting: `weight ${weight}`,
      seconds: tv.seconds,
    },
    ...learned[k]!,
  ]);
};

const rowsOf = (choice: Choice, scan: Scan, geometry: Geometry, found: readonly Found[]): string[][] =>
  found.map(({ method, image, setting, seconds, draws }) => {
    const truth = truthOf(scan, geometry);
    const cover = draws && intervalCoverage(draws, truth);
    return [
      choice.name,
      scan.name,
      method,
      score(image, scan, geometry).toFixed(2),
      ssim(image, truth, [0, geometry.peak]).toFixed(3),
      cover ? `${cover.found.toFixed(2)} of ${cover.expected.toFixed(2)}` : "",
      seconds.toFixed(1),
      setting ?? "",
    ];
  });

const head = ["views", "object", "method", "PSNR (dB)", "SSIM", "coverage", "seconds", "setting or misfit"];

/** Mean over objects of the PSNR of a method, and of its difference from others. */
const means = (results: readonly (readonly [string, Scan, Geometry, readonly Found[]])[]): void => {
  const rows: string[][] = [];
  for (const view of new Set(results.map(([name]) => name)))
    for (const method of new Set(results.flatMap(([, , , found]) => found.map((one) => one.method)))) {
      const values = results
        .filter(
          ([name, scan, , found]) =>
            name === view && scan.name !== "phantom" && found.some((one) => one.method === method),
        )
        .map(([, scan, geometry, found]) => {
          const of = (name: string): number => score(found.find((one) => one.method === name)!.image, scan, geometry);
          return [of(method), of(method) - of("filtered back-projection"), of(method) - of("total variation")];
        });
      if (values.length === 0) continue;
      const mean = (at: number): string => (values.reduce((sum, row) => sum + row[at]!, 0) / values.length).toFixed(2);
      rows.push([view, method, `${values.length}`, mean(0), mean(1), mean(2)]);
    }
  console.log("\nMeans over objects other than the phantom: PSNR in dB, and above the others");
  printTable(["views", "method", "objects", "PSNR", "above filtered back-projection", "above total variation"], rows);
};

const sheet = async (
  path: string,
  scan: Scan,
  geometry: Geometry,
  all: readonly (readonly Found[])[],
): Promise<void> => {
  const rows = all.map((found) => {
    const last = found.findLast(({ deviation }) => deviation);
    const named = (name: string) => found.find(({ method }) => method === name)?.image;
    return [
      sheetPicture(truthOf(scan, geometry), [0, geometry.peak]),
      ...[named("filtered back-projection"), named("total variation"), named("half-quadratic"), last?.image].flatMap(
        (image) => (image ? [sheetPicture(image, [0, geometry.peak])] : []),
      ),
      ...(last?.deviation ? [sheetPicture(last.deviation, [0, 0.1 * geometry.peak])] : []),
    ];
  });
  await writeSheet(path, rows, [geometry.size, geometry.size]);
};

const phantomViews: readonly Choice[] = [
  { name: "180", step: 1, among: 180 },
  { name: "60", step: 3, among: 180 },
  { name: "23", step: 8, among: 180 },
  { name: "60 within 120 degrees", step: 2, among: 120 },
];

const wanted = (part: string, { name }: Choice): boolean => {
  const views = which.split(",").flatMap((one) => (one.startsWith(`${part}:`) ? [one.slice(part.length + 1)] : []));
  return views.length === 0 || views.includes(name);
};

const simulated = async (): Promise<void> => {
  const { geometry, tests } = await simulatedScans(folder, runtime);
  console.log(`phantom and other objects, 100 x 100 pixels, noise ${geometry.sigma.toFixed(4)} of every ray`);
  const results: (readonly [string, Scan, Geometry, readonly Found[]])[] = [];
  for (const choice of phantomViews.filter((one) => wanted("phantom", one))) {
    const found = await reconstruct({ geometry, scans: tests, choice, ...chosen(geometry, choice, tests) });
    console.log("");
    printTable(
      head,
      tests.flatMap((scan, k) => rowsOf(choice, scan, geometry, found[k]!)),
    );
    for (const [k, scan] of tests.entries()) results.push([choice.name, scan, geometry, found[k]!]);
  }
  means(results);
  if (pictures)
    for (const name of ["phantom", "head 1"]) {
      const own = results.filter(([view, scan]) => scan.name === name && view !== "180");
      if (own.length > 0)
        await sheet(
          join(pictures, `ct-${name.replaceAll(" ", "-")}.png`),
          own[0]![1],
          geometry,
          own.map(([, , , found]) => found),
        );
    }
};

const tooth = async (path: string): Promise<void> => {
  const { geometry, scan } = await toothScan(path, runtime);
  const rows: Found[][] = [];
  for (const [name, step, among, like] of [
    ["61", 3, 181, "60"],
    ["23", 8, 181, "23"],
    ["61 within 121 degrees", 2, 121, "60 within 120 degrees"],
  ] as const) {
    const choice = { name, step, among };
    if (!wanted("tooth", choice)) continue;
    const problem = { geometry, scans: [scan], choice: { ...choice, name: like }, ...chosen(geometry, choice, [scan]) };
    const [found] = await reconstruct(problem);
    console.log("");
    printTable(head, rowsOf(choice, scan, geometry, found!));
    rows.push(found!);
  }
  if (pictures) await sheet(join(pictures, "ct-tooth.png"), scan, geometry, rows);
};

/** The PSNR of total variation by its weight: the mean of the scenes for tuning, and of each object by itself. */
const findWeights = async (): Promise<void> => {
  const { geometry, tests, tuning } = await simulatedScans(folder, runtime);
  const rows: string[][] = [];
  for (const choice of phantomViews.filter((one) => wanted("weights", one))) {
    const scans = [...tuning, ...tests];
    const problem = { geometry, scans, choice, ...chosen(geometry, choice, scans) };
    for (const weight of [2.5, 6, 15, 40]) {
      const { image } = await variation(problem, weight);
      const values = scans.map((scan, k) => score(pictureOf(image, k, geometry.size), scan, geometry));
      const mean = values.slice(0, tuning.length).reduce((a, b) => a + b) / tuning.length;
      rows.push([choice.name, `${weight}`, ...[mean, ...values.slice(tuning.length)].map((value) => value.toFixed(2))]);
    }
  }
  printTable(["views", "weight", "scenes 1 to 4", ...tests.map(({ name }) => name)], rows);
};

if (which.includes("weights")) await findWeights();
if (which.includes("phantom")) await simulated();
const toothFile = join(folder, "ct", "tooth.h5");
if (which.includes("tooth") && isThere(toothFile)) await tooth(toothFile);
await runtime.dispose();
