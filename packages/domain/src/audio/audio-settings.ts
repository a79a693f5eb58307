/** What is said of sounds. */
import { setting } from "@scorefield/core";
import type { DataSettings } from "../settings.ts";
import type { Representation } from "./audio-codec.ts";

/** How files become samples of one length. */
export type Segments = "files" | "length" | "silence";

/** Settings of sounds. */
export interface AudioSettings extends DataSettings {
  readonly kind: "audio";
  readonly path: string;
  readonly rate?: number;
  readonly channels: "mono" | "all";
  readonly seconds?: number;
  readonly segments?: Segments;
  readonly level: "peak" | "keep";
  readonly labels?: string;
  readonly pattern: string;
  readonly apart?: string;
  readonly leaveOut?: readonly (string | number)[];
  readonly only?: readonly (string | number)[];
  readonly representation: Representation;
  readonly window?: number;
  readonly hop?: number;
  readonly alpha: number;
  readonly whiten: number;
}

export const audioSettings = {
  path: setting.path({
    help: "A folder of sounds, or one: WAV, and with their packages FLAC, MP3 and OGG Vorbis; relative to the recipe",
  }),
  rate: setting.whole({
    help: "Numbers a second, Hz; files of other rates are resampled",
    least: 100,
    most: 1_000_000,
    otherwise: "the lowest of the files', at most 16,000",
  }),
  channels: setting.choice({
    help: "Channels are mixed to one, or all are kept",
    values: ["mono", "all"],
    default: "mono",
  }),
  seconds: setting.number({
    help: "Length of a sample, which is rounded to whole frames",
    above: 0,
    most: 3600,
    otherwise: "for short files what 95 % of them fit into, else 1",
  }),
  segments: setting.choice({
    help: "What a sample is: the beginning of a file, filled up with silence; a file's parts of this length; its parts between silences",
    values: ["files", "length", "silence"],
    otherwise: "files where 95 % of them last at most 2 seconds, else length",
  }),
  level: setting.choice({
    help: "Every file is made as loud as its loudest moment allows, or kept as it is",
    values: ["peak", "keep"],
    default: "peak",
  }),
  labels: setting.path({
    help: '"folders": sub-folders are classes; "names": the files\' names tell, by the pattern; else a table of files and labels',
    otherwise: "none",
  }),
  pattern: setting.text({
    help: "What file names without their ending consist of: fields in braces, of which {label} is the class, and the text between them",
    fewest: 1,
    default: "{label}_{speaker}_{take}",
  }),
  apart: setting.text({
    help: "A field of the pattern, such as speaker: files of one value are all learnt from or all held out",
    fewest: 1,
    otherwise: "a file is: its samples are all on one side",
  }),
  leaveOut: setting.list(
    setting.text({ help: "A field of the pattern and its value, such as speaker=theo", fewest: 3 }),
    {
      help: "Files that are left out, of the names that say so",
      fewest: 1,
      otherwise: "none",
    },
  ),
  only: setting.list(setting.label({ help: "A class" }), {
    help: "Classes of the sounds to learn from",
    fewest: 1,
    otherwise: "all",
  }),
  representation: setting.choice({
    help: "What is learnt: the complex spectrogram with compressed magnitudes, or the waveform",
    values: ["spectrogram", "waveform"],
    default: "spectrogram",
  }),
  window: setting.whole({
    help: "Of spectrograms: samples of a frame, a power of two",
    least: 4,
    most: 65_536,
    otherwise: "the power of two nearest to 16 ms",
  }),
  hop: setting.whole({
    help: "Of spectrograms: samples from frame to frame, a divisor of half of the window",
    least: 1,
    most: 32_768,
    otherwise: "half of the window",
  }),
  alpha: setting.number({
    help: "Of spectrograms: the power that magnitudes are compressed by",
    above: 0,
    most: 1,
    default: 0.5,
  }),
  whiten: setting.number({
    help: "Of spectrograms: how far all frequencies are brought to the same deviation, 0 not and 1 wholly",
    least: 0,
    most: 1,
    default: 0.5,
  }),
};

/** Options of the command that set them. */
export const audioOptions = {
  rate: ["--rate <hz>", "sounds: numbers a second (default: the lowest of the files', at most 16,000)"],
  channels: ["--channels <which>", "sounds: mono, or all channels (default: mono)"],
  seconds: ["--seconds <n>", "sounds: length of a sample (default: what short files fit into, else 1)"],
  segments: [
    "--segments <what>",
    "sounds: a sample is a file, a part of it of one length, or one between silences: files, length or silence",
  ],
  labels: [
    "--labels [file]",
    "for images: a file of labels, or an array of an .npz file; for sounds: names, or a table of files and labels; without a value, the sub-folders' names",
  ],
  pattern: ["--pattern <text>", "sounds: what names of files tell (default: {label}_{speaker}_{take})"],
  apart: [
    "--apart <field>",
    "sounds: a field of the pattern, such as speaker, whose values are all learnt from or all held out",
  ],
  leaveOut: ["--leave-out <fields>", "sounds: files to leave out, between commas, such as speaker=theo"],
  only: [
    "--only <labels>",
    "learn only from rows, images or sounds with these labels, between commas, such as cat,dog",
  ],
  representation: ["--representation <what>", "sounds: spectrogram or waveform (default: spectrogram)"],
} as const;
