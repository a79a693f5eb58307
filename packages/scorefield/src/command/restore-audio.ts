/** `scorefield restore RUN --audio`: a sound with a fault, restored. */
import { samplerFromRecipe } from "@scorefield/core";
import { type SoundSource, writeSoundBlocks } from "@scorefield/data";
import { type Fault, faults } from "@scorefield/domain/sound-fault";
import { UsageError } from "../errors.ts";
import { hasPosteriorMean } from "../restore/compiled-bridge.ts";
import { methodInText, noiseInText } from "../restore/problem-in-text.ts";
import { isWaveformRun, restoreByPrior } from "../restore/restore-by-prior.ts";
import { faultOf, restoreSound } from "../restore/restore-sound.ts";
import type { RestoredBlock } from "../restore/restored-block.ts";
import { soundFor } from "../restore/sound-for.ts";
import type { LoadedRun } from "../run/load.ts";
import { checkSampleFolder } from "../run/whole-folder.ts";
import { Interrupted } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { checkOutputFile, checkOutputPlace } from "./output-file.ts";
import { isFile } from "./restored-files.ts";
import { filesOf, formatOf, measured } from "./restored-sound-files.ts";
import { parseSampler } from "./sampler-option.ts";
import type { WorkContext } from "./work-context.ts";
import { writeSampleFolder } from "./write-folder.ts";

/** Options of the command that it takes for a sound. */
export interface RestoreAudioFlags {
  readonly audio?: string;
  readonly fault?: string;
  readonly draws?: number;
  readonly sampler?: string;
  readonly method?: string;
  readonly noise?: string;
  readonly highest?: number;
  readonly seed: number;
  readonly batch?: number;
  readonly out?: string;
}

/** Options that are of other measurements. */
const others = ["measurement", "truth", "simulate", "index", "range", "operator", "class", "guidance", "shard"];

const isFault = (text: string): text is Fault => (faults as readonly string[]).includes(text);

/** Whether the posterior mean is known without draws. */
const meansAtOnce = (run: LoadedRun): boolean => faultOf(run) !== undefined && hasPosteriorMean(run);

const checkFlags = async (run: LoadedRun, flags: RestoreAudioFlags): Promise<string> => {
  const { fault, out } = flags;
  const own = faultOf(run);
  const strange = [...others, ...(own === undefined ? ["sampler"] : ["noise", "method", "highest"])];
  const stray = strange.find((name) => (flags as unknown as Record<string, unknown>)[name] !== undefined);
  if (stray !== undefined)
    throw new UsageError(
      `--${stray}: expected none with --audio and a run ${own === undefined ? "of waveforms" : "that was trained for its fault"}, found one; leave it out`,
    );
  if (own === undefined && !isWaveformRun(run))
    throw new UsageError(
      `${run.path}: expected a run that restores sounds, or one of waveforms, found one of ${run.domain.samples}; train one with scorefield train CLEAN --fault ${fault ?? "noise"}`,
    );
  if (own === undefined && fault === undefined)
    throw new UsageError(`--fault: expected what is wrong with ${flags.audio}: ${faults.join(", ")}; found none`);
  const told = fault ?? own;
  if (fault !== undefined && !isFault(fault)) throw new UsageError(`--fault ${fault}: expected ${faults.join(", ")}`);
  if (own !== undefined && fault !== undefined && fault !== own)
    throw new UsageError(
      `--fault ${fault}: expected ${own}, which ${run.path} was trained for; leave it out, or train a run for ${fault}`,
    );
  for (const [name, of] of [
    ["noise", "noise"],
    ["highest", "band"],
  ] as const)
    if (flags[name] !== undefined && told !== of)
      throw new UsageError(
        `--${name}: expected none with --fault ${told}, found ${flags[name]}; it is for --fault ${of}`,
      );
  const most = run.codec.rate! / 2;
  const { highest } = flags;
  if (own === undefined && fault === "band" && !(highest !== undefined && highest > 0 && highest < most))
    throw new UsageError(
      `--highest: expected with --fault band the highest frequency that is left, above 0 and below ${most} Hz, found ${highest ?? "none"}`,
    );
  if (out === undefined)
    throw new UsageError(
      "--out: expected a .wav file for the restored sound, or a new folder for draws as well, found none",
    );
  if (isFile(out)) {
    checkOutputFile("--out", out, [".wav"]);
    for (const name of meansAtOnce(run) ? (["draws", "sampler"] as const) : [])
      if (flags[name] !== undefined)
        throw new UsageError(
          `--${name}: expected none with --out FILE.wav, which holds the posterior mean, found ${flags[name]}; leave it out, or name a new folder, which holds draws too`,
        );
  } else {
    checkOutputPlace("--out", out);
    await checkSampleFolder(out);
  }
  return out;
};

/** Restored blocks: by a bridge of a run that was trained for the fault, else by the posterior of a run of waveforms. */
const blocksOf = async (
  run: LoadedRun,
  source: SoundSource,
  { fault, draws, seed, batch, sampler, method, noise, highest }: RestoreAudioFlags,
  watch: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void },
): Promise<AsyncGenerator<RestoredBlock, void, undefined>> => {
  const usual = { draws, seed, ...(batch !== undefined && { batch }), ...watch };
  if (faultOf(run) !== undefined)
    return restoreSound(run, source, {
      ...usual,
      ...(sampler !== undefined && { sampler: samplerFromRecipe(parseSampler(sampler)) }),
    });
  const scatter = noise === undefined ? undefined : await noiseInText(noise);
  if (scatter && scatter.sigma === undefined)
    throw new UsageError(`--noise ${noise}: expected gaussian:SIGMA for sounds, in units of full scale`);
  return restoreByPrior(run, source, {
    ...usual,
    fault: fault as Fault,
    ...(method !== undefined && { method: methodInText(method) }),
    ...(scatter && { noise: scatter.sigma }),
    ...(highest !== undefined && { highest }),
  });
};

/** Restores the sound that the options name. */
export const restoreAudio = async (
  run: LoadedRun,
  flags: RestoreAudioFlags,
  out: Output,
  { signal, progress }: WorkContext,
): Promise<void> => {
  const place = await checkFlags(run, flags);
  const { audio = "", seed } = flags;
  // The mean of a run that was trained for its fault needs no draws.
  const atOnce = meansAtOnce(run);
  const { draws = isFile(place) && atOnce ? 0 : 4 } = flags;
  // A single draw of which the mean is taken is the mean.
  const drawsApart = atOnce || draws > 1;
  const rate = run.codec.rate!;
  const fault = (faultOf(run) ?? flags.fault) as Fault;
  const { source, close, remarks, rate: given } = await soundFor(audio, rate);
  if (given !== rate && (fault === "clip" || fault === "gap")) {
    await close();
    throw new UsageError(
      `--audio ${audio}: expected ${rate} Hz, the rate of ${run.path}, found ${given}; resampling would hide where the fault ${fault} is: train a run with --rate ${given}`,
    );
  }
  for (const remark of remarks) out.remark(remark);
  const { channels, frames } = source;
  const begun = performance.now();
  const total = measured(draws);
  let line: ReturnType<WorkContext["progress"]> | undefined;
  const onProgress = (done: number): void => {
    line ??= progress("restoring, second", Math.ceil(frames / rate));
    line.update(Math.floor(done / rate));
  };
  try {
    const blocks = await blocksOf(run, source, { ...flags, draws }, { signal, onProgress });
    if (isFile(place)) {
      async function* means() {
        for await (const block of blocks) {
          total.add(block);
          yield block.mean;
        }
      }
      await writeSoundBlocks(place, means(), { rate, channels, frames, format: formatOf(fault) });
    } else {
      const all: RestoredBlock[] = [];
      for await (const block of blocks) {
        total.add(block);
        all.push(block);
      }
      await writeSampleFolder(place, filesOf(all, { rate, draws, drawsApart, format: formatOf(fault) }));
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
  const meanOf = atOnce ? "the posterior mean" : `the mean of ${draws} draw${draws === 1 ? "" : "s"}`;
  out.text(
    `${length.toFixed(2)} s restored from ${fault} in ${seconds.toFixed(1)} s: ${meanOf}` +
      `${band === undefined ? "" : `; the 90 % band of ${draws} draws is ${band.toFixed(1)} dB of it`}`,
  );
  out.text(
    isFile(place)
      ? place
      : `${place}: restored.wav${draws > 1 ? ", lower.wav and upper.wav of the 90 % band, and the draws" : drawsApart ? ", and the draw" : ""}`,
  );
  out.result({
    run: run.path,
    checkpoint: run.step,
    source: audio,
    fault,
    rate,
    seconds: length,
    took: seconds,
    draws,
    seed,
    ...(band !== undefined && { band }),
    out: place,
  });
};
