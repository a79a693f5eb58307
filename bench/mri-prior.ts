/**
 * Trains the patch prior of `bench/mri.ts` on slices of other heads than those that are reconstructed:
 *
 *     npm run bench bench/mri-prior.ts [folder of data] FOLDER [minutes]
 *
 * It writes FOLDER/checkpoint.bin and goes on from it when it is called again, until its 4,500 steps are done.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import {
  type Checkpoint,
  denoising,
  edm,
  edmPreconditioning,
  initialTrainable,
  logNormalNoise,
  patches,
  positioned,
  train,
  trainableLayout,
  trainedModel,
  unet,
} from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { axialSlices, trainedOn, validationHead, variants } from "./heads.ts";
import { dataFolder } from "./imaging-data.ts";

const patch = 32;
const parts = {
  process: edm({ sigmaMax: 10 }),
  network: positioned(unet({ width: 16, multipliers: [1, 2, 4], blocks: 1, attention: 8 }), { reach: 64 }),
  preconditioning: edmPreconditioning({ sigmaData: 0.3 }),
};
const objective = denoising({ sigmaData: 0.3, noiseDistribution: logNormalNoise({ mean: -1.8, deviation: 1.3 }) });
const steps = 4500;

/** The model of patches of a checkpoint, with averaged parameters. */
export const readPrior = (folder: string) => {
  const { state, step } = deserialize(readFileSync(join(folder, "checkpoint.bin"))) as Checkpoint;
  const shape = [1, patch, patch];
  const layout = trainableLayout(initialTrainable(parts.network, objective, shape, 0));
  return { model: trainedModel(parts, layout.unflatten(state.average).network, shape), step };
};

if (process.argv[1]?.endsWith("mri-prior.ts")) {
  const [folder, out, minutes = "19"] = [dataFolder(), process.argv[3]!, process.argv[4]];
  mkdirSync(out, { recursive: true });
  const file = join(out, "checkpoint.bin");
  const end = performance.now() + 60_000 * Number(minutes);
  const slices = await axialSlices(folder, trainedOn);
  const images = variants(slices, 6, 0);
  const heldOut = patches(variants(await axialSlices(folder, [validationHead]), 1, 1), { patch, count: 256, seed: 1 });
  const data = patches(images, { patch, count: 400_000 });
  console.log(`${slices.length} slices of ${trainedOn.join(", ")}; ${images.shape[0]} images with variants`);
  const runtime = native({ threads: 1 });
  const resume = existsSync(file) ? (deserialize(readFileSync(file)) as Checkpoint) : undefined;
  const options = { ...parts, objective, data, heldOut, batch: 16, steps, averageDecay: 0.998, runtime };
  let [saved, seen] = [performance.now(), performance.now()];
  const save = (checkpoint: Checkpoint): void => {
    writeFileSync(`${file}.new`, serialize(checkpoint));
    renameSync(`${file}.new`, file);
    saved = performance.now();
  };
  for await (const event of train({ ...options, ...(resume && { resume }) })) {
    const { step, loss, heldOutLoss, samplesPerSecond, checkpoint } = event;
    if (performance.now() - seen > 20_000 || heldOutLoss !== undefined || step === steps) {
      seen = performance.now();
      const held = heldOutLoss === undefined ? "" : `  held out ${heldOutLoss.toFixed(4)}`;
      console.log(`step ${step}  loss ${loss.toFixed(4)}${held}  ${samplesPerSecond.toFixed(0)} patches/s`);
    }
    if (performance.now() - saved > 60_000 || step === steps || performance.now() > end) save(checkpoint);
    if (performance.now() > end) process.exit(0);
  }
  await runtime.dispose();
}
