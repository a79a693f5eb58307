import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { RuntimeError } from "../errors.ts";
import { findWorkerFile } from "./worker-file.ts";

const built = (url: URL): boolean => /\/dist\/runtime\/native-worker\.js$/.test(url.pathname) && existsSync(url);

test("is found from the sources, from dist and from where the package is installed", () => {
  expect(built(findWorkerFile("native (cpu)"))).toBe(true);
  for (const from of ["../../dist/runtime/native-engine.js", "../../../core/dist/bundle.js"])
    expect(built(findWorkerFile("native (cpu)", new URL(from, import.meta.url).href))).toBe(true);
});

test("is found beside a bundle, and elsewhere its absence is a typed error", () => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-worker-"));
  const bundle = pathToFileURL(join(folder, "bundle.js")).href;
  expect(() => findWorkerFile("native (cpu)", bundle)).toThrow(RuntimeError);
  expect(() => findWorkerFile("native (cpu)", bundle)).toThrow(
    /^native \(cpu\): expected the file of its worker thread.* install @scorefield\/tensor and onnxruntime-node/,
  );
  writeFileSync(join(folder, "native-worker.js"), "");
  expect(findWorkerFile("native (cpu)", bundle).href).toBe(pathToFileURL(join(folder, "native-worker.js")).href);
});
