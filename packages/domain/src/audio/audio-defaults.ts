/** What recipes for sounds take where they say nothing. */
import type { Shape } from "@scorefield/tensor";
import type { DataFacts, DomainDefaults, FittedDefaults, Watching } from "../domain.ts";
import { stepsOfPasses } from "../row-domain.ts";

export const audioDefaults: DomainDefaults = {
  heldOut: 0.1,
  network: "unet",
  sampler: { kind: "sde-dpm-solver++", steps: 36 },
  batch: 32,
  count: 16,
  sampleBatch: 64,
  evaluated: 400,
};

const passes = 150;
const mostSteps = 4000;

/** Places along the longest side at which the U-Net is lowest. */
const lowest = 8;

/** Patches so that a waveform of thousands of numbers becomes some hundreds of places. */
const waveformPatch = (length: number): number => {
  let patch = 16;
  while (length % patch !== 0) patch /= 2;
  return patch;
};

/** A U-Net over spectrograms in patches of 2 by 2, or over a waveform in patches of 16. */
const unetFor = (shape: Shape) => {
  const patch = shape.length === 2 ? waveformPatch(shape[1]!) : shape.slice(1).every((side) => side % 2 === 0) ? 2 : 1;
  const side = Math.max(...shape.slice(1)) / patch;
  const resolutions = Math.max(2, Math.min(4, Math.ceil(Math.log2(side / lowest))));
  return {
    width: shape.length === 2 ? 64 : 32,
    multipliers: Array.from({ length: resolutions }, (_, i) => (i === 0 ? 1 : 2)),
    blocks: 1,
    patch,
    attention: shape.length === 2 ? 0 : 16,
  };
};

/** The network by the shape of what it learns and the classes, and steps by the number of sounds. */
export const audioDefaultsFor = (facts: DataFacts): FittedDefaults => ({
  network: {
    ...(facts.network === "unet" && unetFor(facts.encoded ?? facts.shape)),
    ...(facts.classes > 1 && { classes: facts.classes }),
  },
  deviation: 1,
  objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -0.4, deviation: 1.2 } },
  steps: stepsOfPasses(facts, passes, mostSteps),
});

/** Rows and columns of a picture made while a run trains; with classes, each has its own row. */
export const watchingSounds = (classes: number): Watching =>
  classes === 0 ? { rows: 3, columns: 3 } : { rows: Math.min(classes, 10), columns: 3 };
