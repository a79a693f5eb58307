/** The record of a run that is about to begin, of a score model or of a flow map. */
import { resolve } from "node:path";
import { movePaths } from "@scorefield/domain";
import { relativeToRun } from "./folder.ts";
import type { Prepared } from "./prepare.ts";
import type { FlowMapRecord, RunRecord } from "./record.ts";
import { newRecord } from "./record-file.ts";

/**
 * @param data of which the recipe's paths are relative to `folder`; in the record they are relative to the run
 * @param options `out`, the run's folder; `sampler`, default the recipe's; `flowMap` of a run whose model is one; `own`, settings of
 *   the data that differ, of a run that keeps them
 */
export const beginningRecord = (
  data: Prepared,
  {
    out,
    folder,
    sampler = data.recipe.sampler,
    flowMap,
    own,
  }: {
    readonly out: string;
    readonly folder: string;
    readonly sampler?: RunRecord["sampler"];
    readonly flowMap?: FlowMapRecord;
    readonly own?: Readonly<Record<string, string>>;
  },
): RunRecord => {
  const { recipe, domain, columns, table, classes, codec, rules, training, heldOut, latentShape, sha256 } = data;
  const moved = movePaths(domain, recipe.data, (path) => relativeToRun(out, resolve(folder, path)));
  return newRecord({
    model: {
      shape: latentShape ?? training.shape,
      process: recipe.process,
      network: recipe.network,
      preconditioning: recipe.preconditioning,
    },
    ...(flowMap && { flowMap }),
    ...(recipe.latent && { latent: { shape: training.shape, autoencoder: recipe.latent.autoencoder } }),
    sampler,
    domain: domain.kind,
    ...(columns && { columns }),
    ...(table && { table }),
    ...(classes && { classes }),
    scaling: codec.stored,
    ...(rules?.kept && { rules: rules.kept }),
    training: {
      recipe: { ...recipe, data: { ...moved, ...own } },
      rows: { training: training.count, heldOut: heldOut.count },
      sha256,
    },
  });
};
