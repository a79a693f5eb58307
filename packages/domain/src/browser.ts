/**
 * What of this package works without a file system, which bundlers for browsers take for `@scorefield/domain` itself: toy sets,
 * and the codecs of runs.
 */
export { type GlyphBatch, type GlyphSampler, glyphNames, glyphs } from "./glyphs/glyphs.ts";
export { planarNames } from "./planar/names.ts";
export {
  checkerboard,
  moons,
  type PlanarSampler,
  pinwheel,
  planarSets,
  rings,
  spirals,
  swissRoll,
} from "./planar/sets.ts";
export * from "./stored-codec.ts";
