/** The libraries of the CUDA provider, which the package onnxruntime-node does not hold itself. */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fetchCudaLibraries } from "./reason.ts";

const names = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

// Less is no library: the texts that stand in for them have some hundred bytes.
const leastBytes = 4096;

/** The folder in which onnxruntime-node looks for them. */
const ownFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")), "bin/napi-v6/linux/x64");

/** What to do where a library is missing or has a text in its place. Undefined where all are there. */
export const missingCudaLibraries = (folder = ownFolder()): string | undefined => {
  const missing = names.find(
    (name) => (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) < leastBytes,
  );
  return missing === undefined
    ? undefined
    : `expected the library ${missing}, which is fetched apart, found none; fetch it once with ${fetchCudaLibraries}`;
};
