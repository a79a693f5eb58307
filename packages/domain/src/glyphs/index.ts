export { glyphDomain } from "./domain.ts";
export { type GlyphBatch, type GlyphSampler, glyphNames, glyphs } from "./glyphs.ts";
