import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { someShards } from "./job-queue.case.ts";
import type { Perform, Performed } from "./work-on.ts";
import { workProcess } from "./work-process.ts";

const dist = new URL("../../dist/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "scorefield-process-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const programOf = (code: string): URL => {
  const file = join(folder, `${++files}.mjs`);
  writeFileSync(file, code);
  return pathToFileURL(file);
};

/** A process whose work is by the option `do` of a shard. */
const odd = `
  import { serveWork } from "${new URL("job/serve-work.js", dist)}";
  import { JobError } from "${new URL("job/job-error.js", dist)}";
  const content = { sha256: "0".repeat(64), bytes: 1 };
  let count = 0;
  serveWork(async ({ options }, { signal, onProgress }) => {
    count++;
    if (options.do === "fail") throw Object.assign(new Error("no good"), { name: "DataError" });
    if (options.do === "again") throw new JobError("no room", { again: true, ofMachine: true });
    if (options.do === "crash") setTimeout(() => process.kill(process.pid, "SIGSEGV"), 20);
    if (options.do === "exit") process.exit(3);
    if (options.do === "block") for (;;);
    if (options.do === "wait" || options.do === "crash")
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    onProgress(0.5);
    return { content, facts: { count } };
  });`;

/** A process that multiplies matrices, in ONNX Runtime, for some seconds. */
const computing = `
  import { serveWork } from "${new URL("job/serve-work.js", dist)}";
  import "${new URL("runtime.js", dist)}";
  import { compile, ndarray } from "${new URL("tensor.js", dist)}";
  serveWork(async (work, { onProgress }) => {
    const step = await compile((x) => {
      let y = x;
      for (let k = 0; k < 120; k++) y = y.matmul(x).multiply(0.01);
      return y;
    }, [{ shape: [512, 512] }]);
    onProgress(0.5);
    for (let k = 0; k < 2; k++) await step(ndarray(new Float32Array(512 * 512).fill(0.1), [512, 512]));
    return { content: { sha256: "0".repeat(64), bytes: 1 } };
  });`;

const doing = (what: string) => ({ ...someShards(1)[0]!, options: { do: what } });
const never = new AbortController().signal;
const run = (perform: Perform, what: string, signal = never): Promise<Performed> =>
  perform(doing(what), { signal, onProgress: () => {} });

test("a process does work, tells of progress, keeps what it has for the next, and errors keep their names", async () => {
  const worker = workProcess(programOf(odd));
  const shares: number[] = [];
  const performed = await worker.perform(doing("work"), { signal: never, onProgress: (share) => shares.push(share) });
  expect([performed.facts, shares]).toEqual([{ count: 1 }, [0.5]]);
  await expect(run(worker.perform, "fail")).rejects.toMatchObject({ name: "DataError", message: "no good" });
  await expect(run(worker.perform, "again")).rejects.toMatchObject({ name: "JobError", again: true, ofMachine: true });
  expect((await run(worker.perform, "work")).facts).toEqual({ count: 4 });
  await worker.close();
});

test("a process that crashes or ends fails its work alone; the next work begins another one", async () => {
  const worker = workProcess(programOf(odd));
  await expect(run(worker.perform, "crash")).rejects.toMatchObject({
    name: "JobError",
    again: true,
    message: "the process that worked ended by itself, with SIGSEGV",
  });
  await expect(run(worker.perform, "exit")).rejects.toThrow("ended by itself, with code 3");
  expect((await run(worker.perform, "work")).facts).toEqual({ count: 1 });
  await worker.close();
});

test("work that is told to stop ends at once; work that does not listen ends within a second", async () => {
  const worker = workProcess(programOf(odd));
  await run(worker.perform, "work");
  for (const [what, message] of [
    ["wait", "stopped"],
    ["block", "the process that worked did not stop in time"],
  ] as const) {
    const stop = new AbortController();
    const ended = run(worker.perform, what, stop.signal);
    const begun = performance.now();
    stop.abort();
    await expect(ended).rejects.toThrow(message);
    expect(performance.now() - begun).toBeLessThan(1000);
  }
  expect((await run(worker.perform, "work")).facts).toEqual({ count: 1 });
  await worker.close();
});

// On a machine that is busy with other tests, the system itself keeps the loop waiting at times.
test("while ONNX Runtime computes, the loop of the worker is free: its delay is below 50 ms in 99 of 100 looks", {
  retry: 3,
}, async () => {
  const worker = workProcess(programOf(computing));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await run(worker.perform, "work");
  delay.disable();
  expect(delay.count).toBeGreaterThan(50);
  expect(delay.percentile(99) / 1e6).toBeLessThan(50);
  await worker.close();
});

test("work that is stopped inside ONNX Runtime ends, and the worker goes on and ends as it should", async () => {
  const program = `
    import { workProcess } from "${new URL("job/work-process.js", dist)}";
    const worker = workProcess(new URL("${programOf(computing)}"));
    const stop = new AbortController();
    const begun = worker.perform(${JSON.stringify(doing("work"))}, {
      signal: stop.signal,
      onProgress: () => setTimeout(() => stop.abort(), 200),
    });
    console.log(await begun.catch(({ message }) => message));
    await worker.close();
    console.log("ended");`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  expect(stdout).toBe("the process that worked did not stop in time\nended\n");
});
