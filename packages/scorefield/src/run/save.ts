/** A model trained by library code, kept as a run. */
import { ArgumentError, flatLayout, type Sampler, type TrainedModel, unipc } from "@scorefield/core";
import { checkMade, type Known } from "@scorefield/core/internal";
import { type Codec, type Domain, domainOfRecord, type OpenedData } from "@scorefield/domain";
import type { KeptRules, TableColumn } from "@scorefield/domain/codec";
import { checkRunCall } from "./check-call.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { makeRunFolder } from "./folder.ts";
import type { RunRecord } from "./record.ts";
import { checkRules, newRecord, writeRecord } from "./record-file.ts";

/** @throws ArgumentError for a record that `loadRun` would refuse */
const checkLoads = async (record: RunRecord, codec: Codec | undefined, domain: Domain | undefined): Promise<void> => {
  const { checkRecord } = await import("./record-schema.ts");
  try {
    checkRecord(JSON.parse(JSON.stringify(record)));
    const own = domain ?? domainOfRecord(record);
    own?.codec(record.scaling, record.model.shape);
    if (own) checkRules(record, own);
  } catch (cause) {
    const fix = codec && !domain ? "; a codec of your own needs its domain" : "";
    throw new ArgumentError(`saveRun: ${(cause as Error).message}${fix}`, { cause });
  }
};

/**
 * Saves a trained model as a run, for `loadRun` and `scorefield sample`. It holds the weights to sample with, not the
 * state of training.
 * @param path a new or empty folder
 * @param options `data`, what it was trained on, opened by a domain: the run keeps the domain, its codec and the names of
 *   columns and classes, so that samples come back in the data's units. In its place `domain` and `codec` (default: the
 *   model's units are the data's), `columns`, `table` (what they hold), `classes` and `rules` that samples are to keep. `step`, how long it was trained (default 0); `sampler`, the one
 *   to use by default; `overwrite` a run that is there
 * @throws ArgumentError for data of another shape than the model's, and what no run could be loaded with; RunError when the folder is taken, or another process trains the run there; DataError when the system refuses
 */
export const saveRun = async (
  path: string,
  model: TrainedModel,
  options: {
    readonly step?: number;
    readonly data?: Pick<OpenedData, "domain" | "codec" | "shape" | "columns" | "table" | "classes" | "rules">;
    readonly domain?: Domain;
    readonly codec?: Codec;
    readonly columns?: readonly string[];
    readonly table?: readonly TableColumn[];
    readonly classes?: readonly string[];
    readonly rules?: KeptRules;
    readonly sampler?: Sampler;
    readonly overwrite?: boolean;
  } = {},
): Promise<void> => {
  const known = {
    step: true,
    data: true,
    domain: true,
    codec: true,
    columns: true,
    table: true,
    classes: true,
    rules: true,
    sampler: true,
    overwrite: true,
  } satisfies Known<typeof options>;
  checkRunCall("saveRun", path, options, known);
  checkMade("saveRun model", model, ["parameters", "network", "preconditioning"], "a trained model");
  const { step = 0, data, sampler = unipc(), overwrite = false } = options;
  const { domain, codec, columns, table, classes, rules } = { ...data, ...options };
  if (data && data.shape.join() !== model.shape.join())
    throw new ArgumentError(
      `saveRun: expected data of shape [${model.shape.join(", ")}], as the model's, found [${data.shape.join(", ")}]`,
    );
  checkMade("saveRun sampler", sampler, ["recipe"], "a sampler such as unipc()");
  if (codec) checkMade("saveRun codec", codec, ["stored", "encode", "decode"], "a codec, as opened data have it");
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
    ...(table && { table }),
    ...(classes && { classes }),
    scaling: codec?.stored ?? { kind: "none" },
    ...(rules && { rules }),
    step,
  });
  await checkLoads(record, codec, domain);
  const unlock = await makeRunFolder(path, { overwrite });
  try {
    await writeCheckpoint(path, { step, average: layout.flatten(model.parameters) }, layout);
    await writeRecord(path, record);
  } finally {
    await unlock();
  }
};
