/**
 * Whether `scorefield anomaly --explain` names the column that is wrong: rows of a table that a run was not trained on get a
 * value of another row in one column, chosen at random. `npm run bench bench/anomaly-columns.ts -- [--rows 60] TABLE.npz ...`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { oddParts, smoothedDensity } from "@scorefield/assess";
import { integers } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { firstSamples } from "@scorefield/domain";
import { type FloatType, type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { createRun, loadRun, trainRun } from "../packages/scorefield/src/index.ts";
import { ownData } from "../packages/scorefield/src/run/own-data.ts";

const { values, positionals } = parseArgs({
  options: { rows: { type: "string", default: "60" }, seed: { type: "string", default: "0" } },
  allowPositionals: true,
});
const [count, seed] = [Number(values.rows), Number(values.seed)];
const data = join(process.env.SCOREFIELD_DATA ?? "../shared/data", "adbench");
const files =
  positionals.length > 0
    ? positionals
    : ["23_mammography.npz", "40_vowels.npz", "6_cardio.npz"].map((name) => join(data, name));

const runtime = native({ threads: 2 });
setDefaultRuntime(runtime);
const folder = await mkdtemp(join(tmpdir(), "anomaly-columns-"));
const share = (hits: readonly boolean[]): string => (hits.filter(Boolean).length / hits.length).toFixed(2);

console.log(
  `${count} rows of each table, seed ${seed}; "first" and "among 3": how often the changed column is there\n`,
);
console.log("| table | columns | rows | by chance | first | among 3 | its share in the score: first | among 3 |");
console.log("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |");
try {
  for (const path of files) {
    const out = join(folder, basename(path));
    const prepared = await createRun({ data: { path, label: "y", only: ["0"] }, heldOut: 0.5, seed } as never, { out });
    for await (const _ of trainRun(prepared));
    const run = await loadRun(out);
    const own = (await ownData(run))!;
    const training = await firstSamples(own.training);
    const heldOut = await firstSamples(own.heldOut);
    const d = training.shape[1]!;
    const draw = (step: number, high: number) => integers([count], { seed, step, purpose: "order", high }).data;
    const [at, columns, from] = [draw(0, heldOut.shape[0]!), draw(1, d), draw(2, heldOut.shape[0]!)];
    const changed = takeRows(heldOut, Array.from(at)) as NdArray<FloatType>;
    for (const [i, column] of columns.entries()) changed.data[i * d + column] = heldOut.data[from[i]! * d + column]!;

    const encode = (rows: NdArray<FloatType>) => run.codec.encode(rows, { seed, part: 2, steady: true });
    const detector = smoothedDensity(run.model, { runtime });
    const [known, rows] = [encode(training), encode(changed)];
    const parts = Array.from({ length: d }, (_, column) => ({ from: column, size: 1 }));
    const { drops } = await oddParts(detector, rows, known, parts);
    const shares = await detector.shares(rows);
    const few = takeRows(
      known,
      Array.from({ length: Math.min(500, known.shape[0]!) }, (_, i) => i),
    );
    const usual = await detector.shares(few);
    const usualScores = Array.from({ length: few.shape[0]! }, (_, i) =>
      usual.data.subarray(i * d, (i + 1) * d).reduce((a, b) => a + b, 0),
    ).sort((a, b) => a - b);
    const limit = usualScores[Math.floor(0.95 * usualScores.length)]!;
    const means = parts.map(
      (_, j) => usualScores.reduce((sum, _, i) => sum + usual.data[i * d + j]!, 0) / usualScores.length,
    );
    const rankOf = (values: Float64Array, column: number): number =>
      values.filter((value) => value > values[column]!).length;
    const found = Array.from({ length: count }, (_, i) => {
      const own = shares.data.subarray(i * d, (i + 1) * d);
      return {
        flagged: own.reduce((a, b) => a + b, 0) > limit,
        drop: rankOf(drops.data.subarray(i * d, (i + 1) * d), columns[i]!),
        share: rankOf(
          own.map((value, j) => value - means[j]!),
          columns[i]!,
        ),
      };
    });
    const flagged = found.filter((row) => row.flagged);
    for (const [which, list] of [
      [`all ${found.length}`, found],
      [`${flagged.length} above 95 % of training rows`, flagged],
    ] as const) {
      const cells = (["drop", "share"] as const).flatMap((by) =>
        [1, 3].map((k) => share(list.map((row) => row[by] < k))),
      );
      console.log(`| ${[basename(path, ".npz"), d, which, (1 / d).toFixed(2), ...cells].join(" | ")} |`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
  await runtime.dispose();
}
