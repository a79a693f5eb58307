/** What users install: the snippet of the README, and how light it is to import. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { moons } from "./domain.ts";
import { defaultRuntime, edm, heun, mlp, sample, train } from "./index.ts";

afterAll(() => defaultRuntime().dispose());

test("trains and samples with the runtime that is there by default", async () => {
  const data = moons()(500, 0);
  const network = mlp({ width: 16, depth: 2 });
  const steps: number[] = [];
  for await (const { step } of train({ data, process: edm(), network, steps: 20, batch: 32 })) steps.push(step);
  expect(steps.at(-1)).toBe(20);
  const model = await train({ data, process: edm(), network, steps: 20, batch: 32 }).result;
  const x = await sample(model, { count: 7, sampler: heun({ steps: 4 }), seed: 1 });
  expect(x.shape).toEqual([7, 2]);
});

test("importing loads no recipe schema, no figures and no native module", () => {
  const loader = `import { writeSync } from "node:fs";
    export const resolve = async (name, context, next) => {
      const found = await next(name, context);
      writeSync(1, found.url + "\\n");
      return found;
    };`;
  const register = `import { register } from "node:module";
    register("data:text/javascript,${encodeURIComponent(loader)}");`;
  const main = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(register)}`, main],
    { encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  expect(stdout).toContain("/dist/run/load.js");
  for (const heavy of [
    "zod",
    "sharp",
    "@observablehq/plot",
    "linkedom",
    "opentype.js",
    "jiti",
    "commander",
    "onnxruntime-node",
  ])
    expect(stdout).not.toContain(`/node_modules/${heavy}/`);
});
