import { ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { latentBound } from "../likelihood/latent-bound.ts";
import { exact } from "../model/exact.ts";
import { latentModel } from "../model/latent/latent-model.ts";
import { decodeLatents, encodeLatents } from "../model/latent/latents.ts";
import { convolutionalAutoencoder } from "../network/autoencoder/convolutional-autoencoder.ts";
import { denseAutoencoder } from "../network/autoencoder/dense-autoencoder.ts";
import { reconstruction } from "../objective/autoencoder/reconstruction.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { latentDataset } from "./codec-scales.ts";
import { dataset } from "./dataset.ts";
import type { Checkpoint } from "./fit-options.ts";
import { trainAutoencoder } from "./train-autoencoder.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** Rows of six numbers on a curved surface of two. */
const rows = (() => {
  const draws = normal([400, 2], { seed: 1 }).data;
  const values = Float32Array.from({ length: 2400 }, (_, i) => {
    const [a, b] = [draws[2 * Math.floor(i / 6)]!, draws[2 * Math.floor(i / 6) + 1]!];
    return [a, b, a + b, Math.sin(a), Math.cos(b), a - b][i % 6]!;
  });
  return ndarray(values, [400, 6]);
})();

test("rows come back from two numbers, whose scale is 1; the bound on their likelihood rises with it", async () => {
  const autoencoder = denseAutoencoder({ features: 2, width: 32 });
  const options = {
    data: rows,
    autoencoder,
    batch: 64,
    runtime,
    objective: reconstruction({ error: "l2", klWeight: 1e-3 }),
  };
  const codec = await trainAutoencoder({ ...options, steps: 300, averageDecay: 0.98 }).result;
  const { mean } = await encodeLatents(codec, rows, { runtime });
  const back = await decodeLatents(codec, mean, { runtime });
  const error = rows.data.reduce((sum, value, i) => sum + (value - back.data[i]!) ** 2 / 2400, 0);
  const variance = rows.data.reduce((sum, value) => sum + value ** 2 / 2400, 0);
  expect(error).toBeLessThan(0.15 * variance);
  expect(codec.leftOut.scale).toBeCloseTo(Math.sqrt(error), 3);
  const latents = await latentDataset(codec, dataset(rows, new Int32Array(400)), { runtime });
  expect(latents.labels).toHaveLength(400);
  expect(latents.shape).toEqual([2]);
  const { data } = await latents.read(Array.from({ length: 400 }, (_, i) => i));
  for (const k of [0, 1]) {
    const own = data.filter((_, i) => i % 2 === k);
    expect(own.reduce((sum, value) => sum + value ** 2 / 400, 0)).toBeCloseTo(1, 2);
  }
  const prior = exact(gaussian({ mean: [0, 0] }), edm());
  const few = ndarray(rows.data.slice(0, 60), [10, 6]);
  const trained = await latentBound(latentModel(codec, prior), few, { runtime, draws: 4 });
  const fresh = await trainAutoencoder({ ...options, steps: 1 }).result;
  const untrained = await latentBound(latentModel(fresh, prior), few, { runtime });
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value / 10, 0);
  expect(sum(trained.bound.data)).toBeGreaterThan(sum(untrained.bound.data) + 1);
  for (let i = 0; i < 10; i++)
    expect(trained.bound.data[i]).toBeCloseTo(trained.reconstruction.data[i]! - trained.latent.data[i]!, 9);
  expect(trained.standardError.data.every((value) => value > 0)).toBe(true);
});

test("a training that is resumed is the same to the bit", async () => {
  const autoencoder = denseAutoencoder({ features: 2, width: 8 });
  const options = { data: rows, autoencoder, batch: 16, runtime, decay: "constant", warmUp: 0 } as const;
  let checkpoint: Checkpoint | undefined;
  for await (const event of trainAutoencoder({ ...options, steps: 2 })) ({ checkpoint } = event);
  const resumed = await trainAutoencoder({ ...options, steps: 4, resume: checkpoint! }).result;
  const whole = await trainAutoencoder({ ...options, steps: 4 }).result;
  expect(resumed.parameters).toEqual(whole.parameters);
});

test("an autoencoder of images learns, with reconstructions from latents made smaller and turned", async () => {
  // Squares of one brightness: a latent of one number a square would do.
  const draws = normal([16], { seed: 4 }).data;
  const images = ndarray(
    Float32Array.from({ length: 1024 }, (_, i) => Math.tanh(draws[Math.floor(i / 64)]!)),
    [16, 1, 8, 8],
  );
  const autoencoder = convolutionalAutoencoder({ width: 4, blocks: 1, channels: 2 });
  const losses: number[] = [];
  const training = trainAutoencoder({ data: images, autoencoder, batch: 16, runtime, steps: 30 });
  for await (const event of training) losses.push(...event.losses);
  expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
  const codec = await training.result;
  expect(codec.latent).toEqual([2, 2, 2]);
  expect(codec.shift.shape).toEqual([2]);
});

test("what it cannot use is refused", async () => {
  const autoencoder = denseAutoencoder({ features: 2, width: 8 });
  const options = { data: rows, autoencoder, steps: 1, runtime };
  const refused = (more: object) => expect(trainAutoencoder({ ...options, ...more } as never).result).rejects;
  await refused({ no: 1 }).toThrow(ArgumentError);
  await refused({ autoencoder: {} }).toThrow(/convolutionalAutoencoder/);
  await refused({ autoencoder: convolutionalAutoencoder() }).toThrow(ShapeError);
  await refused({ batch: 6, accumulate: 4 }).toThrow(/divide/);
  await refused({ perceptual: 3 }).toThrow(/perceptual/);
  await refused({ data: [[1]] }).toThrow(/fromNested/);
});
