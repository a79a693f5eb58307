/**
 * Pixel and latent models at equal time: what their images are worth, and how fast they are drawn.
 *
 *     npm run bench bench/latent.ts pixel|latent|measure photographs|emoji|tiles|shapes FOLDER [minutes]
 *
 *     npm run bench bench/latent.ts speed 32|64 [pixel|latent]
 *
 * `pixel` and `latent` train for some minutes of one core's time, and write 500 images to FOLDER. `measure` compares all that are
 * there with images that no model has seen.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import {
  convolutionalAutoencoder,
  decodeLatents,
  denoising,
  edm,
  edmPreconditioning,
  encodeLatents,
  heun,
  latentDataset,
  latentModel,
  logNormalNoise,
  normal,
  sample,
  sampleLatent,
  train,
  trainAutoencoder,
  trainedModel,
  unet,
} from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { spent } from "./harness.ts";
import { dataFolder } from "./imaging-data.ts";
import { type ImageSet, measure, onWhite, photographs, rows, shapes } from "./latent-data.ts";

const [what = "", set = "", out = "", minutes = "8"] = process.argv.slice(2);
const runtime = native({ threads: 1 });
const count = 500;
const sampler = heun({ steps: 18 });

/** The end of a share of the minutes from now on, of processor time. */
const within = (share: number) => ({ deadline: { at: spent() + share * Number(minutes) * 60_000, now: spent } });

/** What was trained, and what it drew. */
interface Drawn {
  readonly images: NdArray<"float32">;
  readonly seconds: number;
  readonly steps: string;
}

const keep = (name: string, drawn: Drawn): void => {
  writeFileSync(join(out, `${name}.bin`), serialize(drawn));
  console.log(`${name}: ${drawn.steps}; ${(count / drawn.seconds).toFixed(1)} images/s`);
};

/** The mean of log sigma that pixels are learnt with. */
const pixelNoise = logNormalNoise({ mean: Number(process.env.PIXEL_NOISE ?? -1.2) });

/** A U-Net of pixels. Narrower than the usual one: it sees each image more often, which is worth more in so short a time. */
const pixel = async ({ training }: ImageSet): Promise<void> => {
  const [, , side] = training.shape as [number, number, number];
  let steps = 0;
  const model = await train({
    data: training,
    process: edm(),
    network: pixelNetwork(side),
    preconditioning: edmPreconditioning({ sigmaData: 0.5 }),
    objective: denoising({ sigmaData: 0.5, noiseDistribution: pixelNoise }),
    batch: 32,
    ...within(1),
    seed: 0,
    runtime,
    onProgress: ({ step, loss, share }) => {
      steps = step;
      if (step % 20 === 0) console.log(`pixel ${step} ${(100 * share).toFixed(0)} % ${loss.toFixed(4)}`);
    },
  }).result;
  const begun = spent();
  const images = await sample(model, { count, sampler, seed: 1, batch: 50, runtime });
  keep(`pixel${process.env.PIXEL_NOISE ?? ""}`, {
    images,
    seconds: (spent() - begun) / 1000,
    steps: `${steps} steps of 32`,
  });
};

/** An autoencoder for a share of the time, and a U-Net of its latents for the rest. */
const latent = async ({ training }: ImageSet): Promise<void> => {
  const share = Number(process.env.CODEC_SHARE ?? 0.35);
  const counts = { codec: 0, model: 0 };
  const codec = await trainAutoencoder({
    data: training,
    autoencoder: convolutionalAutoencoder(),
    batch: 32,
    averageDecay: 0.99,
    ...within(share),
    runtime,
    onProgress: ({ step, loss, share }) => {
      counts.codec = step;
      if (step % 20 === 0) console.log(`codec ${step} ${(100 * share).toFixed(0)} % ${loss.toFixed(4)}`);
    },
  }).result;
  const data = await latentDataset(codec, training, { runtime });
  const model = await train({
    data,
    process: edm(),
    network: latentNetwork,
    preconditioning: edmPreconditioning({ sigmaData: 1 }),
    objective: denoising({ sigmaData: 1, noiseDistribution: logNormalNoise({ mean: -0.4, deviation: 1.2 }) }),
    batch: 64,
    ...within(1 - share),
    seed: 0,
    runtime,
    onProgress: ({ step, loss, share }) => {
      counts.model = step;
      if (step % 20 === 0) console.log(`latent ${step} ${(100 * share).toFixed(0)} % ${loss.toFixed(4)}`);
    },
  }).result;
  const begun = spent();
  const images = await sampleLatent(latentModel(codec, model), { count, sampler, seed: 1, batch: 50, runtime });
  const seconds = (spent() - begun) / 1000;
  keep("latent", { images, seconds, steps: `${counts.codec} steps of 32 and ${counts.model} of 64` });
  const { mean } = await encodeLatents(codec, rows(training, 0, count), { runtime });
  writeFileSync(join(out, "reconstructed.bin"), serialize({ images: await decodeLatents(codec, mean, { runtime }) }));
};

const pixelNetwork = (side: number) => unet({ width: 16, multipliers: side > 32 ? [1, 2, 2, 4] : [1, 2, 4] });
const latentNetwork = unet({ width: 32, multipliers: [1, 2] });

/** Processor time for each image, and for each sample of a step of training: the same for any parameters. */
const speed = async (side: number, only?: string): Promise<void> => {
  const [drawn, batch] = side > 32 ? [8, 8] : [16, 32];
  const data = normal([batch, 3, side, side], { seed: 0 });
  const parts = { process: edm(), preconditioning: edmPreconditioning() };
  const ended = async (name: string, events: AsyncIterable<{ readonly step: number }>): Promise<void> => {
    const times: number[] = [];
    for await (const _ of events) times.push(spent());
    const [from, to] = [times[0]!, times.at(-1)!];
    console.log(`${name}: ${((to - from) / (times.length - 1) / batch).toFixed(2)} ms for a sample of a training step`);
  };
  const pixels = pixelNetwork(side);
  const shape = data.shape.slice(1);
  const steps = { batch, steps: 5, warmUp: 1, runtime } as const;
  if (only !== "latent")
    await ended("pixel", train({ ...parts, data, network: pixels, objective: denoising(), ...steps }));
  const autoencoder = convolutionalAutoencoder();
  const latents = autoencoder.latentShape(shape);
  const codec = await trainAutoencoder({ data, autoencoder, batch, steps: 1, runtime }).result;
  if (only !== "pixel") await ended("autoencoder", trainAutoencoder({ data, autoencoder, ...steps }));
  const latentData = normal([batch, ...latents], { seed: 1 });
  await ended(
    "latent",
    train({ ...parts, data: latentData, network: latentNetwork, objective: denoising(), ...steps }),
  );
  const timed = async (name: string, draw: (count: number) => Promise<unknown>): Promise<void> => {
    // Compiling once is not counted.
    const begun = spent();
    await draw(drawn);
    const middle = spent();
    await draw(3 * drawn);
    const time = (spent() - middle - (middle - begun)) / (2 * drawn);
    console.log(
      `${name}: ${time.toFixed(1)} ms for an image of ${side} x ${side}, ${(1000 / time).toFixed(1)} images/s`,
    );
  };
  const options = { sampler, batch: drawn, seed: 1, runtime };
  const plain = trainedModel({ ...parts, network: pixels }, pixels.initialise(shape, 0), shape);
  if (only !== "latent") await timed("pixel", (count) => sample(plain, { ...options, count }));
  const inner = trainedModel({ ...parts, network: latentNetwork }, latentNetwork.initialise(latents, 0), latents);
  if (only !== "pixel")
    await timed("latent", (count) => sampleLatent(latentModel(codec, inner), { ...options, count }));
};

if (what === "speed") {
  await speed(Number(set), out);
  await runtime.dispose();
  process.exit();
}
mkdirSync(out, { recursive: true });
const images =
  set === "photographs"
    ? await photographs(dataFolder(Number.POSITIVE_INFINITY))
    : set === "emoji" || set === "tiles"
      ? await onWhite(dataFolder(Number.POSITIVE_INFINITY), set)
      : await shapes();
if (what === "pixel") await pixel(images);
else if (what === "latent") await latent(images);
else if (what === "measure") {
  const reference = rows(images.heldOut, 0, count);
  const real = await measure(rows(images.training, 0, count), reference);
  console.log("real", real);
  for (const name of readdirSync(out).flatMap((file) => (file.endsWith(".bin") ? [file.slice(0, -4)] : []))) {
    const { images: drawn } = deserialize(readFileSync(join(out, `${name}.bin`))) as Drawn;
    console.log(name, await measure(drawn, reference));
  }
}
await runtime.dispose();
