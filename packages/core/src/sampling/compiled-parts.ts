/** Functions that a sampling loop compiles together and frees together. */
import { compile, type Runtime, type Spec, type Tensor } from "@scorefield/tensor";
import type { Given, ScoreModel } from "../model/score-model.ts";

interface Disposable {
  dispose(): Promise<void>;
}

/**
 * What `make` returns, with `dispose` for all that it kept; if it throws, that is disposed at once.
 * @param make compiles, and hands each function to `keep`
 */
export const compileParts = async <T extends object>(
  make: (keep: <C extends Disposable>(compiled: C) => C) => Promise<T>,
): Promise<T & Disposable> => {
  const kept: Disposable[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(kept.map((compiled) => compiled.dispose()));
  };
  try {
    const parts = await make((compiled) => {
      kept.push(compiled);
      return compiled;
    });
    return { ...parts, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
};

/** The denoised estimate of samples at times. */
export const compileDenoiser = (
  model: ScoreModel,
  samples: Spec,
  times: Spec,
  given: Record<string, Spec>,
  runtime: Runtime | undefined,
) =>
  compile((x: Tensor, t: Tensor, rows: Given) => model.denoise(x, t, rows), [samples, times, given], {
    runtime,
    name: "denoiser",
  });
