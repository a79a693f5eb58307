/** ONNX Runtime's reports are off before its library starts, wherever the runtime is used. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-telemetry-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
const computing = `
  import { compile, ndarray } from ${at("index.js")};
  import { native } from ${at("runtime/native.js")};
  const say = (...words) => console.log(...words);
  try {
    const square = await compile((x) => x.multiply(x), [{ shape: [2] }], { runtime: native() });
    say((await square(ndarray(Float32Array.of(2, 3)))).data.join());
  } catch (error) {
    say(error.name, error.message);
  }`;
const inWorker = (then: string): string => `
  import { execFileSync } from "node:child_process";
  import { Worker } from "node:worker_threads";
  const url = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(computing)}));
  const worker = new Worker(url, { env: { ORT_DISABLE_TELEMETRY: "0" } });
  await new Promise((resolve) => worker.on("online", resolve));
  ${then}
  await new Promise((resolve) => worker.on("exit", resolve));`;
const blocked = `execFileSync(process.execPath, ["-e", "setTimeout(() => {}, 8_000)"]);`;

describe("forbidTelemetry", { timeout: 60_000 }, () => {
  /** What a process says, and what it leaves in its home and temporary folders. */
  const outcome = async (code: string, variables: Readonly<Record<string, string>> = {}) => {
    const home = await mkdtemp(join(folder, "home-"));
    // ONNX Runtime would be silent where it takes itself to be tested.
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, SCOREFIELD_CACHE: "off", ...variables };
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { env });
    let said = "";
    child.stdout.on("data", (text) => (said += text));
    child.stderr.on("data", (text) => (said += text));
    await new Promise((resolve) => child.on("close", resolve));
    return { said: said.trim(), files: await readdir(home) };
  };

  it.concurrent.each([
    { name: "in the main thread", code: computing },
    { name: "where the user allows them", code: computing, variables: { ORT_DISABLE_TELEMETRY: "0" } },
    { name: "in a worker thread", code: inWorker("") },
    {
      name: "in a worker thread whose main thread is busy, where the process was started so",
      code: inWorker(blocked),
      variables: { ORT_DISABLE_TELEMETRY: "1" },
    },
  ])("leaves no id and no log $name", async ({ code, variables }) => {
    expect(await outcome(code, variables)).toEqual({ said: "4,9", files: [] });
  });

  it.concurrent("refuses to compute where they cannot be turned off", async () => {
    const { said, files } = await outcome(inWorker(blocked));
    expect(said).toMatch(/^RuntimeError native: expected ORT_DISABLE_TELEMETRY=1 .*: start the process with it, or /);
    expect(files).toEqual([]);
  });
});
