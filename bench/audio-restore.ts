/**
 * Spoken digits of a speaker whom training never heard, restored: from noise of sounds it never heard, from clipping, and from gaps.
 *
 *     npm run bench bench/audio-restore.ts -- DATA RUNS                    # DATA holds fsdd/ and noise/, RUNS keeps what is trained
 *     npm run bench bench/audio-restore.ts -- DATA RUNS --only noise --speaker theo --count 60 --steps 4000
 *     npm run bench bench/audio-restore.ts -- DATA RUNS --only clip --levels 0.3
 *
 * Networks are trained on one thread. Factors of real time are processor time, divided by the length of the sound.
 */
import { parseArgs } from "node:util";
import { predictorCorrector, type Sampler, sdeDpmSolver, unipc } from "@scorefield/core";
import type { SoundSource } from "@scorefield/data";
import { audio } from "@scorefield/domain/audio";
import { clipped, type Fault, withGap } from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { restoreSound } from "../packages/scorefield/src/restore/restore-sound.ts";
import type { LoadedRun } from "../packages/scorefield/src/run/load.ts";
import { digitLength, trainDigitClassifier } from "./audio-digit-classifier.ts";
import {
  asDigits,
  logSpectralDistance,
  loudest,
  noisyOnes,
  rate,
  sdr,
  siSdr,
  utterances,
  withError,
} from "./audio-restore-data.ts";
import { estimatedGap, sparseEstimate } from "./audio-restore-estimates.ts";
import {
  autoregressive,
  autoregressiveDeclipped,
  sparseDeclipped,
  spectralSubtraction,
  wienerFilter,
} from "./audio-restore-peers.ts";
import { bridgeFor } from "./audio-restore-runs.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "noise,clip,gap" },
    speaker: { type: "string", default: "theo" },
    count: { type: "string", default: "60" },
    steps: { type: "string", default: "4000" },
    levels: { type: "string", default: "0.1,0.3" },
  },
});
const [data, folder] = positionals;
if (data === undefined || folder === undefined)
  throw new Error("expected a folder of data and one of runs, found fewer; see the head of bench/audio-restore.ts");
setDefaultRuntime(native({ threads: 1 }));
const { speaker } = flags;
const chosen = flags.only.split(",");
const spoken = await utterances(data, speaker, Number(flags.count));
const truths = spoken.map(({ sound }) => sound);
const seconds = truths.reduce((sum, { length }) => sum + length, 0) / rate;

// Longer than a window: silence, and no gap.
const pauseSeconds = 0.6;

type Restorer = (faulty: readonly Float64Array[]) => Promise<Float64Array[]>;

const oneByOne =
  (restore: (faulty: Float64Array) => Float64Array): Restorer =>
  async (all) =>
    all.map(restore);

/**
 * Restored by a bridge, the sounds one after the other with some silence between them: a long sound that streams. They are equally loud in it, since
 * clipping is at one level of a whole sound. With draws the result is their mean, which takes one evaluation more: that of the posterior mean.
 */
const byBridge =
  (run: LoadedRun, draws = 0, sampler?: Sampler): Restorer =>
  async (all) => {
    const pause = pauseSeconds * rate;
    const total = all.reduce((sum, { length }) => sum + length + pause, 0);
    const long = new Float64Array(total);
    const places: number[] = [];
    let at = 0;
    for (const sound of all) {
      places.push(at);
      const most = loudest(sound);
      long.set(
        sound.map((value) => value / most),
        at,
      );
      at += sound.length + pause;
    }
    const source: SoundSource = {
      channels: 1,
      frames: total,
      read: (from, count) => ndarray(long.slice(from, from + count), [1, Math.min(count, total - from)]),
    };
    const restored = new Float64Array(total);
    let done = 0;
    for await (const { mean, draws: drawn } of restoreSound(run, source, {
      draws,
      sampler,
      batch: Math.max(1, Math.floor(8 / (1 + draws))),
    })) {
      const n = mean.shape[1]!;
      for (let t = 0; t < n; t++) {
        let sum = draws === 0 ? mean.data[t]! : 0;
        for (let d = 0; d < draws; d++) sum += drawn.data[d * n + t]! / draws;
        restored[done + t] = sum;
      }
      done += n;
    }
    return all.map((sound, i) => {
      const most = loudest(sound);
      return restored.slice(places[i], places[i]! + sound.length).map((value) => value * most);
    });
  };

const judge = await (async () => {
  const opened = await audio.open({
    kind: "audio",
    path: `${data}/fsdd`,
    labels: "names",
    rate,
    seconds: digitLength / rate,
    leaveOut: [`speaker=${speaker}`],
  });
  const { training } = opened.values;
  const sounds = (await training.read(Array.from({ length: training.count }, (_, i) => i))) as NdArray<"float32">;
  return trainDigitClassifier(sounds, Array.from(training.labels!));
})();
const words = async (sounds: readonly Float64Array[]): Promise<string> =>
  `${(
    100 *
      (await judge.accuracy(
        asDigits(sounds),
        spoken.map(({ digit }) => digit),
      ))
  ).toFixed(0)} %`;

/** The time of a restorer in units of the length of what it restores; bridges also restore the pauses between. */
const timed = async (restore: Restorer, faulty: readonly Float64Array[]) => {
  const before = process.cpuUsage();
  const restored = await restore(faulty);
  const { user, system } = process.cpuUsage(before);
  return { restored, took: (user + system) / 1e6 };
};

const samplers = (run: LoadedRun): [name: string, restore: Restorer, length: number][] => {
  const whole = seconds + pauseSeconds * spoken.length;
  return [
    ["bridge, posterior mean (1 evaluation)", byBridge(run), whole],
    ["bridge, a draw of 8 evaluations", byBridge(run, 1, unipc({ steps: 8 })), whole],
    ["bridge, mean of 8 draws of 4 evaluations", byBridge(run, 8, unipc({ steps: 4 })), whole],
    [
      "bridge, a draw by predictor-corrector, 3 steps (7 evaluations)",
      byBridge(run, 1, predictorCorrector({ predictor: sdeDpmSolver({ steps: 3 }), snr: 0.1 })),
      whole,
    ],
  ];
};

const bridge = (fault: Fault): Promise<LoadedRun> =>
  bridgeFor(fault, { folder, data, speaker, steps: Number(flags.steps) });

if (chosen.includes("noise")) {
  const run = await bridge("noise");
  const methods: [string, Restorer, number][] = [
    ["noisy", async (all) => [...all], seconds],
    ["spectral subtraction", oneByOne(spectralSubtraction), seconds],
    ["Wiener filter", oneByOne(wienerFilter), seconds],
    ...samplers(run),
  ];
  const rows: string[][] = [["clean", "–", "–", "–", "0.0", await words(truths), "–"]];
  for (const snr of [0, 5, 10]) {
    const noisy = await noisyOnes(data, spoken, snr);
    for (const [name, restore, length] of methods) {
      const { restored, took } = await timed(restore, noisy);
      const found = restored.map((sound, i) => siSdr(sound, truths[i]!));
      rows.push([
        name,
        `${snr}`,
        withError(found),
        withError(found.map((value, i) => value - siSdr(noisy[i]!, truths[i]!))),
        withError(restored.map((sound, i) => logSpectralDistance(sound, truths[i]!))),
        await words(restored),
        (took / length).toFixed(2),
      ]);
      console.error(rows.at(-1)!.join("  "));
    }
  }
  console.log(
    markdownTable(
      ["method", "SNR, dB", "SI-SDR, dB", "gain, dB", "log-spectral distance, dB", "words", "real time"],
      rows,
    ),
  );
}

const judged = async (
  faulty: readonly Float64Array[],
  methods: readonly [string, Restorer, number][],
  about: string,
  of?: (i: number, t: number) => boolean,
): Promise<string[][]> => {
  const rows: string[][] = [];
  for (const [name, restore, length] of methods) {
    const { restored, took } = await timed(restore, faulty);
    rows.push([
      name,
      about,
      withError(restored.map((sound, i) => sdr(sound, truths[i]!, of && ((t) => of(i, t))))),
      await words(restored),
      (took / length).toFixed(2),
    ]);
    console.error(rows.at(-1)!.join("  "));
  }
  return rows;
};

if (chosen.includes("clip")) {
  const run = await bridge("clip");
  const rows: string[][] = [];
  for (const level of flags.levels.split(",").map(Number))
    rows.push(
      ...(await judged(
        truths.map((sound) => clipped(sound, level)),
        [
          ["clipped", async (all) => [...all], seconds],
          ["autoregressive, constrained", oneByOne(autoregressiveDeclipped), seconds],
          ["sparse, constrained (A-SPADE)", oneByOne(sparseDeclipped), seconds],
          ["the bridge's estimate: A-SPADE, twice as many frequencies", oneByOne(sparseEstimate), seconds],
          ...samplers(run),
        ],
        `${level}`,
      )),
    );
  console.log(markdownTable(["method", "level", "SDR, dB", "words", "real time"], rows));
}

if (chosen.includes("gap")) {
  const run = await bridge("gap");
  const rows: string[][] = [];
  for (const milliseconds of [10, 20, 40]) {
    const size = (milliseconds * rate) / 1000;
    const from = truths.map(({ length }) => Math.floor(0.4 * length));
    const inside = (i: number, t: number) => t >= from[i]! && t < from[i]! + size;
    const janssen: Restorer = async (all) =>
      all.map((sound, i) =>
        autoregressive(
          sound,
          Array.from({ length: size }, (_, t) => from[i]! + t),
          { order: 80 },
        ),
      );
    rows.push(
      ...(await judged(
        truths.map((sound, i) => withGap(sound, from[i]!, size)),
        [
          ["autoregressive (Janssen), whole sound, order 80", janssen, seconds],
          [
            "the bridge's estimate: Janssen, 128 ms under a Hann window",
            async (all) => all.map((sound, i) => estimatedGap(sound, from[i]!, size)),
            seconds,
          ],
          ...samplers(run),
        ],
        `${milliseconds} ms`,
        inside,
      )),
    );
  }
  console.log(markdownTable(["method", "gap", "SDR within, dB", "words", "real time"], rows));
}
