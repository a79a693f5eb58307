/** Where samples of one length lie in a sound. */
import type { NdArray } from "@scorefield/tensor";
import type { Segments } from "./audio-settings.ts";

/** A part of a sound, in frames; shorter than a sample where it is filled up with silence. */
export interface Part {
  readonly from: number;
  readonly count: number;
}

/** Whole lengths; the last one may be shorter, where at least half of it is there. */
const lengths = (from: number, frames: number, length: number): Part[] => {
  const whole = Math.floor(frames / length);
  const rest = frames - whole * length;
  const count = whole + (rest >= length / 2 || whole === 0 ? 1 : 0);
  return Array.from({ length: count }, (_, i) => ({
    from: from + i * length,
    count: Math.min(length, frames - i * length),
  }));
};

const [frameSeconds, quietRatio, silentSeconds, leastSeconds] = [0.02, 0.01, 0.2, 0.1];

/**
 * Parts between silences: a silence is at least 0.2 s in which no 20 ms are louder than a hundredth (-40 dB) of the loudest 20 ms.
 * Parts below 0.1 s are left out.
 */
const sounding = (samples: NdArray<"float32">, rate: number): Part[] => {
  const [channels = 1, frames = 0] = samples.shape;
  const step = Math.max(1, Math.round(frameSeconds * rate));
  const levels = Float64Array.from({ length: Math.ceil(frames / step) }, (_, i) => {
    const end = Math.min(frames, (i + 1) * step);
    let sum = 0;
    for (let k = 0; k < channels; k++) for (let t = i * step; t < end; t++) sum += samples.data[k * frames + t]! ** 2;
    return Math.sqrt(sum / (channels * (end - i * step)));
  });
  const quiet = quietRatio * levels.reduce((most, level) => Math.max(most, level), 0);
  const silent = Math.round(silentSeconds / frameSeconds);
  const parts: Part[] = [];
  let [begin, last] = [-1, -1];
  const close = (): void => {
    const count = Math.min(frames, (last + 1) * step) - begin * step;
    if (begin >= 0 && count >= leastSeconds * rate) parts.push({ from: begin * step, count });
  };
  for (const [i, level] of levels.entries()) {
    if (!(level > quiet)) continue;
    if (begin < 0 || i - last > silent) {
      close();
      begin = i;
    }
    last = i;
  }
  close();
  return parts;
};

/** The parts of a sound [channels, frames] that become samples of a length; none of silence, where it is cut at silences. */
export const partsOf = (samples: NdArray<"float32">, rate: number, length: number, segments: Segments): Part[] => {
  const frames = samples.shape[1]!;
  if (frames === 0) return [];
  if (segments === "files") return [{ from: 0, count: Math.min(length, frames) }];
  if (segments === "length") return lengths(0, frames, length);
  return sounding(samples, rate).flatMap(({ from, count }) => lengths(from, count, length));
};
