/** A training step and a sampling step of a network, compiled, with the inputs to call them again and again. */
import {
  type DenoiserParts,
  denoising,
  edm,
  edmPreconditioning,
  flatLayout,
  type Network,
  normal,
  trainedModel,
} from "@scorefield/core";
import { compile, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { adamSettings, freshState, type OptimiserState, stepVector } from "../packages/core/src/training/optimiser.ts";
import { stepSpecs, trainingStep } from "../packages/core/src/training/step.ts";

/** One step per call. */
export interface Step {
  run(): Promise<unknown>;
  dispose(): Promise<void>;
}

const partsOf = (network: Network): DenoiserParts => ({
  process: edm(),
  network,
  preconditioning: edmPreconditioning(),
});

/** Loss, gradient, clipping, Adam and moving average, one step per call as `train` does it for a network of this size. */
export const trainStep = async (network: Network, batch: number, side: number, runtime: Runtime): Promise<Step> => {
  const shape = [1, side, side];
  const adam = adamSettings();
  const initial = network.initialise(shape, 0);
  const layout = flatLayout(initial);
  const parts = { ...partsOf(network), objective: denoising(), adam, layout };
  const specs = stepSpecs(parts, batch, shape);
  const step = await compile(trainingStep(parts), [specs.state, specs.inputs], { runtime, name: "training step" });
  let state = freshState(layout.flatten(initial));
  let count = 0;
  const image = [batch, ...shape];
  const t = Float32Array.from(normal([batch], { seed: 3 }).data, (value) => Math.exp(1.2 * value - 1.2));
  const run = async (): Promise<void> => {
    const numbers = ndarray(Float32Array.from(stepVector(count++, { learningRate: 1e-4, averageDecay: 0.999 }, adam)));
    const inputs = {
      x: normal(image, { seed: 1, step: count }),
      t: ndarray(t),
      noise: normal(image, { seed: 2, step: count }),
      probes: [],
      conditions: {},
      numbers,
    };
    const [next] = (await step(state as never, inputs as never)) as unknown as [OptimiserState<NdArray>, unknown];
    state = next;
  };
  return { run, dispose: step.dispose };
};

/** One step of Euler's method with the weights as constants, as sampling does it. */
export const sampleStep = async (network: Network, batch: number, side: number, runtime: Runtime): Promise<Step> => {
  const shape = [1, side, side];
  const model = trainedModel(partsOf(network), network.initialise(shape, 0), shape);
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
  return { run: () => step(x, t), dispose: step.dispose };
};
