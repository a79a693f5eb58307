/** The sounds that settings name, as samples of one length. */
import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { DataError, describeSystemError, isSoundName, mixDown, openSound, readSound, resample } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { classOf } from "../class-named.ts";
import type { ReadData, ReadOptions } from "../domain.ts";
import { runsInside } from "../images/runs-inside.ts";
import type { Samples } from "../samples.ts";
import type { AudioSettings, Segments } from "./audio-settings.ts";
import { type Part, partsOf } from "./cut-sound.ts";
import { nearestPowerOfTwo } from "./fft.ts";
import { labelSounds } from "./sound-labels.ts";

/** A sound in memory, ready to be cut. */
interface Read {
  readonly samples: NdArray<"float32">;
  readonly parts: readonly Part[];
}

interface Files {
  /** Relative to `base`, with `/` between folders. */
  readonly files: readonly string[];
  readonly base: string;
  readonly runs: readonly string[];
}

/** The sound files of a folder and its sub-folders, by name; or the one file. */
const listSounds = async (path: string): Promise<Files> => {
  const found = await stat(path).catch((error) => {
    throw describeSystemError(error, path, "a folder of sounds, or one");
  });
  if (!found.isDirectory()) return { files: [basename(path)], base: dirname(path), runs: [] };
  const runs = await runsInside(path);
  if (runs[0] === "")
    throw new DataError({
      path,
      expected: "a folder of sounds",
      found: "a run, whose sounds are its model's",
      fix: "Name the folder of the data",
    });
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error) => {
    throw describeSystemError(error, path, "a folder of sounds");
  });
  const all = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => !/(^|\/)\./.test(file) && !runs.some((run) => file.startsWith(`${run}/`)));
  const files = all.filter(isSoundName).sort();
  if (files.length > 0) return { files, base: path, runs };
  const others = [...new Set(all.map((file) => extname(file) || file))].slice(0, 5).join(", ");
  throw new DataError({
    path,
    expected: "a folder with WAV, FLAC, MP3 or OGG files",
    found: all.length === 0 ? "no files" : `${all.length} other files (${others})`,
  });
};

interface Head {
  readonly rate: number;
  readonly channels: number;
  readonly frames: number;
}

const headOf = async (path: string): Promise<Head> => {
  const file = await openSound(path);
  const { rate, channels, frames } = file;
  await file.close();
  return { rate, channels, frames };
};

const mostUsualRate = 16_000;
/** Files up to this long are samples each, where most are. */
const shortSeconds = 2;
const usualSeconds = 1;
const frameSeconds = 0.016;
const usualShare = 0.95;
/** Frames of a spectrogram, or eighths of them of a waveform, come in such numbers, so that they can be halved three times. */
const frameMultiple = 8;

/** Lengths in the rate asked for, and frames of spectrograms, all whole. */
const settle = (settings: AudioSettings, heads: readonly Head[]) => {
  const rate = settings.rate ?? heads.reduce((least, head) => Math.min(least, head.rate), mostUsualRate);
  const window = settings.window ?? nearestPowerOfTwo(frameSeconds * rate);
  const hop = settings.hop ?? window / 2;
  const seconds = heads.map((head) => head.frames / head.rate).sort((a, b) => a - b);
  const usual = seconds[Math.ceil(usualShare * seconds.length) - 1]!;
  const segments: Segments = settings.segments ?? (heads.length > 1 && usual <= shortSeconds ? "files" : "length");
  const wanted = settings.seconds ?? (segments === "files" ? usual : usualSeconds);
  const unit = frameMultiple * hop;
  const round = settings.seconds === undefined ? Math.ceil : Math.round;
  // The settled length in seconds has to give the same number of frames again.
  const length = Math.max(unit, window, unit * round((wanted * rate) / unit - 1e-9));
  return { rate, window, hop, segments, length, seconds: length / rate };
};

/** The loudest number is 1. Silence stays as it is. */
const toPeak = ({ data }: NdArray<"float32">): void => {
  let peak = 0;
  for (const value of data) peak = Math.max(peak, Math.abs(value));
  if (peak > 0) for (let t = 0; t < data.length; t++) data[t]! /= peak;
};

const readOne = async (
  path: string,
  { channels, level }: Pick<AudioSettings, "channels" | "level">,
  rate: number,
): Promise<NdArray<"float32">> => {
  const sound = await readSound(path);
  const { samples } = await resample(channels === "mono" ? mixDown(sound) : sound, rate);
  const values = ndarray(Float32Array.from(samples.data), samples.shape) as NdArray<"float32">;
  const broken = values.data.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0)
    throw new DataError({ path, expected: "numbers that are finite", found: `${values.data[broken]} at ${broken}` });
  if (level === "peak") toPeak(values);
  return values;
};

/** The parts of sounds as samples [channels, length], filled up with silence at their end. */
const samplesOf = (sounds: readonly Read[], channels: number, length: number): Pick<Samples, "count" | "read"> => {
  const places = sounds.flatMap(({ samples, parts }) => parts.map((part) => ({ samples, part })));
  return {
    count: places.length,
    read: (rows) => {
      const data = new Float32Array(rows.length * channels * length);
      for (const [i, row] of rows.entries()) {
        const { samples, part } = places[row]!;
        const frames = samples.shape[1]!;
        for (let k = 0; k < channels; k++) {
          const from = k * frames + part.from;
          data.set(samples.data.subarray(from, from + part.count), (i * channels + k) * length);
        }
      }
      return ndarray(data, [rows.length, channels, length]);
    },
  };
};

const mostListed = 3;
const listed = (names: readonly string[]): string =>
  `${names.slice(0, mostListed).join(", ")}${names.length > mostListed ? ", ..." : ""}`;

/** A number for each name, in order of first appearance. */
const numbered = (names: readonly string[]): Int32Array => {
  const known = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    if (!known.has(name)) known.set(name, known.size);
    return known.get(name)!;
  });
};

/**
 * The sounds of settings: listed, read, mixed, resampled, and cut into samples of one length.
 * @throws DataError for what is missing or damaged, for files that lack channels, and for labels that do not fit
 */
export const readSounds = async (
  settings: AudioSettings,
  { folder = ".", signal }: ReadOptions = {},
): Promise<ReadData> => {
  const path = resolve(folder, settings.path);
  const { files: listedFiles, base, runs } = await listSounds(path);
  const { kept, labels: ofFiles, groups } = await labelSounds(listedFiles, settings, { path, folder });
  const only =
    settings.only &&
    new Set(ofFiles && settings.only.map((label) => classOf(label, [...new Set(ofFiles)], { path, what: "classes" })));
  if (only && !ofFiles)
    throw new DataError({ path, expected: "labels with only", found: "none", fix: "Say where the labels are" });
  const names = ofFiles && [...new Set(ofFiles)];
  const chosen = only ? kept.filter((i) => only.has(names!.indexOf(ofFiles![i]!))) : kept;
  if (chosen.length === 0) throw new DataError({ path, expected: "sounds to read", found: "no file left to read" });
  const heads: Head[] = [];
  for (const i of chosen) {
    signal?.throwIfAborted();
    heads.push(await headOf(join(base, listedFiles[i]!)));
  }
  const { rate, window, hop, segments, length, seconds } = settle(settings, heads);
  const channels = settings.channels === "mono" ? 1 : heads[0]!.channels;
  const other = heads.findIndex((head) => settings.channels === "all" && head.channels !== channels);
  if (other >= 0)
    throw new DataError({
      path: join(base, listedFiles[chosen[other]!]!),
      expected: `${channels} channels, as in ${listedFiles[chosen[0]!]}`,
      found: `${heads[other]!.channels}`,
      fix: "Mix them to one: data.channels mono (--channels mono)",
    });
  const sounds: Read[] = [];
  const hash = createHash("sha256");
  for (const i of chosen) {
    signal?.throwIfAborted();
    const samples = await readOne(join(base, listedFiles[i]!), settings, rate);
    const parts = partsOf(samples, rate, length, segments);
    hash.update(JSON.stringify([listedFiles[i], ofFiles?.[i], parts]));
    hash.update(new Uint8Array(samples.data.buffer, samples.data.byteOffset, samples.data.byteLength));
    sounds.push({ samples, parts });
  }
  const perPart = <T>(of: (file: number) => T): T[] =>
    sounds.flatMap(({ parts }, n) => parts.map(() => of(chosen[n]!)));
  const classes =
    ofFiles && [...new Set(chosen.map((i) => ofFiles[i]!))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const resampled = heads.filter((head) => head.rate !== rate).length;
  const cut = segments === "files" ? heads.filter((head) => head.frames / head.rate > seconds).length : 0;
  const silent = chosen.filter((_, n) => sounds[n]!.parts.length === 0).map((i) => listedFiles[i]!);
  const samples: Samples = {
    ...samplesOf(sounds, channels, length),
    shape: [channels, length],
    rate,
    ...(classes && { labels: perPart((i) => classes.indexOf(ofFiles![i]!)), classes }),
    groups: numbered(perPart((i) => groups?.[i] ?? `${i}`)),
    sha256: hash.update(JSON.stringify([rate, channels, length])).digest("hex"),
  };
  return {
    samples,
    settings: {
      ...settings,
      rate,
      seconds,
      segments,
      ...(settings.representation === "spectrogram" && { window, hop }),
    },
    remarks: [
      ...(resampled > 0 ? [`${resampled} of ${heads.length} files are resampled to ${rate} Hz`] : []),
      ...(cut > 0 ? [`${cut} of ${heads.length} files are longer than ${seconds.toFixed(3)} s and are cut there`] : []),
      ...(silent.length > 0 ? [`without any sound, and left out: ${listed(silent)}`] : []),
      ...(runs.length > 0 ? [`left out, as they are runs: ${listed(runs)}`] : []),
    ],
  };
};
