/** Does the work of a place: some steps of training, or a gradient. */
import { TrainingError } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { countedStore } from "./counted-store.ts";
import { JobError } from "./job-error.ts";
import { projectTraining } from "./project.ts";
import type { Store } from "./store.ts";
import { getVectors, putVectors } from "./vectors.ts";
import type { Content, GradientWork, StepsWork } from "./work.ts";
import type { Performed } from "./work-on.ts";
import type { WorkerCache } from "./worker-cache.ts";

/** Vectors that this process has read: parameters are shared by all places of a round. */
const known = new Map<string, Promise<NdArray>>();
const mostKnown = 4;

const vectorOf = (store: Store, content: Content, name: string, size: number): Promise<NdArray> => {
  let found = known.get(content.sha256);
  if (!found) {
    found = getVectors(store, content, [name], size).then((vectors) => vectors[name]!);
    known.set(content.sha256, found);
    found.catch(() => known.delete(content.sha256));
    for (const [old] of known) if (known.size > mostKnown) known.delete(old);
  }
  return found;
};

const difference = ({ data }: NdArray, from: NdArray): NdArray =>
  ndarray(
    (data as Float32Array).map((value, i) => value - Number(from.data[i])),
    from.shape,
  );

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Does some steps of training, or takes a gradient. The result depends on the work alone, to the bit on one kind of machine. Of steps it
 * has the vectors `secondMoment`, `change` of the parameters, and `average.0`, `average.1`, ...: how far the moving averages are from the
 * parameters that the steps began at, as they were then. All are BF16: what it rounds off, 1 part in 500 of each number, is little beside
 * how far places go apart. Of a gradient it has `gradient`, in float32.
 * Its facts are `samples`, `loss`, and the bytes that it moved, `up` and `down`.
 * @throws JobError for contents that are missing or of another network, and where training diverged; the signal's reason
 */
export const performSteps = async (
  work: StepsWork | GradientWork,
  {
    store: plain,
    cache,
    cacheSize,
    signal,
    onProgress,
  }: WorkerCache & {
    readonly signal: AbortSignal;
    readonly onProgress: (share: number) => void;
  },
): Promise<Performed> => {
  const store = countedStore(plain);
  // The project comes once to a machine; it is no part of a round.
  const training = await projectTraining(work.project, {
    store: plain,
    cache,
    ...(cacheSize !== undefined && { cacheSize }),
  });
  const { size } = training.layout;
  const { place, places } = work;
  const parameters = await vectorOf(store, work.parameters, "parameters", size);
  signal.throwIfAborted();
  try {
    if (work.kind === "gradient") {
      const { gradient, loss } = await training.gradientOf(parameters, { place, places, step: work.step });
      const content = await putVectors(store, { gradient });
      return { content, facts: { samples: training.batch / places, loss, ...store.traffic() } };
    }
    const { from, steps } = work;
    const secondMoment = work.secondMoment && (await vectorOf(store, work.secondMoment, "secondMoment", size));
    const { state, losses } = await training.stepsOf(
      { parameters, secondMoment },
      { place, places, from, to: from + steps },
      { signal, onEvent: ({ step }) => onProgress((step - from) / steps) },
    );
    const averages = [state.average, ...(state.otherAverages ?? [])];
    const vectors = {
      change: difference(state.parameters, parameters),
      secondMoment: state.secondMoment,
      ...Object.fromEntries(averages.map((vector, k) => [`average.${k}`, difference(vector, parameters)])),
    };
    const content = await putVectors(store, vectors, { rounded: Object.keys(vectors) });
    return { content, facts: { samples: (steps * training.batch) / places, loss: mean(losses), ...store.traffic() } };
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    throw new JobError(error.message, { cause: error });
  }
};
