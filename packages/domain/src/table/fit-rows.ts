/** A codec fitted to the rows of a domain. */
import { ArgumentError } from "@scorefield/core";
import type { Shape } from "@scorefield/tensor";
import type { Codec, StoredCodec } from "../codec.ts";
import { type Composition, firstSamples, type Samples } from "../samples.ts";
import { fitMixed } from "./mixed/fit-mixed.ts";
import { mixedCodec } from "./mixed/mixed-codec.ts";
import { fitScaling, type ScalingKind, scalingCodec } from "./scaling.ts";
import { isPlain } from "./table-column.ts";

/** Kinds of codec for rows, the usual one first. Only `mixed` knows missing cells and categories, and conditions on columns. */
export const rowCodecs = (made?: {
  readonly table?: Composition["table"] | undefined;
}): readonly [string, ...string[]] => {
  const { table } = made ?? {};
  if (table && !isPlain(table)) return ["mixed"];
  return table ? ["mixed", "quantile", "standard", "none"] : ["quantile", "standard", "none"];
};

/** The codec that a run keeps. @throws ArgumentError as `scalingCodec` and `mixedCodec` */
export const rowCodec = (stored: StoredCodec, shape?: Shape): Codec =>
  stored.kind === "mixed" ? mixedCodec(stored, shape) : scalingCodec(stored, shape);

/** Fits a codec of a kind to rows to learn from. @throws DataError as {@link fitScaling} */
export const fitRows = async (kind: string, training: Samples): Promise<Codec> => {
  const rows = await firstSamples(training);
  if (kind === "mixed") {
    if (!training.table) throw new ArgumentError("scaling: expected quantile, standard or none for rows, found mixed");
    return fitMixed(training.table, rows);
  }
  return scalingCodec(fitScaling(kind as ScalingKind, rows, training.columns) as unknown as StoredCodec);
};
