import { normal } from "@scorefield/core";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arraySamples } from "../samples.ts";
import { audio } from "./domain.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const noise = (n: number, seed: number) => ndarray(normal([n * 1024], { seed, dtype: "float64" }).data, [n, 1, 1024]);

test("sounds are compared by their spectrograms, with features of one's own, and come back as sounds", async () => {
  let seen: readonly number[] = [];
  const { quality, samples, real, comparedWith } = await audio.measure({
    made: { shape: [1, 1024], rate: 8000 },
    classes: 0,
    model: "a model",
    reference: arraySamples(noise(24, 1), { sha256: "reference", rate: 8000 }),
    own: { training: arraySamples(noise(24, 2), { sha256: "training", rate: 8000 }), name: "noise", part: 0 },
    count: 16,
    seed: 0,
    signal: new AbortController().signal,
    draw: async ({ count }) => ({ samples: noise(count, 3) }),
    features: {
      called: "the first four places",
      extractor: {
        frechetName: "frechet-places",
        kernelName: "kernel-places",
        features: async (pictures) => {
          seen = pictures.shape;
          const size = pictures.data.length / pictures.shape[0]!;
          const data = Float32Array.from({ length: 4 * pictures.shape[0]! }, (_, i) =>
            Number(pictures.data[Math.floor(i / 4) * size + (i % 4)]),
          );
          return ndarray(data, [pictures.shape[0]!, 4]);
        },
      },
    },
  });
  expect(seen).toEqual([16, 1, 32, 8]);
  expect([samples.shape, real.shape]).toEqual([
    [16, 1, 1024],
    [16, 1, 1024],
  ]);
  expect(comparedWith).toBe("held-out sounds; real: training sounds");
  const spectrum = quality.measures.find(({ name }) => name === "distance of mean spectra")!;
  // Noise of one kind: 16 * 8 places of some 5 dB each.
  expect(spectrum.samples.value).toBeLessThan(1.5);
  expect(quality.measures.map(({ name }) => name)).toContain("frechet-places");
});
