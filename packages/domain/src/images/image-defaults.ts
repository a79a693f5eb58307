/** What recipes for images take where they say nothing. */
import type { Shape } from "@scorefield/tensor";
import type { DataFacts, DomainDefaults, FittedDefaults, Watching } from "../domain.ts";
import { stepsOfPasses } from "../row-domain.ts";
import { unetMultipliers } from "../unet-multipliers.ts";

/** UniPC with 18 evaluations: the least error at its cost on exact scores, and no worse on digits (docs/samplers.md). */
export const imageDefaults: DomainDefaults = {
  heldOut: 0.1,
  network: "unet",
  sampler: { kind: "unipc", steps: 18 },
  batch: 64,
  // Enough to look at.
  count: 64,
  // Images are large in a convolutional network: more at once takes memory and saves no time.
  sampleBatch: 64,
  evaluated: 1000,
};

/** The deviation of pixels in [-1, 1] that Karras et al. 2022 take for all photographs. */
const deviation = 0.5;

// A step of a U-Net takes about a second on two cores: few enough to end within the hour there.
const passes = 100;

/** A U-Net for images of a side: down by halves to 8 px or less, and small enough for a machine without accelerator. */
const unetFor = ([, height = 1, width = 1]: Shape) => ({
  width: 32,
  multipliers: unetMultipliers(Math.max(height, width)),
});

/** The network by the size of the images and the classes they have, and steps by their number. */
export const imageDefaultsFor = (facts: DataFacts): FittedDefaults => ({
  network: {
    ...(facts.network === "unet" && unetFor(facts.shape)),
    // With one class there is nothing to distinguish.
    ...(facts.classes > 1 && { classes: facts.classes }),
  },
  deviation,
  steps: stepsOfPasses(facts, passes, 3000),
});

const most = { images: 64, pixels: 2 ** 16, rows: 16, columns: 8 };

/** Rows and columns of a picture made while a run trains; with classes, each has its own row. */
export const watchingFor = ([, height = 1, width = 1]: Shape, classes: number): Watching => {
  const images = Math.max(4, Math.min(most.images, Math.floor(most.pixels / (height * width))));
  const side = Math.floor(Math.sqrt(images));
  if (classes === 0) return { rows: side, columns: side };
  const rows = Math.min(classes, most.rows);
  return { rows, columns: Math.max(1, Math.min(most.columns, Math.floor(images / rows))) };
};
