export { columnOf } from "./column.ts";
export { table } from "./domain.ts";
export type { ColumnCondition } from "./mixed/allowed.ts";
export { type FitMixedOptions, fitMixed } from "./mixed/fit-mixed.ts";
export {
  type ColumnPart,
  type MixedCodec,
  type MixedDraw,
  type MixedLayout,
  mixedCodec,
} from "./mixed/mixed-codec.ts";
export type { Scaling, ScalingKind } from "./scaling.ts";
export type { ColumnKind, TableColumn } from "./table-column.ts";
export type { TableSettings } from "./table-settings.ts";
