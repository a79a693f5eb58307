/** Compiled steps of a sampler that are kept for the next call: compiling takes longer than drawing a few samples. */
import type { Runtime } from "@scorefield/tensor";
import type { ScoreModel } from "../model/score-model.ts";

interface Compiled {
  dispose(): Promise<void>;
}

/** What compiled steps are for. */
export interface StepsKey {
  readonly model: ScoreModel;
  readonly runtime: Runtime | undefined;
  /** All else: the sampler, the batch and the types. */
  readonly text: string;
}

/**
 * Keeps the compiled steps of the last call of `sample`, for calls with the same model, sampler, runtime and size of a batch. Samplers are the
 * same where their recipes are.
 */
export interface KeptSteps {
  /**
   * Steps that are kept, else made and kept in place of the last ones.
   * @returns the steps, and what to call when they are no longer in use
   * @internal
   */
  use<C extends Compiled>(key: StepsKey, make: () => Promise<C>): Promise<readonly [C, () => Promise<void>]>;
  /** Frees what is kept, once it is no longer in use. */
  dispose(): Promise<void>;
}

interface Entry {
  readonly key: StepsKey;
  readonly steps: Promise<Compiled>;
  users: number;
  kept: boolean;
}

/**
 * A keeper of compiled steps: the option `keep` of `sample`.
 *
 *     const keep = keepSteps();
 *     for (let k = 0; k < 64; k++) await sample(model, { count: 1000, firstSample: 1000 * k, keep });
 *     await keep.dispose();
 */
export const keepSteps = (): KeptSteps => {
  let last: Entry | undefined;
  const free = async (entry: Entry): Promise<void> => {
    if (entry.users > 0 || entry.kept) return;
    await entry.steps.then(
      (steps) => steps.dispose(),
      () => {},
    );
  };
  const drop = async (): Promise<void> => {
    const entry = last;
    last = undefined;
    if (!entry) return;
    entry.kept = false;
    await free(entry);
  };
  return {
    use: async <C extends Compiled>(key: StepsKey, make: () => Promise<C>) => {
      const same =
        last && last.key.model === key.model && last.key.runtime === key.runtime && last.key.text === key.text;
      if (!same) {
        await drop();
        last = { key, steps: make(), users: 0, kept: true };
      }
      const entry = last!;
      entry.users++;
      const leave = async (): Promise<void> => {
        entry.users--;
        await free(entry);
      };
      try {
        return [(await entry.steps) as C, leave];
      } catch (error) {
        if (last === entry) last = undefined;
        entry.kept = false;
        await leave();
        throw error;
      }
    },
    dispose: drop,
  };
};

/** Steps of the keeper, or steps that are freed after use where there is none. */
export const stepsFor = async <C extends Compiled>(
  keep: KeptSteps | undefined,
  key: StepsKey,
  make: () => Promise<C>,
): Promise<readonly [C, () => Promise<void>]> => {
  if (keep) return keep.use(key, make);
  const steps = await make();
  return [steps, () => steps.dispose()];
};
