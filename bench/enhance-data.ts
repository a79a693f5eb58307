/** Images, tasks and peers of `bench/enhance.ts`. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readArray, readNpz, writeNpy } from "@scorefield/data";
import {
  columns,
  compose,
  downsample,
  gaussianNoise,
  identity,
  type LinearOperator,
  matrix,
  type Noise,
  ricianNoise,
} from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Images [n, 1, height, width] in [-1, 1]. */
export type Images = NdArray<"float32">;

export const sizeOfImage = ({ shape }: NdArray): number => shape.slice(1).reduce((a, b) => a * b, 1);

/** Images of some numbers, in this order. */
export const pick = (images: Images, which: readonly number[]): Images => {
  const size = sizeOfImage(images);
  const data = new Float32Array(which.length * size);
  for (const [k, i] of which.entries()) data.set(images.data.subarray(i * size, (i + 1) * size), k * size);
  return ndarray(data, [which.length, ...images.shape.slice(1)]);
};

const fromBytes = ({ data, shape }: NdArray): Images =>
  ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 127.5 - 1),
    [shape[0]!, 1, ...shape.slice(1)],
  );

/** Images for choices, and images for the figures. */
export interface HeldOut {
  readonly train: Images;
  readonly validation: Images;
  readonly test: Images;
}

/** 4 subjects for choices; of each of the 18 others the slice in the middle. */
const heads = async (folder: string): Promise<HeldOut> => {
  const train = fromBytes((await readNpz(join(folder, "hippocampus-train.npz"))).X as NdArray);
  const { X, subject } = await readNpz(join(folder, "hippocampus-test.npz"));
  const images = fromBytes(X as NdArray);
  const bySubject = new Map<number, number[]>();
  for (const [i, one] of Array.from(subject!.data, Number).entries())
    bySubject.set(one, [...(bySubject.get(one) ?? []), i]);
  const middle = [...bySubject.values()].map((list) => list[list.length >> 1]!);
  return { train, validation: pick(images, middle.slice(0, 4)), test: pick(images, middle.slice(4)) };
};

/** 4 images for choices and 20 for the figures, none of which is in the training set too. */
const chests = async (folder: string): Promise<HeldOut> => {
  const [train, all] = await Promise.all(
    ["train", "test"].map(async (part) =>
      fromBytes((await readNpz(join(folder, `pneumonia-${part}.npz`))).X as NdArray),
    ),
  );
  const size = sizeOfImage(train!);
  const key = (images: Images, i: number): string => images.data.subarray(i * size, (i + 1) * size).join();
  const seen = new Set(Array.from({ length: train!.shape[0]! }, (_, i) => key(train!, i)));
  const fresh = Array.from({ length: all!.shape[0]! }, (_, i) => i).filter((i) => !seen.has(key(all!, i)));
  const some = Array.from({ length: 24 }, (_, k) => fresh[Math.floor((k * fresh.length) / 24)]!);
  return { train: train!, validation: pick(all!, some.slice(0, 4)), test: pick(all!, some.slice(4)) };
};

export const sets = { hippocampus: heads, pneumonia: chests } as const;

/** A way of measuring, and how it is called by the scripts in peers/. */
export interface Task {
  readonly set: keyof typeof sets;
  /** For `peers/supervised.py`. */
  readonly text: string;
  readonly title: string;
  readonly operator: LinearOperator;
  readonly noise: Noise;
  /** In units of [-1, 1]. */
  readonly sigma: number;
  readonly factor: number;
  /** Rows and columns that the measurement covers: the figures are of these. */
  readonly covered: readonly [rows: number, columns: number];
}

const units = "intensity in [-1, 1]";
const shapes = { hippocampus: [48, 32], pneumonia: [28, 28] } as const;

/** Means of blocks of the rows and columns that whole blocks cover. */
const blocks = (rows: number, cols: number, factor: number): LinearOperator => {
  const [low, narrow] = [Math.floor(rows / factor), Math.floor(cols / factor)];
  if (low * factor === rows && narrow * factor === cols) return downsample({ input: [1, rows, cols], factor, units });
  if (low * factor === rows)
    return compose(
      downsample({ input: [1, rows, narrow * factor], factor, units }),
      columns({ input: [1, rows, cols], columns: Array.from({ length: narrow * factor }, (_, i) => i), units }),
    );
  const weights = Array.from({ length: low * narrow }, (_, k) => {
    const row = new Array<number>(rows * cols).fill(0);
    for (let a = 0; a < factor; a++)
      for (let b = 0; b < factor; b++)
        row[(Math.floor(k / narrow) * factor + a) * cols + (k % narrow) * factor + b] = 1 / factor ** 2;
    return row;
  });
  return matrix({ input: [1, rows, cols], matrix: weights, units });
};

/** `rician:SIGMA`, `gaussian:SIGMA` or `blocks:FACTOR:SIGMA`. */
export const taskOf = (set: keyof typeof sets, text: string): Task => {
  const [kind, ...numbers] = text.split(":");
  const sigma = Number(numbers.at(-1));
  const factor = kind === "blocks" ? Number(numbers[0]) : 1;
  const [rows, cols] = shapes[set];
  const share = `${(50 * sigma).toFixed(1).replace(".0", "")} %`;
  return {
    set,
    text,
    sigma,
    factor,
    title: factor > 1 ? `${factor}x, ${share} noise` : `${kind === "rician" ? "Rician" : "Gaussian"} ${share}`,
    operator: factor > 1 ? blocks(rows, cols, factor) : identity({ input: [1, rows, cols], units }),
    noise: kind === "rician" ? ricianNoise({ sigma, offset: 1 }) : gaussianNoise({ sigma }),
    covered: [Math.floor(rows / factor) * factor, Math.floor(cols / factor) * factor],
  };
};

const script = (name: string): string => fileURLToPath(new URL(`peers/${name}.py`, import.meta.url));

/** A Python that imports a module: of SCOREFIELD_BENCH_PYTHON, `python3` and Debian's, the first that does. */
export const pythonWith = (module: string): string | undefined => {
  const candidates = [process.env.SCOREFIELD_BENCH_PYTHON, "python3", "/usr/bin/python3"].filter(
    (path) => path !== undefined,
  );
  return candidates.find((python) => {
    try {
      execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
};

/** What a script makes of measurements [n, ..., height, width], and its seconds for each. */
export const peer = async (
  python: string,
  name: string,
  before: readonly string[],
  y: NdArray,
  after: readonly (string | number)[] = [],
): Promise<{
  readonly restored: Images;
  readonly seconds: number;
  readonly about: Readonly<Record<string, number>>;
}> => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-enhance-"));
  try {
    const [measured, restored] = ["measured.npy", "restored.npy"].map((file) => join(folder, file)) as [string, string];
    const [n, , ...size] = y.shape.length === 4 ? y.shape : [y.shape[0]!, 1, ...y.shape.slice(1)];
    await writeNpy(measured, ndarray(Float32Array.from(y.data as Float32Array), [n!, ...size]));
    const words = [script(name), ...before, measured, restored, ...after.map(String)];
    const env = { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
    const about = JSON.parse(execFileSync(python, words, { encoding: "utf8", env }).trim().split("\n").at(-1)!);
    const found = await readArray(restored);
    const [count, ...rest] = found.shape;
    return {
      restored: ndarray(Float32Array.from(found.data as Float32Array), [count!, 1, ...rest]),
      seconds: about.secondsPerImage,
      about,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The weights of a supervised network, where it has been trained. */
export const supervisedModel = (folder: string, { set, text }: Task): string | undefined => {
  const path = join(folder, "enhance", `${set}-${text.replaceAll(":", "-")}.pt`);
  return existsSync(path) ? path : undefined;
};
