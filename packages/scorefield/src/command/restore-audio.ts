/** `scorefield restore RUN --audio`: a sound with a fault, restored. */
import { extname } from "node:path";
import { samplerFromRecipe } from "@scorefield/core";
import { encodeWav, openSound, readSound, resample, type SoundSource, writeSoundBlocks } from "@scorefield/data";
import type { SampleFile } from "@scorefield/domain";
import type { PairCodec } from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import { faultOf, type RestoredBlock, restoreSound } from "../restore/restore-sound.ts";
import type { LoadedRun } from "../run/load.ts";
import { Interrupted } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";
import { progress } from "./progress.ts";
import { isFile } from "./restored-files.ts";
import { parseSampler } from "./sampler-option.ts";
import { checkSampleFolder, writeSampleFolder } from "./write-folder.ts";

/** Options of the command that it takes for a sound. */
export interface RestoreAudioFlags {
  readonly audio?: string;
  readonly fault?: string;
  readonly draws?: number;
  readonly sampler?: string;
  readonly seed: number;
  readonly batch?: number;
  readonly out?: string;
}

/** Options that are of other measurements. */
const others = [
  "measurement",
  "truth",
  "simulate",
  "index",
  "range",
  "operator",
  "noise",
  "method",
  "class",
  "guidance",
];

/** Normal quantile of a 90 % interval. */
const wide = 1.645;

const checkFlags = async (run: LoadedRun, flags: RestoreAudioFlags): Promise<string> => {
  const { fault, out } = flags;
  const stray = others.find((name) => (flags as unknown as Record<string, unknown>)[name] !== undefined);
  if (stray !== undefined)
    throw new UsageError(
      `--${stray}: expected none with --audio and a run that was trained for its fault, found one; leave it out`,
    );
  const own = faultOf(run);
  if (own === undefined)
    throw new UsageError(
      `${run.path}: expected a run that restores sounds, found one of ${run.domain.samples}; train one with scorefield train CLEAN --fault ${fault ?? "noise"}`,
    );
  if (fault !== undefined && fault !== own)
    throw new UsageError(
      `--fault ${fault}: expected ${own}, which ${run.path} was trained for; leave it out, or train a run for ${fault}`,
    );
  if (out === undefined)
    throw new UsageError(
      "--out: expected a .wav file for the restored sound, or a new folder for draws as well, found none",
    );
  if (isFile(out)) checkOutputFile("--out", out, [".wav"]);
  else {
    checkOutputPlace("--out", out);
    await checkSampleFolder(out);
  }
  return out;
};

/** A sound at the rate of a run, and what was done to it. */
const soundFor = async (path: string, rate: number) => {
  const file = await openSound(path);
  if (file.rate === rate) return { source: file as SoundSource, close: () => file.close(), remarks: [] as string[] };
  await file.close();
  const { samples } = await resample(await readSound(path), rate);
  const source: SoundSource = {
    channels: samples.shape[0]!,
    frames: samples.shape[1]!,
    read: (from, count) => {
      const [channels = 1, frames = 0] = samples.shape;
      const n = Math.max(0, Math.min(count, frames - from));
      const part = new Float32Array(channels * n);
      for (let k = 0; k < channels; k++)
        part.set(samples.data.subarray(k * frames + from, k * frames + from + n) as Float32Array, k * n);
      return ndarray(part, [channels, n]);
    },
  };
  return {
    source,
    close: async () => {},
    remarks: [`${path}: resampled from ${file.rate} to ${rate} Hz, as the run works`],
  };
};

/** Sums of squares over the blocks that go by. */
const measured = (draws: number) => {
  let [signal, spread] = [0, 0];
  return {
    add: ({ mean, deviation }: RestoredBlock): void => {
      for (const value of mean.data) signal += value ** 2;
      for (const value of deviation?.data ?? []) spread += value ** 2;
    },
    /** In dB of the restored sound, where several draws say it. */
    band: (): number | undefined =>
      draws > 1 && signal > 0 ? 10 * Math.log10((wide ** 2 * spread) / signal) : undefined,
  };
};

/** Blocks [channels, n] one after the other. */
const joined = (blocks: readonly NdArray<"float32">[]): NdArray<"float32"> => {
  const channels = blocks[0]?.shape[0] ?? 1;
  const frames = blocks.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const data = new Float32Array(channels * frames);
  let at = 0;
  for (const { shape, data: values } of blocks) {
    for (let k = 0; k < channels; k++) data.set(values.subarray(k * shape[1]!, (k + 1) * shape[1]!), k * frames + at);
    at += shape[1]!;
  }
  return ndarray(data, [channels, frames]) as NdArray<"float32">;
};

const drawOf = ({ draws }: RestoredBlock, d: number): NdArray<"float32"> => {
  const [, channels = 1, n = 0] = draws.shape;
  return ndarray(draws.data.slice(d * channels * n, (d + 1) * channels * n), [channels, n]) as NdArray<"float32">;
};

const atBand = ({ mean, deviation }: RestoredBlock, sign: 1 | -1): NdArray<"float32"> =>
  ndarray(
    mean.data.map((value, i) => value + sign * wide * (deviation?.data[i] ?? 0)),
    mean.shape,
  ) as NdArray<"float32">;

/** Files of a folder: the mean, the ends of 90 % intervals, and the draws. */
async function* filesOf(blocks: readonly RestoredBlock[], rate: number, draws: number): AsyncGenerator<SampleFile> {
  const file = (name: string, of: (block: RestoredBlock) => NdArray<"float32">): SampleFile => ({
    name: `${name}.wav`,
    content: encodeWav({ rate, samples: joined(blocks.map(of)) }),
  });
  yield file("restored", ({ mean }) => mean);
  if (draws === 1) return;
  yield file("lower", (block) => atBand(block, -1));
  yield file("upper", (block) => atBand(block, 1));
  for (let d = 0; d < draws; d++) yield file(`draw-${d + 1}`, (block) => drawOf(block, d));
}

/** Restores the sound that the options name. */
export const restoreAudio = async (
  run: LoadedRun,
  flags: RestoreAudioFlags,
  out: Output,
  signal: AbortSignal,
): Promise<void> => {
  const place = await checkFlags(run, flags);
  const { audio = "", draws = 4, seed, batch, sampler } = flags;
  const { rate } = run.codec as PairCodec;
  const { source, close, remarks } = await soundFor(audio, rate);
  for (const remark of remarks) out.remark(remark);
  const { channels, frames } = source;
  const chosen = sampler === undefined ? undefined : samplerFromRecipe(parseSampler(sampler));
  const begun = performance.now();
  const total = measured(draws);
  let line: ReturnType<typeof progress> | undefined;
  try {
    const blocks = restoreSound(run, source, {
      draws,
      seed,
      signal,
      ...(batch !== undefined && { batch }),
      ...(chosen && { sampler: chosen }),
      onProgress: (done) => {
        line ??= progress("restoring, second", Math.ceil(frames / rate));
        line.update(Math.floor(done / rate));
      },
    });
    if (isFile(place)) {
      async function* means() {
        for await (const block of blocks) {
          total.add(block);
          yield block.mean;
        }
      }
      await writeSoundBlocks(place, means(), { rate, channels, frames });
    } else {
      const all: RestoredBlock[] = [];
      for await (const block of blocks) {
        total.add(block);
        all.push(block);
      }
      await writeSampleFolder(place, filesOf(all, rate, draws));
    }
  } catch (error) {
    if (signal.aborted) throw new Interrupted("stopped; nothing was written");
    throw error;
  } finally {
    line?.end();
    await close();
  }
  const seconds = (performance.now() - begun) / 1000;
  const band = total.band();
  const length = frames / rate;
  out.text(
    `${length.toFixed(2)} s restored from ${faultOf(run)} in ${seconds.toFixed(1)} s: the mean of ${draws} draw${draws === 1 ? "" : "s"}` +
      `${band === undefined ? "" : `; the 90 % band is ${band.toFixed(1)} dB of it`}`,
  );
  out.text(
    extname(place) === ""
      ? `${place}: restored.wav${draws > 1 ? ", lower.wav and upper.wav of the 90 % band, and the draws" : ""}`
      : place,
  );
  out.result({
    run: run.path,
    checkpoint: run.step,
    source: audio,
    fault: faultOf(run),
    rate,
    seconds: length,
    took: seconds,
    draws,
    seed,
    ...(band !== undefined && { band }),
    out: place,
  });
};
