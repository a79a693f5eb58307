import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edm, mlp, normal, train } from "@scorefield/core";
import { writeNpy } from "@scorefield/data";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../cli.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { createRun } from "../run/create-run.ts";
import { saveRun } from "../run/save.ts";
import { trainRun } from "../run/train-run.ts";

let folder: string;
beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-inspect-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});
const at = (name: string) => join(folder, name);

const makeRun = async (name: string, recipe: RecipeInput): Promise<string> => {
  const run = await createRun(recipe, { out: at(name), folder });
  for await (const _ of trainRun(run));
  return at(name);
};
const small = { network: { width: 16, depth: 2 }, training: { steps: 100, batch: 32 } } as const;

/** What a command prints as JSON, and on stderr. */
const call = async (...args: string[]) => {
  const [out, err] = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
  out.mockReturnValue(true);
  err.mockReturnValue(true);
  const code = await main([...args, "--json"]);
  const text = (spy: typeof out) => spy.mock.calls.map(([part]) => String(part)).join("");
  const [stdout, stderr] = [text(out), text(err)];
  vi.restoreAllMocks();
  return { code, stderr, result: JSON.parse(stdout) };
};

describe("inspect", () => {
  test("a run in the plane: the report beside the run", async () => {
    const run = await makeRun("moons", { data: { set: "moons", count: 500 }, ...small });
    const { code, result } = await call("inspect", run, "--only", "calibration");
    expect(code).toBe(0);
    expect(result).toMatchObject({ run, checkpoint: 100, report: join(run, "inspect.html") });
    expect(result.calibration.training.length).toBe(result.calibration.heldOut.length);
    const page = await readFile(join(run, "inspect.html"), "utf8");
    for (const text of ["Calibration", "mlp (width 16", "100 held out"]) expect(page).toContain(text);
  });

  test("a run on a table, with rows of a file, to a report elsewhere", async () => {
    const { data } = normal([300, 3], { seed: 1 });
    const rows = (from: number, to: number) =>
      `a,b,c\n${Array.from({ length: to - from }, (_, i) => [0, 1, 2].map((j) => data[3 * (from + i) + j]!.toFixed(4)).join(",")).join("\n")}\n`;
    await writeFile(at("t.csv"), rows(0, 200));
    await writeFile(at("more.csv"), rows(200, 300));
    const run = await makeRun("table", { data: "t.csv", ...small });
    const flags = ["--report", at("r.html"), "--only", "calibration,integrability"];
    const { code, result } = await call("inspect", run, "--data", at("more.csv"), ...flags);
    expect(code).toBe(0);
    expect(result.integrability.loops.triangles).toBeGreaterThan(2);
    expect(await readFile(at("r.html"), "utf8")).toContain("100 of ");
  });

  test("a model alone needs rows; unknown instruments are named", async () => {
    const options = { process: edm(), network: mlp({ width: 8, depth: 2 }), steps: 5, batch: 8 };
    const model = await train({ ...options, data: normal([20, 2], { seed: 1 }) }).result;
    await saveRun(at("alone"), model, { columns: ["a", "b"] });
    expect((await call("inspect", at("alone"))).result.error.message).toMatch(
      /found a model alone; name some with --data/,
    );
    expect((await call("inspect", at("alone"), "--only", "planes")).result.error.message).toMatch(
      /expected some of plane, calibration/,
    );
    await writeFile(at("two.csv"), "a,b\n1,2\n3,4\n0,1\n2,2\n");
    const { code, result } = await call("inspect", at("alone"), "--data", at("two.csv"), "--only", "calibration");
    expect(code).toBe(0);
    expect(result.calibration.training).toBeUndefined();
  });
});

test("inspect a run on images, with images of a file", async () => {
  const network = { kind: "unet", width: 8, multipliers: [1], blocks: 1, attention: 0 } as const;
  const data = { kind: "glyphs", size: 8, count: 200 } as const;
  const run = await makeRun("glyphs", { data, network, training: { steps: 10, batch: 16 } });
  await writeNpy(at("images.npy"), ndarray(new Float32Array(5 * 64).fill(0.5), [5, 8, 8]));
  const { code, result } = await call("inspect", run, "--data", at("images.npy"), "--only", "calibration");
  expect(code).toBe(0);
  expect(result.calibration.heldOut.length).toBeGreaterThan(3);
  expect(await readFile(join(run, "inspect.html"), "utf8")).toContain("1 × 8 × 8");
});
