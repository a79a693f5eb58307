/** Files of what was restored. */

import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { atomicWrite, csvText, npyBytes, writeNpz } from "@scorefield/data";
import type { SampleFile } from "@scorefield/domain";
import type { NdArray } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import { columnHead } from "../report/restoration-report.ts";
import type { Restored } from "../restore/restore-run.ts";
import type { LoadedRun } from "../run/load.ts";
import { checkSampleFolder } from "../run/whole-folder.ts";
import type { Shard } from "./options.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";

/** One measurement, what was restored from it, and pictures of both. */
export interface RestoredItem {
  /** Its number in the file of measurements, or of truths. */
  readonly index: number;
  readonly measurement: NdArray<"float64">;
  readonly truth?: NdArray<"float64">;
  readonly restored: Restored;
  /** A PNG of all of it, where samples are pictures. */
  readonly picture?: Uint8Array;
  /** PNGs of the mean and of the measurement alone, where these are pictures of pixels. */
  readonly mean?: Uint8Array;
  readonly seen?: Uint8Array;
}

const fileEndings = [".png", ".npz", ".npy", ".html"] as const;

/** Whether an output is one file rather than a folder, whose name may end in a number, as in `noise-0.1`. */
export const isFile = (path: string): boolean => /^\.[A-Za-z]\w*$/.test(extname(path));

/**
 * Checks where results go.
 * @param count how many measurements there are
 * @throws UsageError for a place that cannot be written, or that does not hold what there is
 */
export const checkRestoredPlace = async (
  path: string,
  { count, pictures }: { readonly count: number; readonly pictures: boolean },
): Promise<void> => {
  if (path === "-")
    throw new UsageError(
      "--out -: expected a folder or a file, found standard output; --json prints the numbers there",
    );
  if (!isFile(path)) {
    checkOutputPlace("--out", path);
    return checkSampleFolder(path);
  }
  checkOutputFile("--out", path, [...fileEndings]);
  const ending = extname(path).toLowerCase();
  if (ending === ".png" && !pictures)
    throw new UsageError(
      `--out ${path}: expected .npz, .npy, .html or a folder for samples that are no pictures, found .png`,
    );
  if (count > 1 && ending !== ".html" && ending !== ".npy")
    throw new UsageError(
      `--out ${path}: expected a folder, an .html file, or an .npy file of all draws, for ${count} measurements, found one file`,
    );
};

/** The first folder of a name that is not there yet: `NAME`, `NAME-2`, ... */
const freeFolder = (name: string): string => {
  for (let i = 1; ; i++) {
    const path = i === 1 ? name : `${name}-${i}`;
    if (!existsSync(path)) return path;
  }
};

/** The default folder: in that of the run, named by what is restored and how. */
export const usualFolder = (
  run: string,
  {
    source,
    operator,
    method,
    seed,
    shard,
  }: {
    readonly source: string;
    readonly operator: string;
    readonly method: string;
    readonly seed: number;
    readonly shard?: Shard | undefined;
  },
): string => {
  const base = basename(resolve(source)).replace(/(\.[A-Za-z]\w*)+$/, "");
  const part = shard ? [`shard-${shard.part}-of-${shard.parts}`] : [];
  const name = [base, operator, method, `seed-${seed}`, ...part].join("-").replace(/[^\w.+-]+/g, "-");
  return freeFolder(join(run, "restored", name));
};

/** Arrays of an item, for an .npz file. */
const arraysOf = ({
  measurement,
  truth,
  restored: { mean, deviation, draws },
}: RestoredItem): Record<string, NdArray> => ({
  measurement,
  mean,
  ...(deviation && { deviation }),
  draws,
  ...(truth && { truth }),
});

const quantile = (values: Float64Array, share: number): number => {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const rest = place - low;
  return sorted[low]! * (1 - rest) + sorted[Math.min(sorted.length - 1, low + 1)]! * rest;
};

/** Mean, deviation, and the middle 90 % of each column of a table's row; the truth last, where there is one. */
export const columnRows = ({ made }: LoadedRun, { restored, truth }: RestoredItem): string[][] | undefined => {
  if (!made.columns) return undefined;
  const { draws, mean, deviation } = restored;
  const [n = 0, width = 0] = draws.shape;
  const text = (value: number | undefined): string => (value === undefined ? "" : `${Number(value.toPrecision(6))}`);
  return made.columns.map((name, j) => {
    const own = Float64Array.from({ length: n }, (_, i) => draws.data[i * width + j]!);
    return [
      name,
      text(mean.data[j]),
      text(deviation?.data[j]),
      n > 1 ? text(quantile(own, 0.05)) : "",
      n > 1 ? text(quantile(own, 0.95)) : "",
      ...(truth ? [text(truth.data[j])] : []),
    ];
  });
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const csvOf = (rows: readonly (readonly string[])[]): Uint8Array =>
  bytes(
    `${rows.map((row) => row.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")).join("\n")}\n`,
  );

const npy = (array: NdArray): Uint8Array => Buffer.concat([...npyBytes(array)]);

/**
 * All files of a folder. With several items, in all parts, each has a sub-folder by its number.
 * @param whole the report is left out of a part
 */
export async function* restoredFiles(
  run: LoadedRun,
  items: readonly RestoredItem[],
  whole: { readonly report: string | undefined; readonly result: unknown; readonly several: boolean },
): AsyncGenerator<SampleFile, void, undefined> {
  if (whole.report !== undefined) yield { name: "report.html", content: bytes(whole.report) };
  yield { name: "restored.json", content: bytes(`${JSON.stringify(whole.result, null, 2)}\n`) };
  for (const item of items) {
    const folder = whole.several ? { folder: `${item.index}` } : {};
    for (const [name, array] of Object.entries(arraysOf(item)))
      yield { name: `${name}.npy`, ...folder, content: npy(array) };
    if (item.picture) yield { name: "picture.png", ...folder, content: item.picture };
    if (item.mean) yield { name: "mean.png", ...folder, content: item.mean };
    if (item.seen) yield { name: "measurement.png", ...folder, content: item.seen };
    const rows = columnRows(run, item);
    if (!rows) continue;
    yield { name: "columns.csv", ...folder, content: csvOf([columnHead.slice(0, rows[0]!.length), ...rows]) };
    const { draws } = item.restored;
    yield {
      name: "draws.csv",
      ...folder,
      content: bytes([...csvText({ columns: run.made.columns!, values: draws })].join("")),
    };
  }
}

/** Draws of all items, [items, draws, ...shape]. */
const allDraws = (items: readonly RestoredItem[]): NdArray<"float64"> => {
  const [{ restored: first }] = items as [RestoredItem];
  const size = first.draws.data.length;
  const data = new Float64Array(items.length * size);
  for (const [i, { restored }] of items.entries()) data.set(restored.draws.data, i * size);
  return { dtype: "float64", shape: [items.length, ...first.draws.shape], data };
};

/**
 * Writes an .npz, .npy, .png or .html file, atomically: of one item, or the draws of all or the report.
 * @param about `several`: whether there are several items in all parts
 */
export const writeRestoredFile = async (
  path: string,
  items: readonly RestoredItem[],
  { report, several }: { readonly report: string; readonly several: boolean },
): Promise<void> => {
  const [item] = items as [RestoredItem];
  switch (extname(path).toLowerCase()) {
    case ".html":
      return atomicWrite(path, report);
    case ".png":
      return atomicWrite(path, item.picture!);
    case ".npy":
      return atomicWrite(path, npy(several ? allDraws(items) : item.restored.draws));
    default:
      return writeNpz(path, arraysOf(item));
  }
};
