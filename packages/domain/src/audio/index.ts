export type { AudioSettings } from "./audio-settings.ts";
export { audio } from "./domain.ts";
export { type CompressionOptions, compressMagnitudes, expandMagnitudes } from "./magnitude-compression.ts";
export { spectrogramPictures } from "./spectrogram-picture.ts";
export { inverseStft, type StftOptions, stft } from "./stft.ts";
