/**
 * A classifier of spoken digits, and how good digits are that a run draws.
 *
 *     npm run bench bench/audio-digits.ts -- FOLDER                      # held-out takes
 *     npm run bench bench/audio-digits.ts -- FOLDER --speaker theo       # a speaker whom the classifier never heard
 *     npm run bench bench/audio-digits.ts -- FOLDER --run RUN --count 500 --samplers "sde-dpm-solver++:steps=36" --guidance 1
 *
 *     npm run bench bench/audio-digits.ts -- FOLDER --run RUN --count 200 --digit 7 --guidance 4   # one digit alone
 *
 * FOLDER holds files such as 7_theo_3.wav at 8 kHz. For a run the classifier and the Frechet distance are of recordings that the run's
 * training may have seen; the distance stands beside the distance of the training recordings from the held-out ones. Both sets have the same
 * number of sounds.
 */
import { parseArgs } from "node:util";
import { frechetDistance } from "@scorefield/assess";
import { guided, type Sampler, sample, samplerFromRecipe } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { audio } from "@scorefield/domain/audio";
import { type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { parseSampler } from "../packages/scorefield/src/command/sampler-option.ts";
import { loadRun } from "../packages/scorefield/src/run/load.ts";
import { trainDigitClassifier } from "./audio-digit-classifier.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    speaker: { type: "string" },
    run: { type: "string" },
    count: { type: "string", default: "500" },
    samplers: { type: "string", default: "sde-dpm-solver++:steps=36" },
    guidance: { type: "string", default: "1" },
    digit: { type: "string" },
    seed: { type: "string", default: "0" },
  },
});
const [path] = positionals;
if (path === undefined) throw new Error("expected the folder of spoken digits, found none");
setDefaultRuntime(native({ threads: 1 }));
const seed = Number(flags.seed);

const common = { path, labels: "names", rate: 8000, seconds: 0.64 };
const read = async (settings: Readonly<Record<string, unknown>>) => {
  const data = await audio.open({ kind: "audio", ...common, ...settings }, { seed });
  const { training, heldOut } = data.values;
  const all = async (samples: typeof training) =>
    (await samples.read(Array.from({ length: samples.count }, (_, i) => i))) as NdArray<"float32">;
  return {
    training: { sounds: await all(training), digits: Array.from(training.labels!) },
    heldOut: { sounds: await all(heldOut), digits: Array.from(heldOut.labels!) },
  };
};
const progress = (text: string) => process.stderr.write(`${text}\n`);

const percent = (share: number, n: number): string =>
  `${(100 * share).toFixed(1)} ± ${(100 * Math.sqrt((share * (1 - share)) / n)).toFixed(1)} %`;

const { training, heldOut } = await read(flags.speaker ? { leaveOut: [`speaker=${flags.speaker}`] } : {});
const judge = await trainDigitClassifier(training.sounds, training.digits, { onProgress: progress });
const rows: string[][] = [];
const tested = async (name: string, { sounds, digits }: typeof training) =>
  rows.push([name, `${digits.length}`, percent(await judge.accuracy(sounds, digits), digits.length)]);
await tested("takes that were held out", heldOut);
if (flags.speaker) {
  const others = ["jackson", "nicolas", "theo", "yweweler"].filter((name) => name !== flags.speaker);
  const unheard = await read({ leaveOut: others.map((name) => `speaker=${name}`) });
  await tested(`${flags.speaker}, who was not heard`, unheard.training);
}
process.stdout.write(`${markdownTable(["sounds", "number", "recognised"], rows)}\n`);

if (flags.run) {
  const run = await loadRun(flags.run);
  const count = Number(flags.count);
  const digits = Array.from({ length: count }, (_, i) => (flags.digit === undefined ? i % 10 : Number(flags.digit)));
  const results: string[][] = [];
  // As many recordings of each set as there are held-out ones: the distance depends on the number.
  const most = heldOut.digits.length;
  const some = (sounds: NdArray<"float32">) => {
    const step = Math.floor(sounds.shape[0]! / most);
    return takeRows(
      sounds,
      Array.from({ length: most }, (_, i) => i * step + (i % step)),
    ) as NdArray<"float32">;
  };
  const reference = await judge.features(heldOut.sounds);
  const distance = async (sounds: NdArray<"float32" | "float64">) =>
    frechetDistance(await judge.features(some(sounds as NdArray<"float32">)), reference);
  results.push([
    "recordings (training)",
    "",
    percent(await judge.accuracy(training.sounds, training.digits), training.digits.length),
    (await distance(training.sounds)).toFixed(2),
  ]);
  const names = run.classes!;
  for (const text of flags.samplers.split(" ")) {
    const before = process.cpuUsage();
    const weight = Number(flags.guidance);
    const drawn = await sample(guided(run.model, { weight }), {
      count,
      batch: 50,
      given: { class: digits.map((digit) => names.indexOf(`${digit}`)) },
      sampler: samplerFromRecipe(parseSampler(text)) as Sampler,
      seed,
    });
    const { user, system } = process.cpuUsage(before);
    const sounds = run.toData(drawn);
    const found = await judge.recognise(sounds);
    const right = digits.filter((digit, i) => digit === found[i]).length / count;
    const seconds = (user + system) / 1e6 / count;
    results.push([
      `${text}, guidance ${weight}`,
      seconds.toFixed(2),
      percent(right, count),
      // Of one digit alone the distance from all digits says nothing.
      flags.digit === undefined ? (await distance(sounds)).toFixed(2) : "",
    ]);
  }
  process.stdout.write(`\n${markdownTable(["sounds", "s of a core for one", "recognised", "Frechet"], results)}\n`);
}
