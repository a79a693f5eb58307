/** Processes that may have little memory or few open files: typed errors, no crash and no waiting without end. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const at = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

/** What a process says that may have no more than a shell's `ulimit` leaves it. */
const under = (limit: string, code: string): string => {
  const program = `
    import { spawnSync } from "node:child_process";
    import { readFileSync } from "node:fs";
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
    /** Leaves the process so many MiB more of address space than it holds: versions of Node reserve different amounts. */
    const leave = (mebibytes) => {
      const held = Number(/VmSize:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
      const { status } = spawnSync("prlimit", ["--pid", process.pid, "--as=" + (held * 1024 + mebibytes * 2 ** 20)]);
      if (status !== 0) throw new Error("prlimit failed");
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

const possible =
  process.platform === "linux" && spawnSync("bash", ["-c", "ulimit -v 4000000; prlimit --as"]).status === 0;

describe.skipIf(!possible)(
  `native() under limits${possible ? "" : ": skipped, it needs Linux, bash and prlimit"}`,
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
      leave(400);
      console.log(await attempt(() => f(x)));
      console.log(await attempt(square));`;
      expect(under("true", code)).toMatch(
        /^RuntimeError: expected 573 MiB of free memory for a copy of an array, found less; compute fewer at once\n4,9\n$/,
      );
    });

    it("says so where a result does not fit into memory, and goes on", () => {
      const code = `
      const outer = (x) => x.reshape([20_000, 1]).matmul(x.reshape([1, 20_000])).sum();
      const f = await compile(outer, [{ shape: [20_000] }], { runtime });
      leave(900);
      console.log(await attempt(() => f(ndarray(new Float32Array(20_000)))));
      console.log(await attempt(square));`;
      expect(under("true", code)).toMatch(
        /^RuntimeError: native \(cpu\): could not run the model: expected .* of free memory.*, found less; compute fewer at once\n4,9\n$/,
      );
    });

    it("says so where no file can be opened, and works once one can be", () => {
      const code = `
      import { closeSync, openSync } from "node:fs";
      const handles = [];
      for (;;) try { handles.push(openSync("/dev/null")); } catch { break; }
      // The thread, its modules and the library need some each. (A thread that fails keeps one: Node loses it.)
      for (let free = 0, said; said !== "4,9"; free++) {
        for (const handle of handles.splice(0, free)) closeSync(handle);
        said = await attempt(square);
        console.log(said);
      }`;
      const lines = under("ulimit -n 80", code).trim().split("\n");
      expect(lines.at(-1)).toBe("4,9");
      expect(lines.length).toBeGreaterThan(3);
      for (const line of lines.slice(0, -1))
        expect(line).toMatch(
          /^RuntimeError: native \(cpu\): .* expected a free file handle, found none, the limit of open files is reached; raise the limit \(ulimit -n\)$/,
        );
    });
  },
);
