/**
 * An image of which a part is hidden and the rest is noisy: what was it? The prior is known exactly, a mixture around 300 drawn
 * shapes, and takes the place of a trained model. `npx tsx examples/restore-image.ts`, about ten seconds; writes restored.png.
 */
import { writeFile } from "node:fs/promises";
import { edm, exact, gaussianMixture, ndarray } from "scorefield";
import { intervalCoverage, psnr } from "scorefield/assess";
import { glyphs } from "scorefield/domain";
import { imageGrid } from "scorefield/figure";
import { applyOperator, gaussianNoise, operatorFromText, posterior } from "scorefield/inverse";

// Shapes of 16 x 16 px in [-1, 1]. Each stands for itself and what is near to it.
const [count, shape] = [300, [1, 16, 16]];
const { images } = glyphs({ size: 16 })(count, 0);
const prior = exact(gaussianMixture({ means: images, covariances: Array(count).fill(0.1 ** 2) }), edm());

// One more image from the prior; a box of 8 x 8 px in the middle is hidden.
const truth = prior.density.sample(1, 7);
const hidden = operatorFromText("mask:box=8x8", { input: shape, units: "intensity in [-1, 1]" });
const noise = gaussianNoise({ sigma: 0.3 });
const y = noise.draw(await applyOperator(hidden, truth), { seed: 1 });
const measurement = ndarray(y.data, hidden.output);

const draws = 16;
const found = await posterior(prior, hidden, noise, measurement, { method: "tds", particles: 64, draws, seed: 0 });
const { misfit, mean } = found;
console.log(`misfit ${misfit.found.toFixed(3)}, noise alone ${misfit.allowed.toFixed(3)}`);

const original = ndarray(truth.data, shape);
const decibels = psnr(mean, original, [-1, 1]);
const { found: covered, expected } = intervalCoverage(found.draws, original);
console.log(`mean of ${draws} draws: PSNR ${decibels.toFixed(1)} dB`);
console.log(
  `intervals hold ${(100 * covered).toFixed(0)} % of the pixels, ${(100 * expected).toFixed(0)} % if they are right`,
);

// Truth, mean, and four draws.
const shown = [...original.data, ...mean.data, ...found.draws.data.slice(0, 4 * 256)];
await writeFile("restored.png", await imageGrid(ndarray(Float64Array.from(shown), [6, ...shape]), { columns: 6 }));
console.log("wrote restored.png");
if (!(decibels > 15 && misfit.found < 1.3 * misfit.allowed)) throw new Error("the check failed");
console.log("check passed");
