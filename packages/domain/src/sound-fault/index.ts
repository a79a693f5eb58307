export { soundFaults } from "./domain.ts";
export {
  type EstimatedWindow,
  estimateClipped,
  estimateGap,
  marginOfClipped,
  type WaveFault,
} from "./estimate.ts";
export { type Fault, type FaultSettings, faults } from "./fault-settings.ts";
export { bandLimited, clipped, withGap, withNoise } from "./faults.ts";
export { findGaps, type Gap, type GapOptions, insideGaps } from "./gaps.ts";
export { type ClipLimits, clippedSide, type FaultFacts, withKnown } from "./known.ts";
export { type PairCodec, pairCodec } from "./pair-codec.ts";
export { type WavePairCodec, wavePairCodec } from "./wave-pair-codec.ts";
export { windowOfGap } from "./wave-pairs.ts";
