/** A run on a table whose network takes conditions: what is known of a row. */
import { type AnySampler, ArgumentError, type ScoreModel } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { Codec } from "../../codec.ts";
import type { ColumnCondition } from "../mixed/allowed.ts";
import type { MixedCodec } from "../mixed/mixed-codec.ts";
import type { KeptRules } from "../rules/kept-rules.ts";
import type { TableColumn } from "../table-column.ts";

/** What conditions need of a run, such as one of `loadRun`. */
export interface TableRun {
  readonly model: ScoreModel;
  readonly codec: Codec;
  /** What the columns hold. */
  readonly table?: readonly TableColumn[];
  /** Default `unipc()`. */
  readonly sampler?: AnySampler;
  /**
   * Moves rows [n, columns] to keep rules between columns, without moving known cells (1 in `known`, [n * columns]) and cells
   * that conditions limit out of their limits. Default: rows stay as they are drawn.
   */
  readonly keepRules?: (
    rows: NdArray<"float64">,
    options: { readonly known?: Uint8Array; readonly conditions?: readonly ColumnCondition[] },
  ) => { readonly samples: NdArray<"float64"> };
  /** The rules that `keepRules` keeps: with them it is counted how many rows broke them as they were drawn. */
  readonly rules?: KeptRules;
  /**
   * log p / q of rows [n, columns] in the units of the data, [n]: how much more frequent they are in the data than among rows
   * that the model draws. Default: rows stay as the model draws them.
   */
  readonly logRatio?: (rows: NdArray<"float64">) => ArrayLike<number>;
}

/** A run whose model takes the condition `observed`. */
export interface TableModel extends TableRun {
  readonly codec: MixedCodec;
  readonly table: readonly TableColumn[];
}

/** Whether the network of a run takes conditions: what is known of a row. */
export const takesConditions = ({ model, codec, table }: TableRun): boolean =>
  table !== undefined && "observe" in codec && model.conditions?.observed !== undefined;

/**
 * @param owner in errors
 * @throws ArgumentError for a run that takes no conditions, saying how to train one that does
 */
export const tableModel = (owner: string, run: TableRun): TableModel => {
  checkMade(owner, run, ["model", "codec"], "a run on a table, such as one of loadRun(path)");
  if (takesConditions(run)) return run as TableModel;
  const { model, codec, table } = run;
  const { kind } = codec.stored;
  const found = !table
    ? "one that is not on a table with described columns"
    : "observe" in codec
      ? `one whose network takes none (network.observed = ${(model as { network?: { observed?: number } }).network?.observed ?? 0})`
      : `one with scaling ${kind}`;
  throw new ArgumentError(
    `${owner}: expected a run whose network takes conditions, found ${found}; train one with the defaults for tables: scorefield train TABLE, without settings of scaling or network.observed`,
  );
};
