/** A training step and a sampling step of a network, compiled, with the inputs to call them again and again. */
import { edm, edmPreconditioning, type Network, normal, train, trainedModel } from "@scorefield/core";
import { compile, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";

/** Work to be called again and again. */
export interface Work {
  /** Does one or more steps; resolves to their number. */
  run(): Promise<number>;
  dispose(): Promise<void>;
}

/** Training as a user does it: batches, loss, gradient, clipping, Adam and moving average. */
export const trainStep = async (network: Network, batch: number, side: number, runtime: Runtime): Promise<Work> => {
  const data = normal([4 * batch, 1, side, side], { seed: 0 });
  const events = train({ data, process: edm(), network, steps: 10 ** 7, batch, runtime })[Symbol.asyncIterator]();
  return {
    run: async () => (await events.next()).value.losses.length,
    dispose: async () => void (await events.return?.()),
  };
};

/** One step of Euler's method with the weights as constants, as sampling does it. */
export const sampleStep = async (network: Network, batch: number, side: number, runtime: Runtime): Promise<Work> => {
  const shape = [1, side, side];
  const parts = { process: edm(), network, preconditioning: edmPreconditioning() };
  const model = trainedModel(parts, network.initialise(shape, 0), shape);
  const step = await compile(
    (x: Tensor, t: Tensor) =>
      x.add(
        x
          .subtract(model.denoise(x, t))
          .divide(t.reshape([-1, 1, 1, 1]))
          .multiply(-0.1),
      ),
    [{ shape: [batch, ...shape] }, { shape: [batch] }],
    { runtime, name: "sampling step" },
  );
  const x = normal([batch, ...shape], { seed: 1 });
  const t = ndarray(new Float32Array(batch).fill(1));
  const run = async (): Promise<number> => {
    await step(x, t);
    return 1;
  };
  return { run, dispose: step.dispose };
};
