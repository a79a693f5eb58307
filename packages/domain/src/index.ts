export { type GlyphBatch, type GlyphSampler, glyphNames, glyphs } from "./glyphs/glyphs.ts";
export {
  type ImageQuality,
  type ImageSets,
  type MeasureImagesOptions,
  measureImages,
} from "./images/measure-images.ts";
export {
  checkerboard,
  moons,
  type PlanarSampler,
  pinwheel,
  planarSets,
  rings,
  spirals,
  swissRoll,
} from "./planar/planar.ts";
export { type ColumnComparison, type ColumnDistance, compareColumns, type RowSets } from "./table/compare-columns.ts";
export { type MeasureTableOptions, measureTable, type TableQuality } from "./table/measure-table.ts";
