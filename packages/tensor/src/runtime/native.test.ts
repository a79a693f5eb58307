import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { RuntimeError } from "../errors.ts";
import { type NdArray, ndarray, zeros } from "../ndarray.ts";
import { encodeModel } from "../onnx/encode.ts";
import { describeRuntime, repeatedSquare } from "./conformance.case.ts";
import { describeCompiled } from "./conformance-compiled.case.ts";
import { native } from "./native.ts";
import type { Runtime } from "./runtime.ts";

describeRuntime("native()", () => native());
describeCompiled("native()", () => native());

// WebGPU needs a Vulkan driver; `.ci/run` names Chromium's software one.
if (process.env.VK_ICD_FILENAMES !== undefined)
  describeRuntime('native({ provider: "webgpu" })', () => native({ provider: "webgpu" }));

/** Runs a program of its own, which has a `runtime`. */
const nativeProgram = (code: string): { status: number | null; stdout: string; stderr: string } => {
  const file = JSON.stringify(new URL("../../dist/runtime/native.js", import.meta.url).href);
  const whole = `const { native } = await import(${file}); const runtime = native(); ${code}`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", whole], { encoding: "utf8", timeout: 15_000 });
};

describe("native()", () => {
  const runtime = native();
  afterAll(() => runtime.dispose());

  it("lets timers tick during a long run", async () => {
    const session = await runtime.load(encodeModel(repeatedSquare(512, 300)));
    let ticks = 0;
    const start = performance.now();
    const timer = setInterval(() => ticks++, 10);
    await session.run([zeros([512, 512])]);
    clearInterval(timer);
    const elapsed = performance.now() - start;
    expect(elapsed).toBeGreaterThan(50);
    expect(ticks).toBeGreaterThan(elapsed / 10 / 4);
  });

  it("rejects what was pending when the runtime is disposed", async () => {
    const other = native();
    const session = await other.load(encodeModel(repeatedSquare(512, 60)));
    const running = session.run([zeros([512, 512])]);
    const rejected = expect(running).rejects.toThrow("native (cpu): could not run the model: the runtime was disposed");
    await other.dispose();
    await rejected;
  });

  it("names the provider that is missing and those that are there", async () => {
    const missing = native({ provider: process.platform === "darwin" ? "dml" : "coreml" });
    const loading = missing.load(encodeModel(repeatedSquare(2, 1)));
    await expect(loading).rejects.toThrow(RuntimeError);
    await expect(loading).rejects.toThrow(/^native \((coreml|dml)\): .*lacks the provider; it has cpu/);
    await missing.dispose();
  });

  it.each([0, -1, 1.5, 100_000])("refuses %d threads", (threads) => {
    expect(() => native({ threads })).toThrow(
      new RuntimeError(`native (cpu): expected threads from 1 to 1024, found ${threads}`),
    );
  });

  it("gives the same values with one thread", async () => {
    const single = native({ threads: 1 });
    const x = ndarray(
      Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i) / 8),
      [64, 64],
    );
    const model = encodeModel(repeatedSquare(64, 2));
    const evaluate = async (on: Runtime): Promise<NdArray> => (await (await on.load(model)).run([x]))[0]!;
    const [one, many] = [await evaluate(single), await evaluate(runtime)];
    expect(one.data.every((value, i) => Math.abs(Number(value) - Number(many.data[i])) < 1e-5)).toBe(true);
    await single.dispose();
  });

  /** Runs a process that begins one run of `model` on a matrix of ones and then does `then`. */
  const program = (
    model: Uint8Array,
    size: number,
    then: string,
  ): { status: number | null; stdout: string; stderr: string } => {
    return nativeProgram(`
      const session = await runtime.load(Buffer.from("${Buffer.from(model).toString("base64")}", "base64"));
      const x = { dtype: "float32", shape: [${size}, ${size}], data: new Float32Array(${size * size}).fill(1) };
      const running = session.run([x]);
      ${then}
    `);
  };

  it("neither keeps an idle process alive nor lets one end during a run", () => {
    const result = program(encodeModel(repeatedSquare(2, 1)), 2, "running.then(([y]) => console.log(y.data[0]))");
    expect(result).toMatchObject({ status: 0, stdout: "1\n", stderr: "" });
  });

  it("does not keep a process alive that prepared it and asked it nothing", () => {
    expect(nativeProgram("runtime.prepare()")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  it("lets a process exit cleanly while the thread loads the library", { timeout: 60_000 }, () => {
    for (let delay = 40; delay <= 70; delay += 2)
      expect(
        nativeProgram(`runtime.prepare(); setTimeout(() => process.exit(3), ${delay})`),
        `${delay} ms`,
      ).toMatchObject({
        status: 3,
        stdout: "",
        stderr: "",
      });
  });

  it("lets a process exit cleanly in the middle of a run", () => {
    const then = "const queued = session.run([x]); setTimeout(() => process.exit(3), 20);";
    expect(program(encodeModel(repeatedSquare(512, 60)), 512, then)).toMatchObject({
      status: 3,
      stdout: "",
      stderr: "",
    });
  });
});
