/** What is said of sounds and the faults that are put into them. */
import { setting } from "@scorefield/core";
import type { DataSettings } from "../settings.ts";

/** What may be wrong with a sound. */
export const faults = ["noise", "clip", "gap", "band"] as const;

/** One of {@link faults}. */
export type Fault = (typeof faults)[number];

/** Settings of sounds with faults. */
export interface FaultSettings extends DataSettings {
  readonly kind: "sound-faults";
  readonly path: string;
  readonly fault: Fault;
  readonly noiseSounds?: string;
  readonly snr: readonly number[];
  readonly clipLevel: readonly number[];
  readonly gap: readonly number[];
  readonly highest: readonly number[];
  readonly mixes: number;
  readonly speed: number;
  readonly formants?: number;
  readonly rate?: number;
  readonly seconds?: number;
  readonly pattern: string;
  readonly leaveOut?: readonly (string | number)[];
  readonly window?: number;
  readonly hop?: number;
  readonly alpha?: number;
}

/** The least and the greatest of what is drawn. */
const range = (byDefault: readonly [number, number], help: string) =>
  setting.list(setting.number({ help: "an end of the range" }), { fewest: 2, most: 2, default: [...byDefault], help });

export const faultSettings = {
  path: setting.path({ help: "A folder of clean sounds, or one; relative to the recipe" }),
  fault: setting.choice({
    values: faults,
    help: "What is put into clean sounds: noise that is added, clipping, gaps, or a limited band",
  }),
  noiseSounds: setting.path({ help: "For noise: a folder of sounds that are added", otherwise: "none" }),
  snr: range([-5, 15], "For noise: least and greatest ratio of the powers of sound and noise, in dB"),
  clipLevel: range([0.1, 0.6], "For clip: least and greatest level of clipping, in units of the loudest number"),
  gap: range([0.005, 0.04], "For gap: shortest and longest gap, in seconds"),
  highest: range([0.2, 0.6], "For band: least and greatest frequency that is left, in units of half the rate"),
  mixes: setting.whole({
    least: 1,
    most: 100_000,
    otherwise: "as many as give 100,000 pairs, of clipping 5,000",
    help: "Pairs with faults drawn anew that are made of each clean sound",
  }),
  speed: setting.number({
    least: 0,
    most: 0.5,
    default: 0.15,
    help: "Clean sounds are played up to this share faster or slower, as other voices; 0 for none",
  }),
  formants: setting.number({
    least: 0,
    most: 0.5,
    otherwise: "0.15",
    help: "Of spectrograms: formants of clean sounds are moved up or down by up to this share, as of other voices; 0 for none",
  }),
  rate: setting.whole({
    help: "Numbers a second, Hz; files of other rates are resampled",
    least: 100,
    most: 1_000_000,
    otherwise: "the lowest of the clean files', at most 16,000",
  }),
  seconds: setting.number({
    help: "Length of a window that is restored at once, which is rounded to whole frames",
    above: 0,
    most: 60,
    otherwise: "0.512; of clipping 0.128; of gaps 0.128 or 3.2 times the longest, whichever is more",
  }),
  pattern: setting.text({
    help: "What names of clean files consist of, for leaveOut",
    fewest: 1,
    default: "{label}_{speaker}_{take}",
  }),
  leaveOut: setting.list(
    setting.text({ help: "A field of the pattern and its value, such as speaker=theo", fewest: 3 }),
    { help: "Clean files that are left out, of the names that say so", fewest: 1, otherwise: "none" },
  ),
  window: setting.whole({
    help: "Of spectrograms: samples of a frame, a power of two",
    least: 4,
    most: 65_536,
    otherwise: "the power of two nearest to 32 ms",
  }),
  hop: setting.whole({
    help: "Of spectrograms: samples from frame to frame, a divisor of half of the window",
    least: 1,
    most: 32_768,
    otherwise: "a quarter of the window",
  }),
  alpha: setting.number({
    help: "Of spectrograms: the power that magnitudes are compressed by; 1 for none",
    above: 0,
    most: 1,
    otherwise: "1 for noise, 0.5 for a band",
  }),
};

/** Options of the command that set them. */
export const faultOptions = {
  fault: [
    "--fault <what>",
    "clean sounds: learn to restore sounds with noise (with --noise-sounds), clip, gap or band",
  ],
  noiseSounds: ["--noise-sounds <folder>", "with --fault noise: sounds that are added to the clean ones"],
  snr: ["--snr <low,high>", "with --fault noise: range of the signal-to-noise ratio in dB (default: -5,15)"],
  rate: ["--rate <hz>", "sounds: numbers a second (default: the lowest of the files', at most 16,000)"],
  seconds: ["--seconds <n>", "sounds: length of a sample (default: what short files fit into, else 1)"],
  pattern: ["--pattern <text>", "sounds: what names of files tell (default: {label}_{speaker}_{take})"],
  leaveOut: ["--leave-out <fields>", "sounds: files to leave out, between commas, such as speaker=theo"],
} as const;
