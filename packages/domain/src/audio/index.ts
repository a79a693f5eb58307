export type { AudioSettings } from "./audio-settings.ts";
export { audio } from "./domain.ts";
export { logSpectralDistance } from "./log-spectral-distance.ts";
export { type CompressionOptions, compressMagnitudes, expandMagnitudes } from "./magnitude-compression.ts";
export { halvedPictures, spectrogramPictures } from "./spectrogram-picture.ts";
export { inverseStft, type StftOptions, stft } from "./stft.ts";
