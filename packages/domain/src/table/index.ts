export { cellText, cellValue } from "./column/cell-text.ts";
export { type FindOptions, type FoundColumns, findColumns } from "./column/find-columns.ts";
export { columnOf } from "./column.ts";
export { conditionShare } from "./conditions/condition-share.ts";
export type { DrawOptions } from "./conditions/draw-rows.ts";
export type { DrawnShare } from "./conditions/drawn-share.ts";
export type { CellSummary } from "./conditions/imputation-summary.ts";
export { type FilledCell, type Imputed, type ImputeOptions, impute } from "./conditions/impute.ts";
export { type Conditions, conditions, type Where } from "./conditions/knowledge.ts";
export {
  type SampledTable,
  type SampleTableOptions,
  sampleTable,
} from "./conditions/sample-table.ts";
export { type TableRun, takesConditions } from "./conditions/table-model.ts";
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
export type { ObserveRowsOptions, Observing } from "./mixed/observe.ts";
export { parseWhere } from "./mixed/parse-where.ts";
export { type SpikeRule, usualSpikes } from "./mixed/spikes.ts";
export { checkRules } from "./rules/check-rules.ts";
export { countViolations, type RuleViolations, type Violations } from "./rules/count-violations.ts";
export { type FindRulesOptions, findRules } from "./rules/find-rules.ts";
export {
  checkKeptRules,
  type KeepRowsOptions,
  type KeptRows,
  type KeptRules,
  keepRules,
  keptRules,
} from "./rules/kept-rules.ts";
export { parseRule } from "./rules/parse-rule.ts";
export { type ProjectOptions, projectOnRules } from "./rules/project-on-rules.ts";
export type { LinearRule, LinkRule, TableRule } from "./rules/rule.ts";
export { type RuleScales, ruleScales } from "./rules/rule-scales.ts";
export type { Scaling, ScalingKind } from "./scaling.ts";
export type { ColumnKind, TableColumn } from "./table-column.ts";
export type { TableSettings } from "./table-settings.ts";
export { typedCell } from "./write-table.ts";
