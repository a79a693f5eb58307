/** Trained priors of images in [-1, 1] for measurements of images in other units, at any size of the image. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { edm, trainedModel } from "@scorefield/core";
import { type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";
import { loadRun } from "scorefield";
import { runOnce } from "./run-once.ts";

/**
 * The model of a run, whose network is convolutional, for images [1, rows, columns]; noise from 0.01 to `sigmaMax`, as a measurement says
 * what is larger. Undefined where there is no run.
 */
export const priorAt = async (path: string | undefined, size: readonly [number, number], sigmaMax: number) => {
  if (!path || !existsSync(join(path, "run.json"))) {
    console.log(`${path ?? "no run"}: no prior, so posteriors are left out.`);
    return undefined;
  }
  const { model } = await loadRun(path);
  if (!("network" in model)) throw new Error(`${path}: expected a run of images with a network`);
  const { network, preconditioning, parameters } = model;
  const process = edm({ sigmaMin: 0.01, sigmaMax });
  return trainedModel({ process, network, preconditioning }, parameters, [1, ...size]);
};

/**
 * A measurement y = A x of x = peak (m + 1) / 2, as one of m: 2 y / peak - A 1. Its noise is 2 / peak times as large.
 * @param y [..., ...output]
 */
export const inModelUnits = async (
  operator: { readonly input: readonly number[]; readonly apply: (x: Tensor) => Tensor },
  y: NdArray,
  peak: number,
  runtime: Runtime,
): Promise<NdArray> => {
  const size = operator.input.reduce((a, b) => a * b, 1);
  const ones = ndarray(new Float32Array(size).fill(1), [1, ...operator.input]);
  const { data } = await runOnce(operator.apply, ones, runtime);
  return ndarray(
    Float32Array.from(y.data as Float32Array, (value, i) => (2 * value) / peak - Number(data[i % data.length])),
    y.shape,
  );
};

/** x = peak (m + 1) / 2 */
export const fromModelUnits = (m: NdArray, peak: number): NdArray =>
  ndarray(
    Float32Array.from(m.data as Float32Array, (value) => (peak * (value + 1)) / 2),
    m.shape,
  );
