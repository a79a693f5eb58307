/** Checks of the engine on this machine: derivatives of a small network, and float32 compared with float64. */

import { denoiser, denoising, edm, edmPreconditioning, flatLayout, mlp, normal, uniform } from "@scorefield/core";
import {
  castArray,
  dot,
  grad,
  hessianVectorProduct,
  type NdArray,
  type Runtime,
  type Tensor,
} from "@scorefield/tensor";
import { type Check, relative, worst } from "./check.ts";
import { evaluate, numbers } from "./evaluate.ts";

const network = mlp({ width: 24, depth: 3, noiseFeatures: 8 });
const process = edm({ sigmaMax: 10 });
const denoise = denoiser({ process, network, preconditioning: edmPreconditioning() });
const objective = denoising();
const [n, d] = [16, 3];

/** The training loss on a fixed batch, its gradient and its Hessian times v, at theta + h v. */
const derivatives = async (h: number, dtype: "float32" | "float64", runtime: Runtime) => {
  const layout = flatLayout(network.initialise([d], 1));
  const drawn = (shape: readonly number[], step: number): NdArray =>
    castArray(normal(shape, { seed: 3, step, dtype: "float64" }), dtype);
  const direction = drawn([layout.size], 1);
  const start = drawn([layout.size], 2);
  const theta = castArray(start, dtype);
  for (let i = 0; i < layout.size; i++) theta.data[i] = 0.2 * Number(start.data[i]) + h * Number(direction.data[i]);
  const times = castArray(uniform([n], { seed: 4, low: 0.01, high: 0.5, dtype: "float64" }), dtype);
  const traced = (vector: Tensor, v: Tensor, x: Tensor, t: Tensor, noise: Tensor) => {
    const loss = (at: Tensor): Tensor =>
      objective.loss((noisy, time) => denoise(layout.split(at), noisy, time), process, { x, t, noise });
    const gradient = grad(loss)(vector);
    const [, product] = hessianVectorProduct(loss, vector, v);
    return [loss(vector), gradient, dot(gradient, v), dot(product, v)];
  };
  const [loss, gradient, slope, curvature] = await evaluate(
    (vector, v, x, t, noise) => traced(vector!, v!, x!, t!, noise!),
    [theta, direction, drawn([n, d], 5), times, drawn([n, d], 6)],
    runtime,
  );
  return {
    loss: Number(loss!.data[0]),
    gradient: numbers(gradient!),
    slope: Number(slope!.data[0]),
    curvature: Number(curvature!.data[0]),
  };
};

/** A derivative along v by central differences of fourth order. */
const difference = async (of: "loss" | "slope", runtime: Runtime): Promise<number> => {
  const h = 1e-4;
  const at = async (factor: number): Promise<number> => (await derivatives(factor * h, "float64", runtime))[of];
  return (8 * ((await at(1)) - (await at(-1))) - ((await at(2)) - (await at(-2)))) / (12 * h);
};

const group = "engine";

/** The compiled graph of a training step against differences and against itself in float64. */
export const engineChecks: readonly Check[] = [
  {
    name: "first and second derivative of a network's loss along a direction, float64",
    group,
    source: "central differences of fourth order",
    run: async ({ runtime }) => {
      const found = await derivatives(0, "float64", runtime);
      return worst([
        relative(await difference("loss", runtime), found.slope, 1e-8, { detail: "gradient" }),
        relative(await difference("slope", runtime), found.curvature, 1e-8, { detail: "Hessian" }),
      ]);
    },
  },
  {
    name: "loss and gradient of a network in float32 compared with float64",
    group,
    source: "rounding of float32, 6e-8 per operation",
    run: async ({ runtime }) => {
      const [single, double] = [await derivatives(0, "float32", runtime), await derivatives(0, "float64", runtime)];
      const length = (g: Float64Array): number => Math.sqrt(g.reduce((sum, value) => sum + value * value, 0));
      const apart = length(double.gradient.map((value, i) => value - single.gradient[i]!));
      return worst([
        relative(double.loss, single.loss, 1e-5, { detail: "loss" }),
        relative(1, 1 + apart / length(double.gradient), 1e-5, { detail: "gradient, error in its length" }),
      ]);
    },
  },
];
