/** Images of procedural shapes that are made on the spot. */
import { setting } from "@scorefield/core";
import { imageArray } from "@scorefield/data";
import { defineDomain } from "../define.ts";
import { readGivenImages } from "../images/given-images.ts";
import { imageDomain } from "../images/image-domain.ts";
import { type DataSettings, seedSetting } from "../settings.ts";
import { glyphNames, glyphs } from "./glyphs.ts";

const settings = {
  size: setting.whole({ help: "Side in px", least: 8, most: 2048, default: 32 }),
  greyscale: setting.boolean({ help: "Shades of grey in place of colours", default: true }),
  count: setting.whole({ help: "Images, of ten classes", least: 1, default: 10_000 }),
  seed: seedSetting,
};

const options = {
  size: ["--size <px>", "side of the images (default: their own to 64 where they are alike, else 32)"],
  greyscale: ["--greyscale", "learn images in shades of grey"],
} as const;

const kind = "glyphs";

interface GlyphSettings extends DataSettings {
  readonly size: number;
  readonly greyscale: boolean;
  readonly count: number;
  readonly seed: number;
}

/** Ten shapes, drawn in all places, sizes and turns. */
export const glyphDomain = defineDomain({
  ...imageDomain,
  kind,
  title: "a built-in set",
  settings,
  options,
  words: [kind],
  recognises: (source) => (source === kind ? { kind } : undefined),
  read: async (settings) => {
    const { size, greyscale, count, seed } = settings as GlyphSettings;
    const drawn = glyphs({ size, channels: greyscale ? 1 : 3 })(count, seed);
    const { data, shape } = drawn.images;
    const samples = imageArray(
      { dtype: "float32", shape, data: data.map((value) => (value + 1) / 2) },
      { labels: { labels: drawn.labels.data, classes: glyphNames } },
    );
    return { samples, settings };
  },
  given: readGivenImages,
});
