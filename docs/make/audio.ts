/**
 * Sounds and pictures of docs/audio.md, of a run on spoken digits: `npm run bench docs/make/audio.ts -- RUN`. It draws ten digits twice,
 * writes one of each as docs/sounds/digit-N.wav (10 kB), all of them as spectrograms in docs/images/audio-digits.png, and the players
 * into the page.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { guided, type Sampler, sample, samplerFromRecipe } from "@scorefield/core";
import { encodeWav } from "@scorefield/data";
import { spectrogramPictures } from "@scorefield/domain/audio";
import { ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { imageGrid } from "../../packages/scorefield/src/figure/image-grid.ts";
import { loadRun } from "../../packages/scorefield/src/run/load.ts";
import { writeSection } from "./page-section.ts";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("expected the folder of a run on spoken digits, found none");
setDefaultRuntime(native({ threads: 1 }));

const run = await loadRun(path);
const names = run.classes!;
const rows = 2;
// Guidance as in the table of the page.
const drawn = await sample(guided(run.model, { weight: 4 }), {
  count: rows * names.length,
  given: { class: Array.from({ length: rows * names.length }, (_, i) => i % names.length) },
  sampler: samplerFromRecipe(run.record.sampler) as Sampler,
  seed: 7,
});
const sounds = run.toData(drawn);
const rate = run.made.rate!;
const length = sounds.shape[2]!;
const folder = new URL("../sounds/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [k, name] of names.entries()) {
  const samples = ndarray(Float32Array.from(sounds.data.subarray(k * length, (k + 1) * length)), [1, length]);
  writeFileSync(new URL(`digit-${name}.wav`, folder), encodeWav({ rate, samples }));
}
const png = await imageGrid(spectrogramPictures(sounds, rate), { columns: names.length });
writeFileSync(new URL("../images/audio-digits.png", import.meta.url), png);
writeSection(
  "audio.md",
  "players",
  names
    .map(
      (name) =>
        `[${name}](sounds/digit-${name}.wav) <audio controls preload="none" src="sounds/digit-${name}.wav"></audio>`,
    )
    .join("\n"),
);
