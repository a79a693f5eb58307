export { arrays } from "./arrays/domain.ts";
export * from "./browser.ts";
export { builtInDomains, domainOfRecord, findDomain, type RecordedData, recogniseData } from "./built-in.ts";
export { classNamed } from "./class-named.ts";
export type { ColumnReport, ColumnSeen, LeftOut } from "./column-report.ts";
export { type DomainParts, defineDomain, type OpenableDomain } from "./define.ts";
export type {
  DataFacts,
  Domain,
  DomainDefaults,
  FittedDefaults,
  GivenData,
  GivenOptions,
  Preview,
  ReadData,
  ReadOptions,
  SampleFile,
  Shown,
  Watching,
  Writing,
} from "./domain.ts";
export { encoded } from "./encoded.ts";
export {
  type ImageQuality,
  type ImageSets,
  type MeasureImagesOptions,
  measureImages,
} from "./images/measure-images.ts";
export type {
  ClassShare,
  ColumnSections,
  DrawRequest,
  Features,
  ImageSections,
  Measured,
  MeasureInput,
  MeasureProgress,
  NearestPair,
  SampleQuality,
} from "./measure.ts";
export { shortList } from "./names.ts";
export {
  type OpenedData,
  type OpenOptions,
  openData,
  readSplit,
  type SplitChoice,
  type SplitData,
} from "./open.ts";
export { dataName, movePaths } from "./paths.ts";
export type { DomainRules, KeepOptions, LearntRules, RuleEffect } from "./rules.ts";
export { arraySamples, type Composition, firstSamples, type Samples, takeSamples } from "./samples.ts";
export { type DataSettings, fillSettings } from "./settings.ts";
export { type ColumnComparison, type ColumnDistance, compareColumns, type RowSets } from "./table/compare-columns.ts";
export { type MeasureTableOptions, measureTable, type TableQuality } from "./table/measure-table.ts";
