/**
 * A forest beside the default network on small tables: the exact Wasserstein distance of samples to held-out rows, and that
 * of a copy of the training rows.
 *
 *     npm run bench bench/forest.ts table.csv [more.csv]
 *
 * Of each table 80 % of the rows are learnt from, in `SPLITS` splits (default 3); ten sets of samples each. The Python is
 * SCOREFIELD_BENCH_PYTHON, else `python3`, with SciPy. `EXCLUDE` names columns to leave out, `SETTINGS` is JSON of the forest.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ddim, sample } from "@scorefield/core";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { createRun, loadRun, native, setDefaultRuntime, trainRun } from "scorefield";

setDefaultRuntime(native());
const tables = process.argv.slice(2);
const splits = Number(process.env.SPLITS ?? 3);
const exclude = process.env.EXCLUDE?.split(",");
const settings = JSON.parse(process.env.SETTINGS ?? "{}") as object;
const python = process.env.SCOREFIELD_BENCH_PYTHON ?? "python3";
const judge = fileURLToPath(new URL("peers/wasserstein.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorefield-forest-"));
const sets = 10;

const rowsOf = ({ shape: [n = 0, d = 0], data }: NdArray<FloatType>): (number | null)[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from(data.slice(i * d, (i + 1) * d), (cell) => (Number.isNaN(cell) ? null : Number(cell))),
  );
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const figures = new Map<string, number[]>();
const note = (name: string, value: number): void => {
  figures.set(name, [...(figures.get(name) ?? []), value]);
};

for (const path of tables) {
  figures.clear();
  for (let seed = 0; seed < splits; seed++)
    for (const kind of ["mlp", "forest"]) {
      const out = join(folder, "run");
      const network = kind === "forest" ? { kind, ...settings } : { kind };
      const data = { kind: "file", path, ...(exclude && { exclude }) };
      const begun = performance.now();
      const run = await createRun({ data, network, heldOut: 0.2, seed } as never, { out, overwrite: true });
      for await (const _ of trainRun(run));
      note(`${kind} seconds`, (performance.now() - begun) / 1000);
      const { split, table } = run.data;
      const of = async ({ count, read }: typeof split.training) =>
        rowsOf(await read(Array.from({ length: count }, (_, i) => i)));
      const { model, sampler, toData } = await loadRun(out);
      const test = await of(split.heldOut);
      for (const [name, by] of [
        ["own sampler", sampler],
        ["ddim eta 1", ddim({ steps: 64, eta: 1 })],
      ] as const) {
        const drawn: (number | null)[][][] = [];
        for (let k = 0; k < sets; k++)
          drawn.push(rowsOf(toData(await sample(model, { count: 4 * test.length, sampler: by, seed: 100 + k }))));
        const columns = table!.map(({ kind, levels }) => (kind === "ordered" ? 0 : (levels?.length ?? 0)));
        const input = JSON.stringify({ columns, train: await of(split.training), test, sets: drawn });
        const said = JSON.parse(execFileSync(python, [judge], { input, maxBuffer: 2 ** 28 }).toString());
        if (kind === "mlp" && name === "own sampler") note("copy of the training rows", said.copy);
        note(`${kind}, ${name}`, mean(said.sets));
        note(`${kind}, ${name}, to training rows`, mean(said.train));
      }
    }
  console.log(`${basename(path)}, ${splits} splits`);
  for (const [name, values] of figures)
    console.log(`  ${name.padEnd(36)} ${mean(values).toFixed(3)}   ${values.map((v) => v.toFixed(3)).join(" ")}`);
}
rmSync(folder, { recursive: true });
process.exit(0);
