/**
 * Medical volumes: a prior learnt from the slices of NIfTI files, and a noisy volume restored slice by slice, with mean and deviation as
 * NIfTI files that lie where the noisy one does. The volumes are made up: tissues in heads of ellipsoids, measured as magnitudes with Rician noise.
 * `npx tsx examples/restore-volume.ts`, about a minute; writes heads/, noisy.nii.gz, mean.nii.gz, deviation.nii.gz and a run, heads-run.
 */
import { mkdir } from "node:fs/promises";
import { createRun, loadRun, sample, trainRun, uniform } from "scorefield";
import { readNifti, type VolumeToWrite, volumeSlices, writeNifti } from "scorefield/data";
import { identity, pnpDm, ricianNoise } from "scorefield/inverse";
import { type NdArray, ndarray } from "scorefield/tensor";

const [side, depth] = [16, 12];
// Voxels of 2 x 2 x 3 mm, and where the first of them lies.
const affine: VolumeToWrite["affine"] = [
  [2, 0, 0, -16],
  [0, 2, 0, -20],
  [0, 0, 3, 5],
  [0, 0, 0, 1],
];

/** A head [i, j, k] of one tissue with two spots of others, each of its own place and size; values from 0 to 800. */
const head = (seed: number): NdArray<"float32"> => {
  const u = uniform([16], { seed, dtype: "float64" }).data;
  const centre = (side - 1) / 2;
  const data = Float32Array.from({ length: side * side * depth }, (_, at) => {
    const [i, j, k] = [Math.floor(at / (side * depth)), Math.floor(at / depth) % side, at % depth];
    const inside = (n: number, x: number, y: number, size: number) =>
      ((i - centre - x) / size) ** 2 + ((j - centre - y) / size) ** 2 + ((k - depth / 2) / (8 + 2 * u[n]!)) ** 2 < 1;
    if (inside(0, 2 * u[1]! - 1, 2 * u[2]! - 1, 2 + u[3]!)) return 800;
    if (inside(4, 3, 6 * u[5]! - 3, 1.5 + u[6]!)) return 200;
    return inside(7, u[8]! - 0.5, u[9]! - 0.5, 5.5 + 1.5 * u[10]!) ? 500 : 0;
  });
  return ndarray(data, [side, side, depth]);
};

// 1. Volumes without much noise: in life these are yours, a folder of NIfTI files or of DICOM slices.
await mkdir("heads", { recursive: true });
for (let n = 0; n < 40; n++) await writeNifti(`heads/${n}.nii.gz`, { values: head(n + 1), affine });
const truth = head(100);
const sigma = 80; // of the real and of the imaginary part, in the units of the file
const magnitudes = ricianNoise({ sigma }).draw(ndarray(truth.data, [1, ...truth.shape]), { seed: 1 });
await writeNifti("noisy.nii.gz", { values: ndarray(magnitudes.data, truth.shape) as NdArray, affine });
console.log("wrote noisy.nii.gz");

// 2. The prior. One range for all files: these two values become -1 and 1.
const range: [number, number] = [0, 1000];
const recipe = {
  data: { path: "heads", range, filled: 0 },
  network: { width: 8, multipliers: [1, 2], blocks: 1, attention: 0 },
  training: { steps: 400, batch: 32, learningRate: 4e-3, averageDecay: 0.98 },
  previews: 0,
};
for await (const { step, loss } of trainRun(await createRun(recipe, { out: "heads-run", overwrite: true })))
  if (step % 100 === 0) console.log(`step ${step}, loss ${loss.toFixed(3)}`);
const { model } = await loadRun("heads-run");

// 3. The noisy slices in the units of the model. Nothing is clipped: that would change the noise.
const noisy = await readNifti("noisy.nii.gz");
const slices = volumeSlices(noisy);
const { count, height, width } = slices;
const scale = 2 / (range[1] - range[0]);
const size = height * width;
const seen = new Float32Array(count * size);
for (let k = 0; k < count; k++)
  seen.set(
    slices.read(k).map((value) => (value - range[0]) * scale - 1),
    k * size,
  );

// 4. Draws of every slice's posterior, of one compiled step: each sample is given its own measurement.
const draws = 8;
const s = sigma * scale;
const problem = {
  model,
  operator: identity({ input: [1, height, width], units: "magnitude in [-1, 1]" }),
  noise: ricianNoise({ sigma: s, offset: 1 }), // 1 is added: magnitudes are from 0 on
};
const settings = { steps: 14, innerSteps: 4, start: 0.6, coupling: s / 2, curvature: 1 / s ** 2, langevinSteps: 15 };
const posterior = await pnpDm(settings).prepare(problem);
const measurement = ndarray(
  Float32Array.from(
    { length: count * draws * size },
    (_, at) => seen[Math.floor(at / (draws * size)) * size + (at % size)]!,
  ),
  [count * draws, 1, height, width],
);
const found = await sample(posterior.model, {
  sampler: posterior.sampler,
  count: count * draws,
  batch: count * draws,
  seed: 0,
  given: { measurement },
});

// 5. Mean and deviation in the units of the file, and back to a volume of its grid.
const mean = new Float32Array(count * size);
const deviation = new Float32Array(count * size);
for (let at = 0; at < mean.length; at++) {
  const of = (d: number) =>
    found.data[(Math.floor(at / size) * draws + d) * size + (at % size)]! / scale + range[0] + 1 / scale;
  for (let d = 0; d < draws; d++) mean[at]! += of(d) / draws;
  for (let d = 0; d < draws; d++) deviation[at]! += (of(d) - mean[at]!) ** 2 / (draws - 1);
  deviation[at] = Math.sqrt(deviation[at]!);
}
await writeNifti("mean.nii.gz", slices.volume(mean));
await writeNifti("deviation.nii.gz", slices.volume(deviation));
console.log("wrote mean.nii.gz");
console.log("wrote deviation.nii.gz");

// The files again, beside the truth that only a made-up head has.
const [restored, unsure] = [await readNifti("mean.nii.gz"), await readNifti("deviation.nii.gz")];
const error = (values: ArrayLike<number | bigint>) =>
  Math.sqrt(truth.data.reduce((sum, value, at) => sum + (Number(values[at]) - value) ** 2 / truth.data.length, 0));
const [before, after] = [error(noisy.values.data), error(restored.values.data)];
const expected = error(truth.data.map((value, at) => value + Number(unsure.values.data[at])));
console.log(`error: noisy ${before.toFixed(0)}, mean ${after.toFixed(0)}; the deviations tell ${expected.toFixed(0)}`);
const inPlace = JSON.stringify(restored.affine) === JSON.stringify(noisy.affine);
if (!(after < 0.6 * before && expected > after / 2 && expected < 2 * after && inPlace))
  throw new Error("the check failed");
console.log("check passed");
