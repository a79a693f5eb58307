/** Finds out whether a runtime computes in float16. */
import { RuntimeError } from "../errors.ts";
import type { OnnxGraph } from "../graph/onnx-model.ts";
import { ndarray } from "../ndarray.ts";
import { encodeModel } from "../onnx/encode.ts";
import { onnxType } from "../operation/source.ts";
import type { Session } from "./runtime.ts";

const size = 4;
const shape = [size, size];

/** (a + 2048) b - 2048 with the identity b: in float16, whose numbers are 2 apart there, whole numbers. */
const probe = (): OnnxGraph => {
  const node = (op: string, inputs: string[], output: string, to?: number) => ({
    op,
    domain: "",
    inputs,
    outputs: [output],
    attributes: to === undefined ? {} : { to: { int: to } },
  });
  const identity = Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
  return {
    name: "float16",
    inputs: [{ name: "a", dtype: "float32", shape }],
    outputs: [{ name: "c", dtype: "float32", shape }],
    constants: [
      { name: "b", value: { dtype: "float16", shape, data: identity } },
      { name: "large", value: { dtype: "float16", shape: [], data: Float32Array.of(2048) } },
    ],
    nodes: [
      node("Cast", ["a"], "half", onnxType.float16),
      node("Add", ["half", "large"], "sum"),
      node("MatMul", ["sum", "b"], "product"),
      node("Sub", ["product", "large"], "difference"),
      node("Cast", ["difference"], "c", onnxType.float32),
    ],
  };
};

/**
 * Computes a little in float16.
 * @param runtime its name, for the reason
 * @returns true, or the reason why not: the runtime lacks float16, or computes in float32 instead, as ONNX Runtime does
 *   for a processor without such kernels
 */
export const probeFloat16 = async (
  runtime: string,
  load: (model: Uint8Array) => Promise<Session>,
): Promise<true | string> => {
  let session: Session | undefined;
  try {
    session = await load(encodeModel(probe()));
    const [c] = await session.run([ndarray(new Float32Array(size * size).fill(1.25), shape)]);
    // 2049.25 lies between 2048 and 2050.
    if (c!.data.every((value) => value === 2)) return true;
    return `${runtime} has no float16 kernels: ONNX Runtime computes in float32 there`;
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return error.message;
  } finally {
    await session?.dispose();
  }
};
