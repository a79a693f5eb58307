/** The command `summary` on kinds of network, recipes and runs. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { main } from "../cli.ts";
import { createRun } from "../run/create-run.ts";
import { trainRun } from "../run/train-run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-summary-"));
  await writeFile(join(folder, "recipe.json"), JSON.stringify({ data: "moons", network: { width: 12 } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = async (...args: string[]) => {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += text;
      return true;
    }),
  );
  try {
    return { code: await main(["summary", ...args]), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

test("a kind of network: a table for people", async () => {
  const { code, stdout } = await run(
    "unet",
    "--shape",
    "1,28,28",
    "--set",
    "network.width=32",
    "--set",
    "network.classes=10",
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^unet \(width 32, multipliers 1,2,2, .*classes 10.*\) on samples of 1 x 28 x 28\n\npart +output/,
  );
  expect(stdout).toMatch(/^down\.2\.blocks\.0\.residual +64 x 7 x 7 +90,496 +[\d,]+$/m);
  expect(stdout).toMatch(/^total +1,696,129 +[\d,]{11}$/m);
});

test("a recipe: with the shape and the settings that follow from its data", async () => {
  const { stdout } = await run(join(folder, "recipe.json"), "--set", "network.depth=1", "--json");
  expect(JSON.parse(stdout)).toEqual({
    network: {
      kind: "mlp",
      width: 12,
      depth: 1,
      noiseFeatures: 32,
      classes: 0,
      observed: 0,
      target: false,
      noiseEmbedding: "log",
    },
    shape: [2],
    parts: [
      { name: "input", output: [12], parameters: 35 * 12, multiplyAdds: 34 * 12 },
      { name: "output", output: [2], parameters: 13 * 2, multiplyAdds: 12 * 2 },
    ],
    parameters: 35 * 12 + 13 * 2,
    multiplyAdds: 34 * 12 + 12 * 2,
  });
  const other = await run(join(folder, "recipe.json"), "--shape", "5", "--json");
  expect(JSON.parse(other.stdout)).toMatchObject({ shape: [5], network: { width: 12, depth: 3 } });
});

test("a run: the network it has", async () => {
  const out = join(folder, "run");
  const recipe = { data: { set: "moons", count: 50 }, network: { width: 9 }, training: { steps: 1 } } as const;
  for await (const _ of trainRun(await createRun(recipe, { out })));
  expect(JSON.parse((await run(out, "--json")).stdout)).toMatchObject({
    shape: [2],
    network: { kind: "mlp", width: 9 },
  });
  const changed = await run(out, "--set", "network.width=3");
  expect(changed).toMatchObject({ code: 1, stdout: "" });
  expect(changed.stderr).toMatch(/--set changes recipes and kinds of network, not a run/);
});

test("what cannot be is said in a line", async () => {
  const cases: [string[], RegExp][] = [
    [["unit", "--shape", "1,8"], /^scorefield: unit: expected a run, a recipe .* did you mean unet\?$/m],
    [["unet"], /expected the shape of a sample .*--shape 1,28,28$/m],
    [["unet", "--shape", "8"], /expected samples \[channels, \.\.\.spatial\]/],
    [["unet", "--shape", "1,0"], /Expected a whole number of at least 1/],
    [["dit", "--shape", "1,9"], /multiples of the patch, 4, found \[1,9\]/],
    [["unet", "--shape", "1,8", "--set", "network.wdith=3"], /unknown setting wdith; known are width/],
    [["unet", "--shape", "1,8", "--set", "width=3"], /--set width: expected a setting of the network/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }, args.join(" ")).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  }
});
