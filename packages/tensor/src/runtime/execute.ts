/** One run of an ONNX Runtime session on host arrays; the same in Node and in a browser. */
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-common";
import { RuntimeError } from "../errors.ts";
import { constructors, type NdArray } from "../ndarray.ts";
import type { ExternalData, ModelFiles } from "../onnx/external-data.ts";

/** Optimisers of the runtime that are kept off: this one merges a factor into a float64 matrix product as a float32. */
export const harmfulOptimisers = "MatMulScaleFusion";

type Elements = NdArray["data"];
const classes = Object.fromEntries(Object.values(constructors).map((Elements) => [Elements.name, Elements])) as Record<
  string,
  new (
    elements: Elements,
  ) => Elements
>;

/**
 * The same elements in a buffer of just their size, to be handed over to another thread. A Buffer's own `slice` would
 * share its memory, which may be a pool that Node refuses to hand over; cloning would copy the whole buffer behind a view.
 * @throws RuntimeError when there is no memory for them
 */
export const ownCopy = <E extends Elements>(elements: E): E => {
  // Named by its tag: a Buffer calls itself Uint8Array there.
  const Own = classes[elements[Symbol.toStringTag]]!;
  try {
    return new Own(elements) as E;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RuntimeError(
      `expected ${Math.ceil(elements.byteLength / 2 ** 20)} MiB of free memory for a copy of an array, found less; compute fewer at once`,
    );
  }
};

/** Inputs copied by {@link ownCopy}. */
export const ownCopies = (inputs: readonly NdArray[]): NdArray[] =>
  inputs.map((input) => ({ ...input, data: ownCopy(input.data) }) as NdArray);

/** A model and its files copied by {@link ownCopy}, and the buffers to hand over. */
export const ownFiles = (
  model: Uint8Array,
  externalData: readonly ExternalData[],
): [files: ModelFiles, buffers: ArrayBuffer[]] => {
  const files = {
    model: ownCopy(model),
    externalData: externalData.map(({ path, data }) => ({ path, data: ownCopy(data) })),
  };
  return [
    files,
    [files.model, ...files.externalData.map(({ data }) => data)].map(({ buffer }) => buffer as ArrayBuffer),
  ];
};

/** Runs `session` on inputs in the order of the graph's and returns the outputs in the order of the graph's. */
export const execute = async (
  session: InferenceSession,
  inputs: readonly NdArray[],
  makeTensor: TensorConstructor,
): Promise<NdArray[]> => {
  if (inputs.length !== session.inputNames.length)
    throw new Error(`expected ${session.inputNames.length} inputs, found ${inputs.length}`);
  const feeds: Record<string, Tensor> = {};
  inputs.forEach(({ dtype, shape, data }, i) => {
    feeds[session.inputNames[i]!] = new makeTensor(dtype, data as never, shape);
  });
  const results = await session.run(feeds);
  return session.outputNames.map((name) => {
    const { type, dims, data } = results[name]!;
    return { dtype: type, shape: dims, data } as NdArray;
  });
};
