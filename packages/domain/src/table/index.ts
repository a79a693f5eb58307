export { columnOf } from "./column.ts";
export { table } from "./domain.ts";
export type { TableSettings } from "./read-rows.ts";
export type { Scaling, ScalingKind } from "./scaling.ts";
