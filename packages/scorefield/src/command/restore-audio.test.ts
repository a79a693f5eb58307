/** What the command says of a sound and its options, with an exact prior of waveforms. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edm, exact, gaussian, type ScoreModel, unipc } from "@scorefield/core";
import { readSound, writeSound } from "@scorefield/data";
import { audio } from "@scorefield/domain/audio";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LoadedRun } from "../run/load.ts";
import type { Output } from "./output.ts";
import { type RestoreAudioFlags, restoreAudio } from "./restore-audio.ts";
import { atTerminal } from "./work-context.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-restore-audio-"));
const at = (name: string) => join(folder, name);
const [rate, length] = [1000, 32];

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(async () => {
  await defaultRuntime().dispose();
  rmSync(folder, { recursive: true });
});

const run = (() => {
  const covariance = Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => 0.95 ** Math.abs(i - j)));
  const flat = exact(gaussian({ mean: new Array<number>(length).fill(0), covariance }), edm());
  const model: ScoreModel = {
    process: flat.process,
    shape: [1, length],
    denoise: (x, t) => flat.denoise(x.reshape([-1, length]), t).reshape(x.shape),
  };
  const codec = audio.codec({ kind: "waveform", rate, channels: 1, length, deviation: 0.5 }, [1, length]);
  return {
    path: "runs/prior",
    domain: audio,
    made: { shape: [1, length], rate },
    record: { model: { shape: [1, length] } },
    step: 0,
    model,
    sampler: unipc({ steps: 8 }),
    codec,
    toData: codec.decode,
  } as unknown as LoadedRun;
})();

/** A tone that is clipped at full scale. */
const clipped = Float64Array.from({ length: 100 }, (_, t) => Math.max(-1, Math.min(1, 1.6 * Math.sin(0.3 * t))));
const write = async (name: string, values: Float64Array, of = rate) => {
  await writeSound(at(name), { rate: of, samples: ndarray(values, [1, values.length]) }, { format: "float64" });
  return at(name);
};

const restore = async (flags: Partial<RestoreAudioFlags>) => {
  const said: string[] = [];
  const out = { text: (line: string) => said.push(line), remark: (line: string) => said.push(line), result: () => {} };
  const all = { draws: 2, seed: 0, method: "dps:steps=12", out: at("out.wav"), ...flags } as RestoreAudioFlags;
  await restoreAudio(run, all, out as unknown as Output, atTerminal(new AbortController().signal));
  return said;
};

test("what was clipped at full scale is restored beyond it, in files that hold such numbers", async () => {
  const path = await write("clipped.wav", clipped);
  await restore({ audio: path, fault: "clip" });
  const { samples } = await readSound(at("out.wav"));
  expect(Math.max(...samples.data)).toBeGreaterThan(1.02);
  await restore({ audio: path, fault: "clip", out: at("parts") });
  const of = async (name: string) => (await readSound(at(`parts/${name}.wav`))).samples.data;
  const [mean, upper] = [await of("restored"), await of("upper")];
  expect(Array.from(mean)).toEqual(Array.from(samples.data));
  expect(Math.max(...upper)).toBeGreaterThan(Math.max(...mean));
  expect(readdirSync(at("parts"))).toHaveLength(5);
});

test("where resampling would hide the fault, another rate is refused; else it is said", async () => {
  const other = await write("other.wav", clipped, 2000);
  await expect(restore({ audio: other, fault: "clip", out: at("a.wav") })).rejects.toThrow(
    /expected 1000 Hz, the rate of runs\/prior, found 2000; .*--rate 2000/,
  );
  await expect(restore({ audio: other, fault: "gap", out: at("a.wav") })).rejects.toThrow(/expected 1000 Hz/);
  expect(existsSync(at("a.wav"))).toBe(false);
  const said = await restore({ audio: other, fault: "noise", noise: "gaussian:0.1", out: at("b.wav") });
  expect(said.join("\n")).toContain("resampled from 2000 to 1000 Hz");
  expect((await readSound(at("b.wav"))).samples.shape).toEqual([1, 50]);
});

test("options of other faults, missing ones, and numbers that are not finite are refused by name", async () => {
  const path = at("clipped.wav");
  await expect(restore({ audio: path, fault: "clip", noise: "gaussian:0.1" })).rejects.toThrow(
    /--noise: expected none with --fault clip, found gaussian:0.1; it is for --fault noise/,
  );
  await expect(restore({ audio: path, fault: "noise", highest: 100 })).rejects.toThrow(/--highest: expected none/);
  for (const highest of [undefined, 0, 500])
    await expect(restore({ audio: path, fault: "band", ...(highest !== undefined && { highest }) })).rejects.toThrow(
      /--highest: expected with --fault band .* below 500 Hz, found (none|0|500)/,
    );
  const broken = await write("broken.wav", clipped.with(70, Number.POSITIVE_INFINITY));
  await expect(restore({ audio: broken, fault: "clip", out: at("c.wav") })).rejects.toThrow(
    /broken\.wav: expected numbers that are finite, found Infinity near second 0/,
  );
  expect(existsSync(at("c.wav"))).toBe(false);
});
