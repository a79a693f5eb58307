/** Runs a model in a worker, so that the page stays responsive: on a graphics processor by WebGPU where there is one, else on the CPU. */
import type { InferenceSession } from "onnxruntime-common";

/** An input of a model, or its output. */
export interface ModelValue {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What the page asks: a model to open, or noise to make images of. */
export type Asked = { readonly model: Uint8Array } | { readonly inputs: Readonly<Record<string, Float32Array>> };

/** What it is told. */
export type Answer =
  | { readonly opened: readonly ModelValue[]; readonly output: ModelValue; readonly provider: string }
  | { readonly images: Float32Array; readonly milliseconds: number }
  | { readonly error: string };

const page = self as unknown as Worker;
const answer = (message: Answer): void => page.postMessage(message);

type Engine = typeof import("onnxruntime-web/wasm");

const hasGpu = async (): Promise<boolean> => {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  return Boolean(await gpu?.requestAdapter().catch(() => null));
};

let engine: Engine;
let session: InferenceSession;
let shapes: Map<string, readonly number[]>;

const open = async (model: Uint8Array): Promise<void> => {
  const provider = (await hasGpu()) ? "webgpu" : "wasm";
  engine =
    provider === "webgpu" ? ((await import("onnxruntime-web/webgpu")) as Engine) : await import("onnxruntime-web/wasm");
  engine.env.logLevel = "fatal";
  session = await engine.InferenceSession.create(model, { executionProviders: [provider] });
  const valuesOf = (metadata: InferenceSession["inputMetadata"]) =>
    metadata.flatMap(({ name, ...about }): ModelValue[] =>
      "shape" in about ? [{ name, shape: about.shape.map(Number) }] : [],
    );
  const inputs = valuesOf(session.inputMetadata);
  shapes = new Map(inputs.map(({ name, shape }) => [name, shape]));
  answer({ opened: inputs, output: valuesOf(session.outputMetadata)[0]!, provider });
};

const draw = async (inputs: Readonly<Record<string, Float32Array>>): Promise<void> => {
  const begun = performance.now();
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [name, new engine.Tensor("float32", values, shapes.get(name)!)]),
  );
  const outputs = await session.run(tensors);
  const { data } = Object.values(outputs)[0]!;
  answer({ images: data as Float32Array, milliseconds: performance.now() - begun });
};

// The engine may start threads of its own from this script, under other names.
if (self.name === "real-time")
  page.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
    const work = "model" in data ? open(data.model) : draw(data.inputs);
    work.catch((error: Error) => answer({ error: error.message }));
  });
