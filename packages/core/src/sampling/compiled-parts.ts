/** Functions that a sampling loop compiles together and frees together. */
import { compile, type Runtime, type SharedSessions, type Spec, sharedSessions, type Tensor } from "@scorefield/tensor";
import type { Given, ScoreModel } from "../model/score-model.ts";

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
  const sessions = sharedSessions({ runtime });
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
