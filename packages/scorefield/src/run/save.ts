/** A model trained by library code, kept as a run. */
import { flatLayout, heun, type Sampler, type TrainedModel } from "@scorefield/core";
import { writeCheckpoint } from "./checkpoint.ts";
import { makeRunFolder } from "./folder.ts";
import { newRecord, writeRecord } from "./record-file.ts";

/**
 * Saves a trained model as a run, for `loadRun` and `scorefield sample`. It holds the weights to sample with, not the
 * state of training.
 * @param path a new or empty folder
 * @param options `step`, how long it was trained (default 0); `columns`, their names for a model of a table; `sampler`,
 *   the one to use by default; `overwrite` a run that is there
 * @throws RunError when the folder is taken, or another process trains the run there; DataError when the system refuses
 */
export const saveRun = async (
  path: string,
  model: TrainedModel,
  options: {
    readonly step?: number;
    readonly columns?: readonly string[];
    readonly sampler?: Sampler;
    readonly overwrite?: boolean;
  } = {},
): Promise<void> => {
  const { step = 0, columns, sampler = heun(), overwrite = false } = options;
  const layout = flatLayout(model.parameters);
  const record = newRecord({
    model: {
      shape: model.shape,
      process: model.process.recipe,
      network: model.network.recipe,
      preconditioning: model.preconditioning.recipe,
    },
    sampler: sampler.recipe,
    ...(columns && { columns }),
    scaling: { kind: "none" },
    step,
  });
  const unlock = await makeRunFolder(path, { overwrite });
  try {
    await writeCheckpoint(path, { step, average: layout.flatten(model.parameters) }, layout);
    await writeRecord(path, record);
  } finally {
    await unlock();
  }
};
