/** Where the file of the worker thread lies, for a program from this package and for one that a bundler made of it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { RuntimeError } from "../errors.ts";

// A bundle in CommonJS has no import.meta.url. It is the program that Node was started with.
const here: string = import.meta.url ?? pathToFileURL(process.argv[1] ?? "program").href;

/**
 * The file of the worker: `native-worker.js` beside the module (in dist, or beside a bundle), else the file of the
 * package `@scorefield/tensor` as the module resolves it.
 * @param name begins the error's message
 * @param from the module's URL
 * @throws RuntimeError where there is neither
 */
export const findWorkerFile = (name: string, from = here): URL => {
  const beside = new URL("./native-worker.js", from);
  if (existsSync(beside)) return beside;
  try {
    return pathToFileURL(createRequire(from).resolve("@scorefield/tensor/native-worker"));
  } catch (cause) {
    throw new RuntimeError(
      `${name}: expected the file of its worker thread, native-worker.js, beside ${from} or in an installed ` +
        "@scorefield/tensor, found neither; install @scorefield/tensor and onnxruntime-node where the bundle runs, or add " +
        "@scorefield/tensor/native-worker to the bundler's entry points under the name native-worker",
      { cause },
    );
  }
};
