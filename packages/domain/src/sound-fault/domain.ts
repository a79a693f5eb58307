/** Clean sounds, and the same with faults: what a bridge learns to restore. */
import { ArgumentError } from "@scorefield/core";
import { type Shape, sizeOf } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import type { DataFacts, DomainDefaults, FittedDefaults } from "../domain.ts";
import { stepsOfPasses } from "../row-domain.ts";
import { firstSamples } from "../samples.ts";
import { isWaveFault } from "./estimate.ts";
import { type FaultSettings, faultOptions, faultSettings } from "./fault-settings.ts";
import { conditionPlanes, fitPairs, pairCodec } from "./pair-codec.ts";
import { readPairs } from "./read-pairs.ts";
import { fitWavePairs, partsOfSample, waveChannels, wavePairCodec } from "./wave-pair-codec.ts";

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

/** A U-Net over spectrograms in patches of 4 by 4, or over waveforms in patches of 4. */
const unetFor = (shape: Shape) => {
  const sides = shape.slice(1);
  return {
    ...(sides.length === 1 ? { width: 48, multipliers: [1, 2, 2, 2] } : { width: 32, multipliers: [1, 2, 2] }),
    blocks: 1,
    attention: 0,
    patch: sides.every((side) => side % patch === 0) ? patch : 1,
  };
};

// Residuals have deviation 1. Noise levels above 3.3 are half of all, of waveforms above 2.7: there the model learns the posterior mean, given the
// faulty sound alone, which the first steps rest on.
const defaultsFor = (facts: DataFacts): FittedDefaults => {
  const shape = facts.encoded ?? facts.shape;
  const ofWaves = shape.length === 2;
  const observed = ofWaves ? waveChannels * sizeOf(shape) : (conditionPlanes * sizeOf(shape)) / 2;
  return {
    network: { ...(facts.network === "unet" && unetFor(shape)), observed },
    deviation: 1,
    objective: {
      kind: "denoising",
      // Sounds with little noise would hardly count beside those with much.
      logarithm: !ofWaves,
      noiseDistribution: {
        kind: "log-normal",
        ...(ofWaves ? { mean: 1, deviation: 1.5 } : { mean: 1.2, deviation: 2.2 }),
      },
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
  codecs: ({ fault }) => (isWaveFault(fault) ? ["sound-wave-pair", "sound-pair"] : ["sound-pair"]),
  fit: async (codec, training, settings) => {
    const { rate = 0, shape } = training;
    if (!settings) throw new ArgumentError(`${kind}: expected the settings of the data to fit a codec, found none`);
    const { window = 0, hop = 0, alpha = 0, fault } = settings as FaultSettings;
    if (shape[0] !== partsOfSample) {
      const pairs = await firstSamples(training, fitted);
      return fitPairs(pairs, { rate, length: shape[1]!, window, hop, alpha });
    }
    if (codec !== "sound-wave-pair" || !isWaveFault(fault))
      throw new ArgumentError(`scaling: expected sound-wave-pair for the fault ${fault}, found ${codec}`);
    // One of each of many sounds.
    const count = Math.min(fitted, training.count);
    const spread = Array.from({ length: count }, (_, i) => Math.floor((i * training.count) / count));
    return fitWavePairs(await training.read(spread), { fault, rate, length: shape[1]! });
  },
  codec: (stored) => (stored.kind === "sound-wave-pair" ? wavePairCodec(stored) : pairCodec(stored)),
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
