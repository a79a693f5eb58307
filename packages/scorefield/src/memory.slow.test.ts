/** Memory of a process that goes on and on: it must not grow with the number of calls. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-memory-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (path: string): string => JSON.stringify(new URL(`../dist/${path}`, import.meta.url).href);

/** MiB held by a separate process after each of `marks` calls of `call`. What V8 keeps free for later is not counted. */
const residentAfter = async (call: string, marks: readonly number[]): Promise<number[]> => {
  const code = `
    import { createRun, defaultRuntime, edm, encode, heun, loadRun, logDensity, mlp, sample, train, trainRun }
      from ${at("index.js")};
    import { moons } from ${at("domain.js")};
    import { compile } from ${at("tensor.js")};
    const process_ = edm();
    const network = mlp({ width: 16, depth: 3 });
    const data = moons()(200, 0);
    const model = await train({ data, process: process_, network, steps: 2, batch: 32 }).result;
    const x = { ...data, shape: [8, 2], data: data.data.slice(0, 16) };
    const out = ${JSON.stringify(folder)} + "/run-" + process.pid;
    for await (const _ of trainRun(await createRun({ data: "moons", training: { steps: 2 } }, { out })));
    for (let i = 1; i <= ${marks.at(-1)}; i++) {
      ${call};
      if (!${JSON.stringify(marks)}.includes(i)) continue;
      gc();
      const { rss, heapTotal, heapUsed } = process.memoryUsage();
      console.log((rss - heapTotal + heapUsed) / 2 ** 20);
    }
    await defaultRuntime().dispose();
  `;
  const options = ["--expose-gc", "--input-type=module", "-e", code];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const status = await new Promise((resolve) => child.on("close", resolve));
  expect(status, stderr).toBe(0);
  return stdout.trim().split("\n").map(Number);
};

test.each([
  { name: "sample", call: "await sample(model, { count: 8, sampler: heun({ steps: 2 }), seed: i })", calls: 450 },
  { name: "logDensity", call: "await logDensity(model, x, { steps: 2 })", calls: 150 },
  { name: "encode", call: "await encode(model, x, { steps: 2 })", calls: 300 },
  { name: "train", call: "await train({ data, process: process_, network, steps: 2, batch: 32 }).result", calls: 300 },
  {
    name: "compile",
    call: "await (await compile((y) => y.multiply(i).exp().sum(), [{ shape: [8] }])).dispose()",
    calls: 900,
  },
  { name: "loadRun", call: "await loadRun(out)", calls: 300 },
])("$name, again and again", async ({ name, call, calls }) => {
  const [early, late] = await residentAfter(call, [calls / 3, calls]);
  console.log(`${name}: ${early!.toFixed(0)} MiB after ${calls / 3} calls, ${late!.toFixed(0)} MiB after ${calls}`);
  expect(late! - early!).toBeLessThan(40);
});
