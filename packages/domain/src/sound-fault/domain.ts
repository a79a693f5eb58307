/** Clean sounds, and the same with faults: what a bridge learns to restore. */
import { ArgumentError } from "@scorefield/core";
import { sizeOf } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import type { DataFacts, DomainDefaults, FittedDefaults } from "../domain.ts";
import { stepsOfPasses } from "../row-domain.ts";
import { firstSamples } from "../samples.ts";
import { type FaultSettings, faultOptions, faultSettings } from "./fault-settings.ts";
import { fitPairs, pairCodec } from "./pair-codec.ts";
import { readPairs } from "./read-pairs.ts";

const kind = "sound-faults";

const defaults: DomainDefaults = {
  heldOut: 0.05,
  process: "sb-ve",
  network: "unet",
  sampler: { kind: "unipc", steps: 8 },
  batch: 16,
  count: 16,
  evaluated: 64,
};

const mostSteps = 6000;
const fitted = 256;
const patch = 4;
/** Of a condition, of the size of half a sample each. */
const planes = 5;

// The condition is the real and imaginary parts of the faulty spectrogram, its magnitudes, and those of its quietest frames. Residuals have deviation 1. Noise levels above 2 are half of all: there the model learns the posterior mean, given the faulty sound
// alone, which the first steps rest on.
const defaultsFor = (facts: DataFacts): FittedDefaults => {
  const shape = facts.encoded ?? facts.shape;
  return {
    network:
      facts.network === "unet"
        ? {
            width: 32,
            multipliers: [1, 2, 2],
            blocks: 1,
            attention: 0,
            patch: shape.slice(1).every((side) => side % patch === 0) ? patch : 1,
            observed: (planes * sizeOf(shape)) / 2,
          }
        : { observed: (planes * sizeOf(shape)) / 2 },
    deviation: 1,
    // Sounds with little noise would hardly count beside those with much.
    objective: {
      kind: "denoising",
      relative: true,
      noiseDistribution: { kind: "log-normal", mean: 1.2, deviation: 2.2 },
    },
    steps: stepsOfPasses(facts, 1, mostSteps),
  };
};

const only = (what: string): string =>
  `${what}; such a run restores sounds that have a fault: scorefield restore RUN --audio FILE`;

/** Clean sounds that faults are put into. */
export const soundFaults = defineDomain({
  kind,
  title: "clean sounds with faults",
  samples: "pairs of a clean and a faulty sound",
  settings: faultSettings,
  options: faultOptions,
  recognises: (source) =>
    typeof source === "object" && typeof source.path === "string" && "fault" in source && !("kind" in source)
      ? { kind, ...source }
      : undefined,
  paths: ({ noiseSounds }) => ["path", ...(noiseSounds === undefined ? [] : ["noiseSounds"])],
  read: (settings, options) => readPairs(settings as FaultSettings, options),
  codecs: () => ["sound-pair"],
  fit: async (_, training, settings) => {
    const { rate = 0, shape } = training;
    if (!settings) throw new ArgumentError(`${kind}: expected the settings of the data to fit a codec, found none`);
    const { window = 0, hop = 0, alpha = 0 } = settings as FaultSettings;
    const pairs = await firstSamples(training, fitted);
    return fitPairs(pairs, { rate, length: shape[1]!, window, hop, alpha });
  },
  codec: pairCodec,
  defaults,
  // Noise is taken away from numbers that are there. What is missing in a gap is no multiple of what is there.
  defaultsOf: ({ fault }) => (fault === "noise" ? { preconditioning: "gain" } : {}),
  defaultsFor,
  describe: ({ shape: [, length = 0], rate }) =>
    `a window of ${rate === undefined ? `${length} numbers` : `${(length / rate).toFixed(3)} s at ${rate} Hz`}, clean and with a fault`,
  measure: async () => {
    throw new ArgumentError(`${kind}: ${only("samples are not compared with data")}`);
  },
  use: { what: "restore a sound", line: "restore RUN --audio FILE --out restored.wav" },
  refuses: Object.fromEntries(
    ["sample", "evaluate", "likelihood", "anomaly", "inspect"].map((command) => [
      command,
      only("draws residuals of sounds that it is given"),
    ]),
  ),
  preview: () => undefined,
  usualEnding: () => ".wav",
  exampleFile: "restored.wav",
});
