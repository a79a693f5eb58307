/** Records that were written to do harm: refused with a typed error, at once. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, edm, edmPreconditioning, mlp, trainedModel } from "@scorefield/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import { readRunFacts } from "../report/run-facts.ts";
import { runText } from "../report/run-text.ts";
import { loadRun } from "./load.ts";
import { recordPath } from "./record-file.ts";
import { checkRecord } from "./record-schema.ts";
import { saveRun } from "./save.ts";

let folder: string;
let text: string;
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "scorefield-record-")), "run");
  const network = mlp({ width: 8, depth: 1 });
  const parts = { process: edm(), network, preconditioning: edmPreconditioning() };
  await saveRun(folder, trainedModel(parts, network.initialise([3], 0), [3]));
  text = await readFile(recordPath(folder), "utf8");
});
afterAll(() => rm(join(folder, ".."), { recursive: true }));

const load = async (from: string, to: string) => {
  expect(text).toContain(from);
  await writeFile(recordPath(folder), text.replace(from, to));
  return loadRun(folder);
};

const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

test("settings nested 100,000 deep", async () => {
  await expect(load('"width": 8', `"width": ${deep}`)).rejects.toThrow(RunError);
  await expect(load("{", `{"x": ${deep},`)).rejects.toThrow(/run\.json: expected the record of a run, found lists and/);
});

test("networks that no machine holds", async () => {
  await expect(load('"depth": 1', '"depth": 1000000000')).rejects.toThrow(ArgumentError);
  await expect(load('"width": 8', '"width": 1000000000')).rejects.toThrow(ArgumentError);
});

test.each([
  ["values in another order", { values: [2, 1], counts: [3, 4] }, /values of a column that do not rise/],
  ["counts of 0", { values: [1, 2], counts: [3, 0] }, /a value that no row holds/],
  [
    "ranks below 0",
    { values: [1, 2], counts: [3, 4], below: [0, -3] },
    /ranks of a column that do not follow its counts/,
  ],
  ["ranks that overlap", { values: [1, 2], counts: [3, 4], below: [0, 2] }, /ranks of a column that do not follow/],
  ["ranks that begin late", { values: [1, 2], counts: [3, 4], below: [1, 4] }, /ranks of a column that do not follow/],
])("a distribution that no column has: %s", (_, column, message) => {
  const scaling = { kind: "quantile", columns: [column] };
  const record = { ...JSON.parse(text), scaling };
  expect(() => checkRecord({ ...record, model: { ...record.model, shape: [1] } })).toThrow(message);
});

test("distributions of this version and of older ones", () => {
  const record = JSON.parse(text);
  const columns = [
    { values: [1, 2], counts: [3, 4] },
    { values: [1, 2], counts: [3, 4], below: [0, 9], decimals: 0 },
  ];
  const model = { ...record.model, shape: [2] };
  expect(checkRecord({ ...record, model, scaling: { kind: "quantile", columns } }).scaling.kind).toBe("quantile");
});

test("commands to the terminal that shows the run", async () => {
  const bell = "x\u0007y";
  await writeFile(
    recordPath(folder),
    JSON.stringify({ ...JSON.parse(text), created: bell, versions: { [bell]: bell } }),
  );
  const shown = runText(await readRunFacts(folder));
  expect(shown).toContain("x\u{fffd}y");
  expect(shown).not.toContain("\u0007");
});
