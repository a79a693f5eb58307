/** A model trained by library code, kept as a run. */
import { ArgumentError, flatLayout, heun, type Sampler, type TrainedModel } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import type { Codec, Domain, OpenedData } from "@scorefield/domain";
import { writeCheckpoint } from "./checkpoint.ts";
import { makeRunFolder } from "./folder.ts";
import { newRecord, writeRecord } from "./record-file.ts";

/** Options of {@link saveRun}. */
export interface SaveOptions {
  readonly step?: number;
  readonly data?: Pick<OpenedData, "domain" | "codec" | "shape" | "columns" | "classes">;
  readonly domain?: Domain;
  readonly codec?: Codec;
  readonly columns?: readonly string[];
  readonly classes?: readonly string[];
  readonly sampler?: Sampler;
  readonly overwrite?: boolean;
}

const known = {
  step: true,
  data: true,
  domain: true,
  codec: true,
  columns: true,
  classes: true,
  sampler: true,
  overwrite: true,
} satisfies Known<SaveOptions>;

/**
 * Saves a trained model as a run, for `loadRun` and `scorefield sample`. It holds the weights to sample with, not the
 * state of training.
 * @param path a new or empty folder
 * @param options `data`, what it was trained on, opened by a domain: the run keeps the domain, its codec and the names of
 *   columns and classes, so that samples come back in the data's units. In its place `domain` and `codec` (default: the
 *   model's units are the data's), `columns` and `classes`. `step`, how long it was trained (default 0); `sampler`, the one
 *   to use by default; `overwrite` a run that is there
 * @throws ArgumentError for a path or model that is none, unknown options, and data of another shape than the model's; RunError when the folder is taken, or another process trains the run there; DataError when the system refuses
 */
export const saveRun = async (path: string, model: TrainedModel, options: SaveOptions = {}): Promise<void> => {
  if (typeof path !== "string")
    throw new ArgumentError(`saveRun path: expected the folder of a run, found ${path === null ? null : typeof path}`);
  const parts = ["parameters", "network", "preconditioning", "process", "shape"];
  checkMade("saveRun model", model, parts, "a trained model such as await train({ ... }).result");
  checkOptions("saveRun", options, known);
  const { step = 0, data, sampler = heun(), overwrite = false } = options;
  const { domain, codec, columns, classes } = { ...data, ...options };
  if (data && data.shape.join() !== model.shape.join())
    throw new ArgumentError(
      `saveRun: expected data of shape [${model.shape.join(", ")}], as the model's, found [${data.shape.join(", ")}]`,
    );
  const layout = flatLayout(model.parameters);
  const record = newRecord({
    model: {
      shape: model.shape,
      process: model.process.recipe,
      network: model.network.recipe,
      preconditioning: model.preconditioning.recipe,
    },
    sampler: sampler.recipe,
    ...(domain && { domain: domain.kind }),
    ...(columns && { columns }),
    ...(classes && { classes }),
    scaling: codec?.stored ?? { kind: "none" },
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
