export { series } from "./domain.ts";
export { knownParts } from "./known-parts.ts";
export { readSeries, type SeriesData, type SeriesGroup } from "./read-series.ts";
export type { CalendarFeature, SeriesSettings } from "./series-settings.ts";
