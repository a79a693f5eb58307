/** Clean sounds and what is put into them, from files. */
import { createHash } from "node:crypto";
import { DataError } from "@scorefield/data";
import type { AudioSettings } from "../audio/audio-settings.ts";
import { nearestPowerOfTwo } from "../audio/fft.ts";
import { readSounds } from "../audio/read-sounds.ts";
import type { ReadData, ReadOptions } from "../domain.ts";
import { firstSamples } from "../samples.ts";
import { isWaveFault, type WaveFault } from "./estimate.ts";
import { type FaultSettings, faultSettings, faults } from "./fault-settings.ts";
import { mixedPairs } from "./mix-pairs.ts";
import { partsOfSample } from "./wave-pair-codec.ts";
import { wavePairs } from "./wave-pairs.ts";

const windowSeconds = 0.512;
const frameSeconds = 0.032;
/** Frames of a window come in such numbers, so that patches of 4 can be halved twice. */
const frameMultiple = 16;
/** Windows of noise in one stretch that is read. */
const noiseWindows = 4;
/** The version of how clean sounds are changed: a run goes on only with the same. */
const voices = 2;
const usualFormants = 0.15;
const usualPairs = 100_000;
/** Of clipping: each takes about as long to make as to learn, and is kept. */
const usualClipped = 5_000;

/** Of windows of waveforms: gaps are at most a third of theirs. */
const waveSeconds = 0.128;
const windowsOfGap = 3.2;
/** Numbers of a window come in such numbers, so that patches of 4 can be halved three times. */
const waveMultiple = 32;
/** Sounds that windows are cut out of. */
const soundSeconds = 1.024;

/** The fault that each range is of. */
const ofFault = { snr: "noise", clipLevel: "clip", gap: "gap", highest: "band" } as const;

/** What the fault needs, and what it does not take. @throws DataError */
const checkFault = ({ fault, noiseSounds, path, ...ranges }: FaultSettings): void => {
  if (!faults.includes(fault)) throw new DataError({ expected: `fault: ${faults.join(", ")}`, found: `${fault}` });
  if ((fault === "noise") !== (noiseSounds !== undefined))
    throw new DataError({
      path,
      expected:
        fault === "noise" ? "a folder of sounds that are added (--noise-sounds)" : `no noiseSounds with ${fault}`,
      found: noiseSounds ?? "none",
    });
  for (const name of ["snr", "clipLevel", "gap", "highest"] as const) {
    const [low = 0, high = 0] = ranges[name];
    const usual = faultSettings[name].default as readonly number[];
    if (ofFault[name] !== fault && usual.some((end, i) => end !== ranges[name][i]))
      throw new DataError({
        path,
        expected: `no ${name} with the fault ${fault}`,
        found: `${low},${high}`,
        fix: `Leave it out: it is for the fault ${ofFault[name]}`,
      });
    const least = name === "snr" ? -100 : 0;
    const most = name === "snr" ? 100 : name === "gap" ? 10 : 1;
    if (!(low <= high && low >= least && high <= most))
      throw new DataError({
        path,
        expected: `${name} from ${least} to ${most}, the lower first`,
        found: `${low},${high}`,
      });
  }
};

const mono = { channels: "mono", level: "keep", representation: "waveform", alpha: 1, whiten: 0 } as const;

/** Windows of clean sounds with gaps or clipping. */
const readWavePairs = async (
  given: FaultSettings,
  fault: WaveFault,
  rate: number,
  audio: (settings: Partial<AudioSettings>) => Promise<ReadData>,
  like: ReadOptions["like"],
): Promise<ReadData> => {
  const alone = like === undefined ? (["window", "hop", "alpha", "formants"] as const) : (["window", "hop"] as const);
  for (const name of alone)
    if (given[name] !== undefined)
      throw new DataError({
        path: given.path,
        expected: `no ${name} with the fault ${fault}, whose restoration is of waveforms`,
        found: `${given[name]}`,
        fix: "Leave it out: it is for spectrograms",
      });
  const usual = fault === "gap" ? Math.max(waveSeconds, windowsOfGap * given.gap[1]!) : waveSeconds;
  const length = waveMultiple * Math.max(2, Math.round(((given.seconds ?? usual) * rate) / waveMultiple));
  const seconds = length / rate;
  const { samples: sounds, remarks = [] } = await audio({
    rate,
    seconds: Math.max(soundSeconds, 2 * seconds),
    ...{ window: waveMultiple, hop: waveMultiple / 2 },
    ...(given.leaveOut && { leaveOut: given.leaveOut }),
  });
  const pairs = fault === "clip" ? usualClipped : usualPairs;
  const mixes = given.mixes ?? Math.max(1, Math.round(pairs / sounds.count));
  const settings: FaultSettings & { readonly mixes: number } = { ...given, rate, seconds, mixes };
  const sha256 = createHash("sha256")
    .update(JSON.stringify([sounds.sha256, { ...settings, path: "" }]))
    .digest("hex");
  const clean = await firstSamples(sounds);
  return {
    samples: wavePairs(clean, sounds.groups ?? [], settings, { fault, rate, length, sha256 }),
    settings,
    remarks,
  };
};

/**
 * Clean sounds in windows, and pairs of them with their faults.
 * @throws DataError for files that are missing or damaged, and settings that do not go together
 */
export const readPairs = async (given: FaultSettings, options: ReadOptions = {}): Promise<ReadData> => {
  checkFault(given);
  const { path, pattern, leaveOut, noiseSounds } = given;
  const audio = (settings: Partial<AudioSettings>) =>
    readSounds({ ...mono, kind: "audio", path, pattern, segments: "length", ...settings } as AudioSettings, options);
  // The rate is that of the files, unless it is said.
  const rate = given.rate ?? (await audio({ seconds: windowSeconds })).samples.rate!;
  // Runs before there were bridges of waveforms learnt pairs of spectrograms for all faults.
  if (isWaveFault(given.fault) && (options.like === undefined || options.like.shape[0] === partsOfSample))
    return readWavePairs(given, given.fault, rate, audio, options.like);
  const window = given.window ?? nearestPowerOfTwo(frameSeconds * rate);
  const hop = given.hop ?? window / 4;
  if (!(Number.isInteger(hop) && (window / 2) % hop === 0 && (window & (window - 1)) === 0))
    throw new DataError({
      expected: "a window of a power of two and a hop that divides half of it",
      found: `${window} and ${hop}`,
    });
  const unit = frameMultiple * hop;
  const length = Math.max(unit, window, unit * Math.round(((given.seconds ?? windowSeconds) * rate) / unit));
  const seconds = length / rate;
  // Frames of the waveform are of one window here: the length is what was settled, whatever the frames of audio are.
  const cut = { rate, seconds, window: hop * 2, hop };
  const { samples: sounds, remarks = [] } = await audio({ ...cut, ...(leaveOut && { leaveOut }) });
  const clean = await firstSamples(sounds);
  const noise =
    noiseSounds === undefined
      ? undefined
      : (await audio({ ...cut, path: noiseSounds, seconds: noiseWindows * seconds })).samples;
  const mixes = given.mixes ?? Math.max(1, Math.round(usualPairs / sounds.count));
  // The error of noisy numbers is least without compression.
  const alpha = given.alpha ?? (given.fault === "noise" ? 1 : 0.5);
  const formants = given.formants ?? (options.like === undefined ? usualFormants : 0);
  const settings = { ...given, rate, seconds, window, hop, mixes, alpha, formants };
  const sha256 = createHash("sha256")
    .update(JSON.stringify([voices, sounds.sha256, noise?.sha256, { ...settings, path: "", noiseSounds: "" }]))
    .digest("hex");
  const samples = mixedPairs(clean, sounds.groups ?? [], settings, {
    rate,
    noise: noise && (await firstSamples(noise)),
    sha256,
  });
  return { samples, settings, remarks };
};
