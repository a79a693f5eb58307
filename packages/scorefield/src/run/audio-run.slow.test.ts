import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sample, unipc } from "@scorefield/core";
import { writeSound } from "@scorefield/data";
import { spectrogramPictures } from "@scorefield/domain/audio";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { trainRun } from "./train-run.ts";

let folder: string;
const rate = 1000;
beforeAll(async () => {
  setDefaultRuntime(native({ threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "scorefield-audio-run-"));
  await mkdir(join(folder, "tones"));
  // Low tones and high ones, of all phases.
  for (let i = 0; i < 40; i++) {
    const hertz = i % 2 === 0 ? 125 : 375;
    const samples = Float32Array.from({ length: 128 }, (_, t) => Math.sin((2 * Math.PI * hertz * t) / rate + i));
    await writeSound(join(folder, "tones", `${i % 2 === 0 ? "low" : "high"}_${i}.wav`), {
      rate,
      samples: ndarray(samples, [1, 128]),
    });
  }
});
afterAll(async () => {
  await defaultRuntime().dispose();
  await rm(folder, { recursive: true });
});

const mostly = (picture: Float32Array): "low" | "high" => {
  const frames = 16;
  const rows = picture.length / frames;
  const loudness = Array.from({ length: rows }, (_, row) =>
    picture.subarray(row * frames, (row + 1) * frames).reduce((sum, value) => sum + value, 0),
  );
  return loudness.indexOf(Math.max(...loudness)) < rows / 2 ? "high" : "low";
};

describe.each(["spectrogram", "waveform"])("a run on a folder of sounds, of the %s", (representation) => {
  test("learns tones by class, draws them, shows and measures them", async () => {
    const out = join(folder, representation);
    const run = await createRun(
      {
        data: { kind: "audio", path: "tones", labels: "names", pattern: "{label}_{take}", representation, window: 16 },
        network: { kind: "unet", width: 16, multipliers: [1, 1], blocks: 1 },
        training: { steps: 150, batch: 16, checkpointSeconds: 0, averageDecay: 0.97, learningRate: 5e-3 },
        previews: 1,
      },
      { out, folder },
    );
    const spectrogram = representation === "spectrogram";
    expect(run.record).toMatchObject({
      domain: "audio",
      classes: ["high", "low"],
      model: { shape: spectrogram ? [2, 8, 16] : [1, 128], network: { classes: 2, patch: spectrogram ? 2 : 16 } },
      scaling: { kind: representation, rate: 1000, length: 128 },
    });
    for await (const _ of trainRun(run));
    const loaded = await loadRun(out);
    expect(loaded.made).toEqual({ shape: [1, 128], classes: ["high", "low"], rate: 1000 });
    const classes = Array.from({ length: 20 }, (_, i) => i % 2);
    const sounds = loaded.toData(
      await sample(loaded.model, { sampler: unipc({ steps: 12 }), count: 20, given: { class: classes }, seed: 1 }),
    );
    expect(sounds.shape).toEqual([20, 1, 128]);
    const pictures = spectrogramPictures(sounds, rate);
    const right = classes.filter(
      (k, i) => mostly(pictures.data.subarray(i * 8 * 16, (i + 1) * 8 * 16)) === loaded.classes![k],
    );
    expect(right.length).toBeGreaterThanOrEqual(18);
    expect(await readdir(join(out, "previews"))).toHaveLength(1);
    if (!spectrogram) return;
    const refused = await called("likelihood", out, "--data", join(folder, "tones"));
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/expected .* that have a density, found spectrograms.*--representation waveform/);
    const evaluated = await called("evaluate", out, "--data", join(folder, "tones"), "--count", "8", "--json");
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout).kind).toBe("images");
  }, 120_000);
});
