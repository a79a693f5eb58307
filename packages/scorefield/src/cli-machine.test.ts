/** The command on machines that lack something: a graphics processor, file handles, memory. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../bin/scorefield.js", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-machine-"));
  await writeFile(
    join(folder, "table.csv"),
    `a,b\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 3}\n`).join("")}`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What `train` answers, run by a shell that first does `before`. */
const train = (before: string, options: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const args = ["-c", `${before}; exec "$@"`, "bash", process.execPath, bin, "train", "table.csv", ...options];
  return spawnSync("bash", args, { cwd: folder, encoding: "utf8", env: { ...process.env, ...env }, timeout: 60_000 });
};

describe.skipIf(process.platform !== "linux")("a graphics processor that is not there", { timeout: 60_000 }, () => {
  // The drivers of this machine, if there are any, are hidden.
  const none = { VK_ICD_FILENAMES: "", VK_DRIVER_FILES: "/nowhere.json", CUDA_VISIBLE_DEVICES: "" };

  test("webgpu: one sentence and nothing of the driver's sources", () => {
    const { status, stderr } = train(":", ["--provider", "webgpu"], none);
    expect(stderr).toBe(
      "scorefield: native (webgpu): could not load the model: expected a graphics processor with a driver for Vulkan, " +
        "Metal or Direct3D 12, found none; install its driver, or compute on the processor\n",
    );
    expect(status).toBe(1);
  });

  test("cuda: one sentence that says what to install", () => {
    const { status, stderr } = train(":", ["--provider", "cuda"], none);
    expect(stderr).toMatch(
      /^scorefield: native \(cuda\): could not load the model: expected (the library \S+, which is fetched apart|the libraries of the provider cuda|an NVIDIA graphics processor)[^,]*, found none.*; (install .*, or compute on the processor|fetch it once with .*)\n$/,
    );
    expect(stderr).not.toMatch(/\.(cc|cpp|h)\b/);
    expect(status).toBe(1);
  });
});

describe.skipIf(process.platform !== "linux")("limits of the process", { timeout: 60_000 }, () => {
  test("few file handles", () => {
    // Versions of Node start with different numbers of handles: the last one is missing sooner or later.
    const { status, stderr } = train("ulimit -n 26", ["--steps", "2"]);
    expect(stderr).toMatch(
      /(^|\n)scorefield: .*expected (256|a free) file handles?, found (fewer|none).*; raise the limit \(ulimit -n\)\n$/,
    );
    expect(status).toBe(1);
  });

  test("little address space", () => {
    const { status, stderr } = train("ulimit -v 1700000", ["--steps", "2"]);
    expect(stderr).toMatch(/scorefield: .*expected .*(memory|address space).*; raise the limit \(ulimit -v\)\n$/);
    expect(status).toBe(1);
  });
});
