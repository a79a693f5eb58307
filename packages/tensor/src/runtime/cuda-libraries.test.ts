import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeModel } from "../onnx/encode.ts";
import { repeatedSquare } from "./conformance.case.ts";
import { missingCudaLibraries } from "./cuda-libraries.ts";
import { native } from "./native.ts";

const names = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

test("names a library that is missing or has a text in its place, and how to fetch it", () => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-cuda-"));
  expect(missingCudaLibraries(folder)).toMatch(/^expected the library libonnxruntime_providers_shared.so/);
  writeFileSync(join(folder, names[0]!), new Uint8Array(10_000));
  writeFileSync(join(folder, names[1]!), "This text stands in");
  expect(missingCudaLibraries(folder)).toMatch(/_cuda\.so.*ONNXRUNTIME_NODE_INSTALL=true node .*install\.js$/);
  writeFileSync(join(folder, names[1]!), new Uint8Array(10_000));
  expect(missingCudaLibraries(folder)).toBeUndefined();
});

const without = `${process.platform}-${process.arch}` === "linux-x64" && missingCudaLibraries() !== undefined;

test.skipIf(!without)("native() says so before ONNX Runtime tries to load them", async () => {
  const runtime = native({ provider: "cuda" });
  const loading = runtime.load(encodeModel(repeatedSquare(2, 1)));
  await expect(loading).rejects.toThrow(/^native \(cuda\): could not load the model: expected the library lib\w+\.so/);
  await runtime.dispose();
});
