/** Readers and writers of a process that the system grants few open files, or little memory. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "scorefield-shortage-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

/** Runs a program with everything of the package in scope, and gives back what it printed, line by line. */
const run = (program: string, limit = "true"): string[] => {
  const imports = `import * as data from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    const tell = async (name, promise) => console.log(name + " " + (await promise.then(() => "ok", String)));`;
  const file = at("program.mjs");
  writeFileSync(file, `${imports}\n${program}`);
  const output = execFileSync("sh", ["-c", `${limit} && exec "${process.execPath}" "${file}"`], { encoding: "utf8" });
  return output.trim().split("\n");
};

test.skipIf(process.platform === "win32")("few open files are named, and are no fault of a file", async () => {
  writeFileSync(at("a.csv"), "a\n1\n");
  writeFileSync(at("a.npy"), "");
  writeFileSync(at("a.parquet"), new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "a", data: [1, 2] }] })));
  mkdirSync(at("images"));
  await sharp({ create: { width: 4, height: 4, channels: 3, background: "#fff" } }).toFile(at("images/a.png"));
  const lines = run(
    `import { closeSync, openSync } from "node:fs";
     const path = (name) => ${JSON.stringify(folder)} + "/" + name;
     const images = await data.imageFolder(path("images"), { damaged: "skip" });
     const held = [];
     try { for (;;) held.push(openSync(${JSON.stringify(at("a.csv"))})); } catch {}
     await tell("csv", data.readTable(path("a.csv")));
     await tell("npy", data.readArray(path("a.npy")));
     await tell("parquet", data.readTable(path("a.parquet")));
     await tell("folder", data.imageFolder(path("images")));
     await tell("image", images.read([0]));
     await tell("damaged", Promise.reject(images.damaged.size));
     await tell("write", data.writeCsv(path("b.csv"), { columns: ["a"], values: { dtype: "float64", shape: [1, 1], data: [1] } }));
     for (const handle of held) closeSync(handle);
     await tell("again", data.readTable(path("a.parquet")));
     await tell("again", images.read([0]));`,
    "ulimit -n 300",
  );
  expect(lines.pop()).toBe("again ok");
  expect(lines.pop()).toBe("again ok");
  expect(lines.splice(5, 1)).toEqual(["damaged 0"]);
  expect(lines).toHaveLength(6);
  for (const line of lines)
    expect(line).toMatch(/^\w+ DataError: .*found too many open files\. Raise the limit \(ulimit -n\)/);
});

test.skipIf(!has("prlimit"))("an array that the address space has no room for is refused", () => {
  const size = 2 ** 29;
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (67108864,), }";
  writeFileSync(at("big.npy"), `\x93NUMPY\x01\0${String.fromCharCode(header.length)}\0${header}`, "latin1");
  truncateSync(at("big.npy"), 10 + header.length + size);
  writeFileSync(at("big.idx"), new Uint8Array([0, 0, 14, 1, 4, 0, 0, 0]));
  truncateSync(at("big.idx"), 8 + size);
  writeFileSync(at("a.csv"), "a\n1\n");
  const lines = run(
    `import { execFileSync } from "node:child_process";
     import { readFileSync } from "node:fs";
     const path = (name) => ${JSON.stringify(folder)} + "/" + name;
     await tell("before", data.readTable(path("a.csv")));
     const now = 1024 * Number(/VmSize:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
     execFileSync("prlimit", ["--pid", String(process.pid), "--as=" + (now + 2 ** 28)]);
     await tell("npy", data.readArray(path("big.npy")));
     await tell("idx", data.readArray(path("big.idx")));
     await tell("after", data.readTable(path("a.csv")));`,
  );
  expect(lines[0]).toBe("before ok");
  for (const line of lines.slice(1, 3))
    expect(line).toMatch(/^\w+ DataError: .*expected an array that fits into memory, found one of 67108864 numbers/);
  expect(lines[3]).toBe("after ok");
});
