/**
 * Radio interferometry: an extended source from the Fourier components that a small array sees. The dirty image, CLEAN, total
 * variation, and posteriors with a prior that was trained on other sources (`bench/radio-sources.ts`).
 *
 *     npm run bench bench/radio.ts [folder of data] [run of the prior] [folder for pictures]
 *
 * Arrays are simulated (`arrayCoverage`). Every visibility has Gaussian noise in its real and in its imaginary part. Weights of total
 * variation and the width of CLEAN's restoring beam are those that are best on four other sources. Digits of MNIST are sources of a
 * kind that the prior never saw. CLEAN runs in Python with NumPy (`bench/peers/clean.py`), where that is there.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { decodeIdx, readNpz, writeNpz } from "@scorefield/data";
import {
  arrayCoverage,
  gaussianNoise,
  interferometer,
  type LinearOperator,
  type PosteriorOptions,
  posterior,
  totalVariation,
} from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { intervalCoverage, psnr, ssim } from "scorefield/assess";
import { dataFolder, isThere, printTable } from "./imaging-data.ts";
import { fromModelUnits, inModelUnits, priorAt } from "./prior-at.ts";
import { source, sourceKinds } from "./radio-sources.ts";
import { runOnce } from "./run-once.ts";
import { sheetPicture, writeSheet } from "./sheet.ts";

const folder = dataFolder();
const [, , , run, pictures] = process.argv;
const runtime = native({ threads: 1 });
const side = 32;

/** A source, [side, side] from 0 to 1. */
interface Sky {
  readonly name: string;
  readonly truth: NdArray;
}

/** An array, and what it does. */
interface Observation {
  readonly name: string;
  readonly antennas: number;
  readonly times: number;
  readonly hours: number;
  /** Of the real and of the imaginary part of a visibility, in units of the brightest pixel that there can be. */
  readonly sigma: number;
}

const observations: readonly Observation[] = [
  { name: "9 antennas, 12 times in 6 h", antennas: 9, times: 12, hours: 6, sigma: 1 },
  { name: "6 antennas, 8 times in 4 h", antennas: 6, times: 8, hours: 4, sigma: 0.5 },
];

const some = (seeds: readonly number[]): Sky[] =>
  seeds.flatMap((seed) =>
    sourceKinds.map((kind, k) => ({
      name: `${kind} ${seed}`,
      truth: ndarray(source(kind, side, 10 * seed + k), [side, side]),
    })),
  );

/** Digits in the middle of the sky, where they are there. */
const digits = async (count: number): Promise<Sky[]> => {
  const path = join(folder, "mnist", "train-images-idx3-ubyte.gz");
  if (!isThere(path)) return [];
  const { data } = await decodeIdx(gunzipSync(await readFile(path)), path);
  return Array.from({ length: count }, (_, k) => {
    const truth = new Float32Array(side * side);
    for (let p = 0; p < 784; p++)
      truth[(Math.floor(p / 28) + 2) * side + (p % 28) + 2] = Number(data[k * 784 + p]) / 255;
    return { name: `digit ${k + 1}`, truth: ndarray(truth, [side, side]) };
  });
};

interface Found {
  readonly image: NdArray;
  readonly seconds: number;
  readonly draws?: NdArray;
  readonly deviation?: NdArray;
  readonly setting?: string;
}

/** What a method makes of every sky. */
type Results = Map<string, readonly (Found | undefined)[]>;

const pictureOf = ({ data }: NdArray, k: number): NdArray =>
  ndarray(
    Float32Array.from({ length: side * side }, (_, p) => Number(data[k * side * side + p])),
    [side, side],
  );

const quality = (image: NdArray, { truth }: Sky): number => psnr(image, truth, [0, 1]);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of several settings the one that is best on the skies for tuning, which stand after the others. */
const bestOnTuning = (
  tries: readonly { readonly image: NdArray; readonly setting: string; readonly seconds: number }[],
  skies: readonly Sky[],
  tests: number,
): Found[] => {
  const values = tries.map(({ image }) =>
    mean(skies.slice(tests).map((sky, k) => quality(pictureOf(image, tests + k), sky))),
  );
  const { image, setting, seconds } = tries[values.indexOf(Math.max(...values))]!;
  return skies.slice(0, tests).map((_, k) => ({ image: pictureOf(image, k), setting, seconds }));
};

/** A* y times the number with which it fits y best. */
const dirty = async (operator: LinearOperator, y: NdArray): Promise<NdArray> =>
  runOnce(
    (v) => {
      const back = operator.adjoint(v);
      const again = operator.apply(back);
      const over = (f: typeof v) => f.reshape([f.shape[0]!, -1]).sum(1).reshape([-1, 1, 1, 1]);
      return back.multiply(over(back.square()).divide(over(again.square())));
    },
    y,
    runtime,
  );

const python = process.env.SCOREFIELD_BENCH_PYTHON ?? "python3";

/** CLEAN at several widths of the restoring beam; nothing where Python or NumPy is missing. */
const clean = async (frequencies: NdArray, y: NdArray, sigma: number) => {
  const place = await mkdtemp(join(tmpdir(), "clean-"));
  const [input, output] = [join(place, "in.npz"), join(place, "out.npz")];
  try {
    const beams = [1, 0.8, 0.6, 0.4];
    await writeNpz(input, {
      frequencies,
      visibilities: { ...y, shape: [y.shape[0]!, frequencies.shape[0]!, 2] },
      sigma: ndarray(Float64Array.of(sigma)),
      size: ndarray(Float64Array.of(side, side)),
      beams: ndarray(Float64Array.from(beams)),
    });
    const script = fileURLToPath(new URL("peers/clean.py", import.meta.url));
    const { stdout } = await promisify(execFile)(python, [script, input, output]);
    console.log(`CLEAN: ${stdout.trim()}`);
    const { restored, seconds } = await readNpz(output);
    const each = mean(Array.from(seconds!.data, Number));
    const pixels = side * side;
    return beams.map((beam, b) => ({
      image: ndarray(
        Float32Array.from({ length: y.shape[0]! * pixels }, (_, at) => {
          const k = Math.floor(at / pixels);
          return Number(restored!.data[(k * beams.length + b) * pixels + (at % pixels)]);
        }),
      ),
      setting: `beam x ${beam}`,
      seconds: each,
    }));
  } catch (error) {
    console.log(`CLEAN is left out: ${(error as Error).message.split("\n").at(-1)}`);
    return [];
  } finally {
    await rm(place, { recursive: true });
  }
};

const methods: readonly { name: string; options: PosteriorOptions; which: RegExp }[] = [
  { name: "half-quadratic", which: /./, options: { method: "half-quadratic", steps: 24, start: 2, end: 0.02 } },
  { name: "daps, mean of 19", which: /./, options: { method: "daps", steps: 12, innerSteps: 3, draws: 19 } },
];

const observe = async (
  { name, antennas, times, hours, sigma }: Observation,
  tests: readonly Sky[],
  tuning: readonly Sky[],
) => {
  const frequencies = arrayCoverage({ antennas, times, hours, longest: 0.4, seed: 2 });
  const operator = interferometer({ input: [1, side, side], frequencies, method: "direct", steps: 30 });
  const skies = [...tests, ...tuning];
  const all = ndarray(Float32Array.from(skies.flatMap(({ truth }) => Array.from(truth.data, Number))), [
    skies.length,
    1,
    side,
    side,
  ]);
  const noise = gaussianNoise({ sigma });
  const y = noise.draw((await runOnce(operator.apply, all, runtime)) as NdArray<"float32">, { seed: 7 });
  const count = frequencies.shape[0]!;
  console.log(
    `\n${name}: ${count} visibilities, longest baseline 0.4 cycles per pixel, noise ${sigma}; flux of a source ${mean(tests.map(({ truth }) => mean(Array.from(truth.data, Number)) * side * side)).toFixed(0)} on average; ${side} x ${side} pixels`,
  );
  const results: Results = new Map();
  const before = performance.now();
  const back = await dirty(operator, y);
  const seconds = (performance.now() - before) / 1000 / skies.length;
  results.set(
    "dirty image",
    tests.map((_, k) => ({ image: pictureOf(back, k), seconds })),
  );
  const cleaned = await clean(frequencies, y, sigma);
  if (cleaned.length > 0) results.set("CLEAN", bestOnTuning(cleaned, skies, tests.length));
  const tries: { image: NdArray; setting: string; seconds: number }[] = [];
  for (const weight of [0.1, 0.3, 1, 3, 10, 30]) {
    const start = performance.now();
    const { estimate } = await totalVariation(y, {
      operator,
      weight: weight * sigma ** 2,
      range: [0, Number.POSITIVE_INFINITY],
      steps: 600,
      runtime,
    });
    tries.push({
      image: estimate,
      setting: `weight ${weight}`,
      seconds: (performance.now() - start) / 1000 / skies.length,
    });
  }
  results.set("total variation", bestOnTuning(tries, skies, tests.length));
  const model = await priorAt(run, [side, side], 5);
  if (model) {
    const shifted = await inModelUnits(operator, y as NdArray, 1, runtime);
    const each = 2 * count;
    const doubled = gaussianNoise({ sigma: 2 * sigma });
    for (const { name: method, options, which } of methods) {
      const found: (Found | undefined)[] = [];
      for (const [k, sky] of tests.entries()) {
        if (!which.test(sky.name)) {
          found.push(undefined);
          continue;
        }
        const one = ndarray(
          Float32Array.from(shifted.data as Float32Array).slice(k * each, (k + 1) * each),
          operator.output,
        );
        const start = performance.now();
        const drawn = await posterior(model, operator, doubled, one, {
          ...options,
          seed: k,
          runtime,
        } as PosteriorOptions);
        const { draws, deviation, misfit } = drawn;
        found.push({
          image: { ...fromModelUnits(drawn.mean, 1), shape: [side, side] },
          seconds: (performance.now() - start) / 1000,
          setting: `misfit ${misfit.found.toFixed(2)}, allowed ${misfit.allowed.toFixed(2)}`,
          ...(deviation && {
            draws: { ...fromModelUnits(draws, 1), shape: [draws.shape[0]!, side, side] },
            deviation: ndarray(
              Float32Array.from(deviation.data, (value) => value / 2),
              [side, side],
            ),
          }),
        });
      }
      results.set(method, found);
    }
  }
  return { frequencies, results };
};

const show = (results: Results, tests: readonly Sky[]): void => {
  const rows: string[][] = [];
  const summary: string[][] = [];
  for (const [method, found] of results) {
    const there = tests.flatMap((sky, k) => (found[k] ? [{ sky, found: found[k] }] : []));
    const lines = there.map(({ sky, found: { image, draws, seconds, setting } }) => {
      const cover = draws && intervalCoverage(draws, sky.truth);
      return { sky, psnr: quality(image, sky), ssim: ssim(image, sky.truth, [0, 1]), cover, seconds, setting };
    });
    for (const { sky, psnr: value, ssim: likeness, cover, seconds, setting } of lines)
      rows.push([
        sky.name,
        method,
        value.toFixed(2),
        likeness.toFixed(3),
        cover ? cover.found.toFixed(2) : "",
        seconds.toFixed(2),
        setting ?? "",
      ]);
    for (const [group, own] of [
      ["sources", lines.filter(({ sky }) => !sky.name.startsWith("digit"))],
      ["digits", lines.filter(({ sky }) => sky.name.startsWith("digit"))],
    ] as const)
      if (own.length > 0)
        summary.push([
          group,
          method,
          `${own.length}`,
          mean(own.map((line) => line.psnr)).toFixed(2),
          mean(own.map((line) => line.ssim)).toFixed(3),
          own[0]!.cover ? mean(own.map(({ cover }) => cover!.found)).toFixed(2) : "",
          mean(own.map(({ seconds }) => seconds)).toFixed(2),
        ]);
  }
  printTable(["source", "method", "PSNR (dB)", "SSIM", "90 % intervals cover", "seconds", "setting or misfit"], rows);
  console.log("");
  printTable(["of", "method", "sources", "PSNR (dB)", "SSIM", "90 % intervals cover", "seconds"], summary);
};

/** Where the array sees, and its mirror image, on 128 x 128 points. */
const coverage = ({ data }: NdArray): NdArray => {
  const n = 128;
  const points = new Float32Array(n * n);
  for (let k = 0; k < data.length; k += 2)
    for (const sign of [1, -1]) {
      const [u, v] = [Number(data[k]) * sign, Number(data[k + 1]) * sign];
      points[Math.floor((v + 0.5) * n) * n + Math.floor((u + 0.5) * n)] = 1;
    }
  return ndarray(points, [n, n]);
};

const tests = [...some([1, 2]), ...(await digits(2))];
const tuning = some([3]);
for (const [k, observation] of observations.entries()) {
  const { frequencies, results } = await observe(observation, tests, tuning);
  show(results, tests);
  if (!pictures) continue;
  const named = (name: string, i: number) => results.get(name)?.[i];
  const rows = [0, 1, 2, 3, 8].flatMap((i) => {
    const sky = tests[i];
    if (!sky) return [];
    const range = [0, Math.max(...Array.from(sky.truth.data, Number))] as const;
    const drawn = named("daps, mean of 19", i);
    return [
      [
        sheetPicture(coverage(frequencies), [0, 1]),
        ...["dirty image", "CLEAN", "total variation", "daps, mean of 19"].flatMap((name) => {
          const found = named(name, i);
          return found ? [sheetPicture(found.image, range)] : [];
        }),
        ...(drawn?.deviation ? [sheetPicture(drawn.deviation, [0, 0.2])] : []),
        sheetPicture(sky.truth, range),
      ],
    ];
  });
  await writeSheet(join(pictures, `radio-${k + 1}.png`), rows, [128, 128]);
}
await runtime.dispose();
