/** Sounds in files. */
import { opendirSync } from "node:fs";
import { join } from "node:path";
import { isPictureName, isSoundName } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import type { Shown } from "../domain.ts";
import { shortList } from "../names.ts";
import { type Composition, firstSamples } from "../samples.ts";
import { audioCodec, fitSpectrogram, fitWaveform } from "./audio-codec.ts";
import { audioDefaults, audioDefaultsFor, watchingSounds } from "./audio-defaults.ts";
import { type AudioSettings, audioOptions, audioSettings } from "./audio-settings.ts";
import { givenSounds } from "./given-sounds.ts";
import { measureSounds } from "./measure-sounds.ts";
import { readSounds } from "./read-sounds.ts";
import { hasLabelTable } from "./sound-labels.ts";
import { spectrogramPictures } from "./spectrogram-picture.ts";
import { soundContent, soundFiles } from "./write-sounds.ts";

const kind = "audio";

/** Entries of folders that are looked at before a folder is taken for one of something else. */
const mostLooked = 5000;

/** Whether the first sound or picture of a folder and its sub-folders is a sound. */
const holdsSounds = (path: string): boolean => {
  const folders = [path];
  let looked = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    try {
      const open = opendirSync(folder);
      try {
        for (let entry = open.readSync(); entry; entry = open.readSync()) {
          if (++looked > mostLooked) return false;
          if (entry.name.startsWith(".")) continue;
          if (entry.isDirectory()) folders.push(join(folder, entry.name));
          else if (isSoundName(entry.name)) return true;
          else if (isPictureName(entry.name)) return false;
        }
      } finally {
        open.closeSync();
      }
    } catch {
      // No folder, or none that can be read.
    }
  }
  return false;
};

const isSounds = (path: string): boolean => isSoundName(path) || (!/\.\w+$/.test(path) && holdsSounds(path));

const rateOf = ({ rate = 8000 }: Composition): number => rate;

const describe = (made: Composition): string => {
  const [channels = 1, length = 0] = made.shape;
  const seconds = (length / rateOf(made)).toFixed(3);
  const classes = made.classes ? `, of ${made.classes.length} classes: ${shortList(made.classes)}` : "";
  return `a sound of ${seconds} s at ${rateOf(made)} Hz, ${channels === 1 ? "one channel" : `${channels} channels`}${classes}`;
};

/** Sounds in a folder, or one. */
export const audio = defineDomain({
  kind,
  title: "sounds",
  samples: "sounds",
  settings: audioSettings,
  options: audioOptions,
  recognises: (source) => {
    if (typeof source === "string") return isSounds(source) ? { kind, path: source } : undefined;
    const { path } = source;
    return typeof path === "string" && !("kind" in source) && isSounds(path) ? { kind, ...source } : undefined;
  },
  // Labels are a separate file, except where folders or names tell them.
  paths: (settings) => ["path", ...(hasLabelTable(settings as AudioSettings) ? ["labels"] : [])],
  read: (settings, options) => readSounds(settings as AudioSettings, options),
  given: givenSounds,
  codecs: ({ representation }) =>
    representation === "waveform" ? ["waveform", "spectrogram"] : ["spectrogram", "waveform"],
  fit: async (codec, training, settings) => {
    const { alpha = 0.5, whiten = 0.5, window = 128, hop = window / 2 } = (settings ?? {}) as Partial<AudioSettings>;
    const values = await firstSamples(training);
    const rate = rateOf(training);
    return codec === "waveform"
      ? fitWaveform(values, rate)
      : fitSpectrogram(values, rate, { window, hop, alpha, whiten });
  },
  codec: audioCodec,
  defaults: audioDefaults,
  defaultsFor: audioDefaultsFor,
  describe,
  likelihood: "log-density",
  measure: measureSounds,
  features: true,
  refuses: {
    anomaly:
      "scores rows by the distance between their columns, which says little of sounds; use scorefield likelihood on a run of the waveform",
  },
  preview: (sounds: NdArray<FloatType>, shown: Shown) => ({
    kind: "images",
    images: spectrogramPictures(sounds, rateOf(shown)),
    ...(shown.classNames && shown.classNames.length > 1 && { columns: shown.classNames.length }),
  }),
  watching: ({ classes = [] }) => watchingSounds(classes.length),
  usualEnding: () => ".wav",
  exampleFile: "new.wav",
  writing: () => ({ endings: [".wav", ".npy"], content: soundContent, files: soundFiles }),
});
