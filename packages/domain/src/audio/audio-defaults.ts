/** What recipes for sounds take where they say nothing. */
import type { Shape } from "@scorefield/tensor";
import type { DataFacts, DomainDefaults, FittedDefaults, Watching } from "../domain.ts";
import { stepsOfPasses } from "../row-domain.ts";
import { unetMultipliers } from "../unet-multipliers.ts";

export const audioDefaults: DomainDefaults = {
  heldOut: 0.1,
  network: "unet",
  sampler: { kind: "sde-dpm-solver++", steps: 36 },
  batch: 32,
  count: 16,
  sampleBatch: 64,
  evaluated: 400,
};

// On a thousand spoken digits a step of 32 takes 0.4 seconds of one core: half an hour in all.
const passes = 150;
const mostSteps = 4000;

/** Places that patches leave at least along each side. */
const fewestPlaces = 4;

const mostResolutions = 4;

/** The largest patch that divides every side and leaves some places. */
const patchFor = (sides: Shape, largest: number): number => {
  let patch = largest;
  while (patch > 1 && sides.some((side) => side % patch !== 0 || side / patch < fewestPlaces)) patch /= 2;
  return patch;
};

/** A U-Net over a spectrogram in patches of 4 by 4, or over a waveform in patches of 16. */
const unetFor = ([, ...sides]: Shape) => {
  const waveform = sides.length === 1;
  const patch = patchFor(sides, waveform ? 16 : 4);
  return {
    width: waveform ? 64 : 32,
    multipliers: unetMultipliers(Math.max(...sides) / patch, mostResolutions),
    blocks: 1,
    patch,
    attention: 16,
  };
};

/** The network by the shape of what it learns and the classes, and steps by the number of sounds. */
export const audioDefaultsFor = (facts: DataFacts): FittedDefaults => ({
  network: {
    ...(facts.network === "unet" && unetFor(facts.encoded ?? facts.shape)),
    ...(facts.classes > 1 && { classes: facts.classes }),
  },
  deviation: 1,
  // Higher than the usual noise, which is for images of deviation 0.5 (docs/audio.md).
  objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: 0, deviation: 1.2 } },
  steps: stepsOfPasses(facts, passes, mostSteps),
});

/** Rows and columns of a picture made while a run trains; with classes, each has its own row. */
export const watchingSounds = (classes: number): Watching =>
  classes === 0 ? { rows: 3, columns: 3 } : { rows: Math.min(classes, 10), columns: 3 };
