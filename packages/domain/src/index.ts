export { type GlyphBatch, type GlyphSampler, glyphNames, glyphs } from "./glyphs/glyphs.ts";
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
