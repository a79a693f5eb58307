/**
 * Images of two shapes, discs and rings, which are two classes: a small U-Net learns them, and draws both.
 * `npx tsx examples/glyph-images.ts`, about half a minute; writes glyphs.png.
 */
import { writeFile } from "node:fs/promises";
import { dataset, edm, sample, train, unet } from "scorefield";
import { accuracy, trainClassifier } from "scorefield/assess";
import { glyphs } from "scorefield/domain";
import { imageGrid } from "scorefield/figure";

// The first two of ten shapes, 16 x 16 px: class 0 is the disc, class 1 the ring.
const { images, labels } = glyphs({ size: 16 })(6_000, 0);
const rows = [...labels.data.keys()].filter((i) => labels.data[i]! < 2);
const all = dataset(images, labels.data);
const data = dataset(
  await all.read(rows),
  rows.map((i) => labels.data[i]!),
);

const network = unet({ width: 8, multipliers: [1, 2], blocks: 1, attention: 0, classes: 2 });
const settings = { batch: 32, steps: 400, learningRate: 4e-3, averageDecay: 0.98, seed: 0 };
const training = train({ data, process: edm(), network, ...settings });
let next = 0;
for await (const { step, loss, samplesPerSecond } of training) {
  if (step < next) continue;
  console.log(`step ${step}, loss ${loss.toFixed(3)}, ${samplesPerSecond.toFixed(0)} images/s`);
  next += 100;
}
const model = await training.result;

// Classes in turn: a disc, a ring, a disc, ...
const count = 40;
const classes = Array.from({ length: count }, (_, i) => i % 2);
const drawn = await sample(model, { count, batch: count, seed: 1, given: { class: classes } });
await writeFile("glyphs.png", await imageGrid(drawn, { columns: 10 }));
console.log("wrote glyphs.png");

// A classifier of the true shapes, asked how many of the drawn ones it takes for what they should be.
const judge = await trainClassifier({ data, steps: 150, seed: 0 });
const right = await accuracy(judge, drawn, classes);
console.log(`seen as the shape that was asked for: ${(100 * right).toFixed(0)} %, by chance 50 %`);
if (right < 0.8) throw new Error("the check failed");
console.log("check passed");
