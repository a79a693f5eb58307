/** What two machines must share for their results to be the same. */
import { createRequire } from "node:module";
import { version } from "../version.ts";

const require = createRequire(import.meta.url);

/** Versions of what computes: Scorefield and ONNX Runtime, as in `scorefield 0.1.0, onnxruntime-node 1.30.0`. */
export const codeVersion = (): string => {
  const { version: runtime } = require("onnxruntime-node/package.json") as { version: string };
  return `scorefield ${version}, onnxruntime-node ${runtime}`;
};
