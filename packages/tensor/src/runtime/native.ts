/** ONNX Runtime on this machine's own processors, in its own thread. */
import { checkOptions, type Known } from "../check/options.ts";
import { RuntimeError } from "../errors.ts";
import { mostOutputsOfWebGpu } from "../graph/target.ts";
import type { ExternalData } from "../onnx/external-data.ts";
import { probeConvolutionBlock } from "./convolution-block.ts";
import { ownCopies, ownFiles } from "./execute.ts";
import { probeFloat16 } from "./float16.ts";
import { type Engine, startEngine } from "./native-engine.ts";
import type { NativeOptions } from "./native-worker.ts";
import type { Runtime, Session } from "./runtime.ts";
import { forbidTelemetry } from "./telemetry.ts";

export type { NativeOptions };

// Many more than processors have cores. The native library would try to start any number that is asked for.
const mostThreads = 1024;

const known = { provider: true, threads: true, cache: true } satisfies Known<NativeOptions>;

/**
 * Executes models with onnxruntime-node in one worker thread, so the caller's event loop keeps running during a run.
 * The thread starts with `prepare`, `load` or the first model. It never keeps an idle process alive, but a pending run
 * does. Disposing the runtime rejects what is pending and waits for the run in progress, which cannot be interrupted.
 * ONNX Runtime's reports of its use are turned off, for the whole process.
 * @throws RuntimeError for unknown options and a number of threads out of range
 */
export const native = (options: NativeOptions = {}): Runtime => {
  checkOptions("native", options, known);
  const { provider = "cpu", threads = 1 } = options;
  const name = `native (${provider})`;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads))
    throw new RuntimeError(`${name}: expected threads from 1 to ${mostThreads}, found ${threads}`);
  let engine: Engine | undefined;
  let block: Promise<number | undefined> | undefined;
  let half: Promise<true | string> | undefined;
  let sessions = 0;

  let starting: Promise<Engine> | undefined;
  const start = async (): Promise<Engine> => {
    await forbidTelemetry();
    if (engine === undefined || engine.ended()) engine = startEngine(name, options);
    return engine;
  };
  const running = (): Promise<Engine> => (starting = start());

  const load = async (model: Uint8Array, externalData: readonly ExternalData[] = []): Promise<Session> => {
    const [files, buffers] = ownFiles(model, externalData);
    const home = await running();
    const session = sessions++;
    await home.ask("load the model", { kind: "load", session, ...files }, buffers);
    let disposed = false;
    return {
      run: async (inputs) => {
        if (disposed) throw new RuntimeError(`${name}: could not run the model: it was disposed`);
        const copies = ownCopies(inputs);
        const buffers = copies.map(({ data }) => data.buffer as ArrayBuffer);
        return home.ask("run the model", { kind: "run", session, inputs: copies }, buffers);
      },
      dispose: async () => {
        if (disposed || home.ended()) return;
        disposed = true;
        await home.ask("dispose the model", { kind: "dispose", session }, []);
      },
    };
  };

  return {
    name,
    prepare: () => void running().catch(() => {}),
    target: async ({ convolution = false, float16 = false } = {}) => ({
      portable: false,
      mostOutputs: provider === "webgpu" ? mostOutputsOfWebGpu : undefined,
      float16: float16 ? await (half ??= probeFloat16(name, load)) : undefined,
      convolutionBlock: convolution && provider === "cpu" ? await (block ??= probeConvolutionBlock(load)) : undefined,
    }),
    load,
    dispose: async () => {
      // What was prepared may still be about to start.
      await starting?.catch(() => {});
      const ending = engine;
      engine = undefined;
      await ending?.end();
    },
  };
};
