/** Runs whose model is known exactly, for tests of what is made of them. */
import { type ScoreModel, samplerFromRecipe } from "@scorefield/core";
import { arrays } from "@scorefield/domain";
import { builtInCodec, type StoredCodec } from "@scorefield/domain/codec";
import { images } from "@scorefield/domain/images";
import { table } from "@scorefield/domain/table";
import type { LoadedRun } from "../run/load.ts";

/** A run of a model that was not trained. @param columns names, of a table */
export const exactRun = (
  model: ScoreModel,
  stored: StoredCodec,
  { columns, path = "runs/exact" }: { readonly columns?: readonly string[]; readonly path?: string } = {},
): LoadedRun => {
  const domain = stored.kind === "images" ? images : columns ? table : arrays;
  const codec = builtInCodec(stored, model.shape);
  const made = { shape: model.shape, ...(columns && { columns }) };
  return {
    path,
    domain,
    made,
    record: { model: { shape: model.shape } },
    step: 0,
    model,
    sampler: samplerFromRecipe({ kind: "heun", steps: 18 }),
    codec,
    ...(columns && { columns }),
    keepRules: (samples: never) => ({ samples }),
    toData: codec.decode,
  } as unknown as LoadedRun;
};
