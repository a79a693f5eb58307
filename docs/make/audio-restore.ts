/**
 * Sounds and a picture of restoration in docs/audio.md, of the runs that bench/audio-restore.ts has trained:
 * `npm run bench docs/make/audio-restore.ts -- DATA RUNS`. A "seven" of a speaker whom they never heard gets each fault. Written are the faulty, the restored and the
 * clean sound as docs/sounds/restore-*.wav, their spectrograms as docs/images/audio-restore.png, and the players into the page.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeWav } from "@scorefield/data";
import { spectrogramPictures } from "@scorefield/domain/audio";
import { clipped, withGap } from "@scorefield/domain/sound-fault";
import { ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { noisyOnes, rate, utterances } from "../../bench/audio-restore-data.ts";
import { imageGrid } from "../../packages/scorefield/src/figure/image-grid.ts";
import { restoreSound } from "../../packages/scorefield/src/restore/restore-sound.ts";
import { loadRun } from "../../packages/scorefield/src/run/load.ts";
import { writeSection } from "./page-section.ts";

const [data, runs] = process.argv.slice(2);
if (data === undefined || runs === undefined)
  throw new Error("expected a folder of data and one of runs, found fewer; see the head of docs/make/audio-restore.ts");
setDefaultRuntime(native({ threads: 1 }));

const speaker = "theo";
const sevens = (await utterances(data, speaker, 250)).filter(({ digit }) => digit === 7).slice(0, 3);
const clean = sevens[1]!.sound;
// The second of the unseen sounds, rain, falls to the second utterance.
const noisy = (await noisyOnes(data, sevens, 5))[1]!;
const gapped = withGap(clean, Math.floor(0.4 * clean.length), 0.02 * rate);
const faults = [
  { fault: "noise", about: "rain at 5 dB", faulty: noisy },
  { fault: "clip", about: "clipped at 0.1 of the loudest number", faulty: clipped(clean, 0.1) },
  { fault: "gap", about: "a gap of 20 ms", faulty: gapped },
].filter(({ fault }) => existsSync(join(runs, `${fault}-${speaker}`, "run.json")));

const restored = async (fault: string, faulty: Float64Array): Promise<Float64Array> => {
  const run = await loadRun(join(runs, `${fault}-${speaker}`));
  const source = {
    channels: 1,
    frames: faulty.length,
    read: (from: number, count: number) =>
      ndarray(faulty.slice(from, from + count), [1, Math.min(count, faulty.length - from)]),
  };
  const all = new Float64Array(faulty.length);
  let done = 0;
  for await (const { mean } of restoreSound(run, source)) {
    all.set(mean.data, done);
    done += mean.shape[1]!;
  }
  return all;
};

const sounds: { readonly name: string; readonly about: string; readonly sound: Float64Array }[] = [];
for (const { fault, about, faulty } of faults) {
  sounds.push({ name: `${fault}-before`, about, sound: faulty });
  sounds.push({ name: `${fault}-after`, about: "restored", sound: await restored(fault, faulty) });
  sounds.push({ name: "clean", about: "clean", sound: clean });
}
const length = clean.length;
const all = new Float64Array(sounds.length * length);
for (const [i, { sound }] of sounds.entries()) all.set(sound, i * length);
const pictures = spectrogramPictures({ dtype: "float64", shape: [sounds.length, 1, length], data: all }, rate);
writeFileSync(new URL("../images/audio-restore.png", import.meta.url), await imageGrid(pictures, { columns: 3 }));

const player = ({ name, about, sound }: (typeof sounds)[number]): string => {
  const peak = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const samples = ndarray(
    Float32Array.from(sound, (value) => (0.9 * value) / peak),
    [1, length],
  );
  writeFileSync(new URL(`../sounds/restore-${name}.wav`, import.meta.url), encodeWav({ rate, samples }));
  return `[${about}](sounds/restore-${name}.wav) <audio controls preload="none" src="sounds/restore-${name}.wav"></audio>`;
};
const rows = faults.map((_, i) => sounds.slice(3 * i, 3 * i + 3).map(player));
writeSection("audio.md", "restored", rows.map((row) => row.join("\n")).join("\n\n"));
