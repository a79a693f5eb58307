/**
 * `@scorefield/data/browser`: what of this package works without a file system, which bundlers for browsers also take for
 * `@scorefield/data` itself.
 */
export { mixDown, type Sound } from "./audio/sound.ts";
export { type ChangeWindows, type SoundSource, type StreamOptions, streamWindows } from "./audio/stream-windows.ts";
export { decodeWav, encodeWav, type WavOptions } from "./audio/wav.ts";
export type { WavFormat } from "./audio/wav-header.ts";
export { DataError, type DataErrorDetails } from "./errors.ts";
export { decodeIdx } from "./idx.ts";
export { type Images, pixelLevel, takeImages, withMirrored } from "./image/images.ts";
export type { Labels } from "./image/labels.ts";
export { decodeNpy } from "./npy.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts";
export { type SplitOptions, splitPositions, splitRows, takeRows } from "./split.ts";
export { fitStandardisation, type Standardisation, standardise, unstandardise } from "./standardise.ts";
