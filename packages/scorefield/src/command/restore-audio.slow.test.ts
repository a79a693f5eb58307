/** `train --fault` and `restore --audio` as people start them, on spoken digits and street noise. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readSound, writeSound } from "@scorefield/data";
import { clipped, withGap, withNoise } from "@scorefield/domain/sound-fault";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
const missing = !existsSync(join(data, "fsdd"));

const siSdr = (estimate: ArrayLike<number>, truth: ArrayLike<number>): number => {
  let [product, energy, rest] = [0, 0, 0];
  for (let t = 0; t < truth.length; t++) {
    product += estimate[t]! * truth[t]!;
    energy += truth[t]! ** 2;
  }
  for (let t = 0; t < truth.length; t++) rest += (estimate[t]! - (product / energy) * truth[t]!) ** 2;
  return 10 * Math.log10(product ** 2 / energy / rest);
};

describe.skipIf(missing)(`spoken digits${missing ? `: skipped, no folder ${data}; set SCOREFIELD_DATA` : ""}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-audio-"));
  const at = (...names: string[]) => join(folder, ...names);
  const own = new Set([
    ...["clean", "noise", "run", "parts", "noisy.wav", "nowhere.wav", "out.wav", "o.wav", "o.png"],
    ...["gap-run", "gap.wav", "clip-run", "clip.wav"],
  ]);
  /** Files of the folder by their names, except what --fault and data are called. */
  const start = (...args: string[]) =>
    called(...args.map((word, i) => (own.has(word) && args[i - 1] !== "--fault" ? at(word) : word)));
  let clean: Float32Array;

  beforeAll(async () => {
    for (const name of ["clean", "noise"]) mkdirSync(at(name));
    const digits = readdirSync(join(data, "fsdd")).filter((name) => /_(jackson|nicolas|theo)_[0-5]\.wav$/.test(name));
    for (const name of digits) symlinkSync(resolve(data, "fsdd", name), at("clean", name));
    symlinkSync(resolve(data, "noise", "storm.wav"), at("noise", "storm.wav"));
    clean = Float32Array.from((await readSound(join(data, "fsdd", "7_theo_0.wav"))).samples.data);
    const storm = (await readSound(join(data, "noise", "storm.wav"))).samples.data;
    const noisy = withNoise(Float64Array.from(clean), storm.subarray(60_000), { snr: 0 });
    await writeSound(at("noisy.wav"), { rate: 8000, samples: ndarray(noisy, [1, noisy.length]) as NdArray<"float64"> });
    // Some tens of steps on few files: enough to take away some of the one noise that it knows.
    const trained = await start(
      ..."train clean --fault noise --noise-sounds noise --snr 0,10 --leave-out speaker=theo --steps 40 --batch 8".split(
        " ",
      ),
      ..."--set network.width=8 --set training.learningRate=0.005 --set training.averageDecay=0.9 --out run".split(" "),
    );
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toContain("restore a sound with: scorefield restore");
    expect((await start("sample", "run", "--out", "o.wav")).stderr).toMatch(/sample cannot be used .* --audio FILE/);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("a speaker who was left out is heard better than in the noise", async () => {
    const { code, stdout, stderr } = await start(
      ..."restore run --audio noisy.wav --fault noise --out out.wav --json".split(" "),
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ fault: "noise", rate: 8000, draws: 0, out: at("out.wav") });
    const noisy = (await readSound(at("noisy.wav"))).samples.data;
    const restored = (await readSound(at("out.wav"))).samples.data;
    expect(restored.length).toBe(clean.length);
    expect(siSdr(restored, clean)).toBeGreaterThan(siSdr(noisy, clean) + 1);
  }, 60_000);

  test("a folder has the draws and the ends of the band", async () => {
    const { code, stderr } = await start(
      ..."restore run --audio noisy.wav --out parts --draws 2 --sampler ddim:steps=1".split(" "),
    );
    expect(code, stderr).toBe(0);
    expect(readdirSync(at("parts")).sort()).toEqual([
      "draw-1.wav",
      "draw-2.wav",
      "lower.wav",
      "restored.wav",
      "upper.wav",
    ]);
  }, 60_000);

  test.each([
    // In dB of the power of errors: what estimates alone give is about 2 and 8 here.
    { fault: "gap", faulty: (sound: Float64Array) => withGap(sound, 1600, 160), gain: 1.5 },
    { fault: "clip", faulty: (sound: Float64Array) => clipped(sound, 0.3), gain: 4 },
  ])(
    "of a speaker who was left out a $fault is restored, and what is known stays",
    async ({ fault, faulty, gain }) => {
      const settings = "--set network.width=8 --set data.mixes=1 --set training.averageDecay=0.9 --batch 4 --steps 20";
      const trained = await start(
        ...`train clean --fault ${fault} --leave-out speaker=theo,take=1,take=2,take=3,take=4,take=5 ${settings} --out ${fault}-run`.split(
          " ",
        ),
      );
      expect(trained.code, trained.stderr).toBe(0);
      const broken = faulty(Float64Array.from(clean));
      const samples = ndarray(broken, [1, broken.length]) as NdArray<"float64">;
      await writeSound(at(`${fault}.wav`), { rate: 8000, samples });
      const line = `restore ${fault}-run --audio ${fault}.wav --fault ${fault} --out out.wav`;
      const { code, stderr } = await start(...line.split(" "));
      expect(code, stderr).toBe(0);
      const restored = (await readSound(at("out.wav"))).samples.data;
      const errors = (of: ArrayLike<number>) => clean.reduce((sum, value, t) => sum + (value - of[t]!) ** 2, 0);
      expect(10 * Math.log10(errors(broken) / errors(restored))).toBeGreaterThan(gain);
      const level = 0.99 * broken.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const [t, value] of broken.entries())
        if (fault === "gap" ? t < 1600 || t >= 1760 : Math.abs(value) < level)
          expect(Math.abs(restored[t]! - value)).toBeLessThan(1e-4);
    },
    120_000,
  );

  test.each([
    ["--audio noisy.wav --fault clip --out o.wav", /expected noise, which .*run was trained for/],
    ["--audio noisy.wav --fault hum --out o.wav", /--fault hum: expected noise, clip, gap, band/],
    ["--audio noisy.wav", /--out: expected a .wav file/],
    ["--audio noisy.wav --out o.png", /\.wav/],
    ["--audio noisy.wav --draws 4 --out o.wav", /--draws: expected none with --out FILE.wav.*found 4; .*new folder/],
    ["--audio noisy.wav --sampler heun --out o.wav", /--sampler: expected none with --out FILE.wav/],
    ["--audio noisy.wav --method daps --out o.wav", /--method: expected none with --audio/],
    ["--audio nowhere.wav --out o.wav", /nowhere\.wav/],
    ["--fault noise", /--audio FILE/],
  ])("restore %s is refused", async (line, words) => {
    const { code, stderr } = await start("restore", "run", ...line.split(" "));
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
  });

  test("what the options of training do not say is refused", async () => {
    const noise = await start("train", "clean", "--fault", "noise", "--steps", "5");
    expect(noise.stderr).toMatch(/--noise-sounds/);
    const other = await start("train", "clean", "--noise-sounds", "noise", "--steps", "5");
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/--noise-sounds: expected clean sounds with faults/);
  });
});
