export { columnOf } from "./column.ts";
export { table } from "./domain.ts";
export type { Scaling, ScalingKind } from "./scaling.ts";
export type { TableSettings } from "./source.ts";
