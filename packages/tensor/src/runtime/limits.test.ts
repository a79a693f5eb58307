/** Processes that may have little memory or few open files: typed errors, no crash and no waiting without end. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const at = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

/** What a process says that may have no more than a shell's `ulimit` leaves it. */
const under = (limit: string, code: string): string => {
  const program = `
    import { compile, ndarray, toOnnx } from ${at("index.js")};
    import { native } from ${at("runtime/native.js")};
    const runtime = native({ cache: false });
    const attempt = async (work) => {
      try {
        return String(await work());
      } catch (error) {
        return error.name + ": " + error.message;
      }
    };
    const square = async () => {
      const f = await compile((x) => x.multiply(x), [{ shape: [2] }], { runtime });
      return (await f(ndarray(Float32Array.of(2, 3)))).data;
    };
    ${code}
    await runtime.dispose();`;
  const args = ["-c", `${limit}; exec "$@"`, "bash", process.execPath, "--input-type=module", "-e", program];
  const { status, signal, stdout, stderr } = spawnSync("bash", args, { encoding: "utf8", timeout: 60_000 });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return stdout;
};

const possible = process.platform === "linux" && spawnSync("bash", ["-c", "ulimit -v 4000000"]).status === 0;

describe.skipIf(!possible)(
  `native() under limits${possible ? "" : ": skipped, it needs Linux and bash"}`,
  { timeout: 60_000 },
  () => {
    it("says so where the address space has no room for its thread", () => {
      expect(under("ulimit -v 1500000", "console.log(await attempt(square));")).toMatch(
        /^RuntimeError: native \(cpu\): could not start its worker thread: expected 704 MiB of free address space, found \d+ MiB; raise the limit \(ulimit -v\)\n$/,
      );
    });

    it("says so where there is no memory for the copy of an input, and goes on", () => {
      const code = `
      const n = 150_000_000;
      const f = await compile((x) => x.slice([[0, 1]]), [{ shape: [n] }], { runtime });
      const x = ndarray(new Float32Array(n));
      console.log(await attempt(() => f(x)));
      console.log(await attempt(square));`;
      expect(under("ulimit -v 2600000", code)).toMatch(
        /^RuntimeError: expected 573 MiB of free memory for a copy of an array, found less; compute fewer at once\n4,9\n$/,
      );
    });

    it("says so where a result does not fit into memory, and goes on", () => {
      const code = `
      const outer = (x) => x.reshape([20_000, 1]).matmul(x.reshape([1, 20_000])).sum();
      const f = await compile(outer, [{ shape: [20_000] }], { runtime });
      console.log(await attempt(() => f(ndarray(new Float32Array(20_000)))));
      console.log(await attempt(square));`;
      expect(under("ulimit -v 2600000", code)).toMatch(
        /^RuntimeError: native \(cpu\): could not run the model: expected .* of free memory.*, found less; compute fewer at once\n4,9\n$/,
      );
    });

    it("says so where no file can be opened, and works once one can be", () => {
      const code = `
      import { closeSync, openSync } from "node:fs";
      const handles = [];
      for (;;) try { handles.push(openSync("/dev/null")); } catch { break; }
      // The thread, its modules and the library need some each. (A thread that fails keeps one: Node loses it.)
      for (const free of [0, 1, 1, 2, 2, 4]) {
        for (const handle of handles.splice(0, free)) closeSync(handle);
        console.log(await attempt(square));
      }
      for (const handle of handles) closeSync(handle);
      console.log(await attempt(square));`;
      const lines = under("ulimit -n 80", code).trim().split("\n");
      expect(lines.at(-1)).toBe("4,9");
      expect(lines).toHaveLength(7);
      for (const line of lines.slice(0, -1))
        expect(line).toMatch(
          /^RuntimeError: native \(cpu\): .* expected a free file handle, found none, the limit of open files is reached; raise the limit \(ulimit -n\)$/,
        );
    });
  },
);
