/** Functions that a sampling loop compiles together and frees together. */
import { compile, type Runtime, type SharedSessions, type Spec, sharedSessions, type Tensor } from "@scorefield/tensor";
import type { Given, ScoreModel } from "../model/score-model.ts";

// A step of Heun's method in pieces, two calls of the network with small sessions around them, against one whole, on
// two busy cores. An MLP of 128x3 (0.2 MB) takes 1.3 times as long on 1,024 rows and 2.1 times on 64. One of 512x4 (4
// MB) takes 1.03 and 1.3 times. A U-Net of 1.7 million parameters (7 MB) takes 1.0 times on 8 images and 1.1 on one.
// Copies of less cost little.
const leastSharedBytes = 2 ** 22;

interface Disposable {
  dispose(): Promise<void>;
}

/**
 * What `make` returns, with `dispose` for all that it kept; if it throws, that is disposed at once.
 * @param make compiles with these sessions, in which a large network is loaded once for all functions that evaluate it, and
 *   hands each function to `keep`
 */
export const compileParts = async <T extends object>(
  runtime: Runtime | undefined,
  make: (keep: <C extends Disposable>(compiled: C) => C, sessions: SharedSessions) => Promise<T>,
): Promise<T & Disposable> => {
  const kept: Disposable[] = [];
  const sessions = sharedSessions({ runtime, leastBytes: leastSharedBytes });
  const dispose = async (): Promise<void> => {
    await Promise.all(kept.map((compiled) => compiled.dispose()));
    await sessions.dispose();
  };
  try {
    const parts = await make((compiled) => {
      kept.push(compiled);
      return compiled;
    }, sessions);
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
  sessions: SharedSessions,
) =>
  compile((x: Tensor, t: Tensor, rows: Given) => model.denoise(x, t, rows), [samples, times, given], {
    sessions,
    name: "denoiser",
  });
