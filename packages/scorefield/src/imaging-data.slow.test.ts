import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mri, type Radon, radon, sensitivityMaps } from "@scorefield/inverse";
import { compile, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const missing = !existsSync(data);
const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const run = async (f: (x: Tensor) => Tensor, x: NdArray): Promise<Float32Array> => {
  const compiled = await compile((v: Tensor) => f(v), [{ shape: x.shape, dtype: x.dtype }], { runtime });
  try {
    return (await compiled(x as never)).data as Float32Array;
  } finally {
    await compiled.dispose();
  }
};

const norm = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
};

describe.skipIf(missing)(`measured images${missing ? `: skipped, no folder ${data}; set SCOREFIELD_DATA` : ""}`, () => {
  test("8 coils: maps that explain an eighth of k-space, and an image of a head", async () => {
    const [coils, rows, columns] = [8, 230, 180];
    const pixels = rows * columns;
    const bytes = readFileSync(join(data, "mri", "cartesian_ksp.npy"));
    const kspace = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 10 + bytes.readUInt16LE(8)));
    expect(kspace.length).toBe(2 * coils * pixels);
    const { maps, support } = sensitivityMaps(ndarray(kspace, [coils, rows, columns, 2]), {
      calibration: 20,
      kernel: 5,
    });
    const mask = Float64Array.from({ length: pixels }, (_, p) => (kspace[2 * p] !== 0 ? 1 : 0));
    const measured = Array.from({ length: coils * pixels }, (_, k) => k).filter((k) => mask[k % pixels] === 1);
    const y = Float32Array.from(measured.flatMap((k) => [kspace[2 * k]!, kspace[2 * k + 1]!]));
    const operator = mri({ input: [rows, columns, 2], maps, mask: ndarray(mask, [rows, columns]), steps: 12 });
    const seen = ndarray(y, [1, ...operator.output]);
    const image = await run((v) => operator.solve(operator.adjoint(v), 0.01), seen);
    const again = await run(operator.apply, ndarray(image, [1, rows, columns, 2]));
    // A model that is wrong in the sign of a phase, or in the place of an origin, leaves most of y.
    expect(norm(again.map((value, k) => value - y[k]!)) / norm(y)).toBeLessThan(0.08);
    // The head is an ellipse in the middle; what is around it is dark.
    const magnitude = Float64Array.from({ length: pixels }, (_, p) => Math.hypot(image[2 * p]!, image[2 * p + 1]!));
    let [head, outside, heads, outsides] = [0, 0, 0, 0];
    for (let p = 0; p < pixels; p++) {
      const r = Math.hypot((Math.floor(p / columns) - 115) / 90, ((p % columns) - 92) / 68);
      if (r < 0.8) {
        head += magnitude[p]!;
        heads++;
        expect(support.data[p]).toBeGreaterThan(0.9);
      } else if (r > 1.3) {
        outside += magnitude[p]!;
        outsides++;
      }
    }
    expect(head / heads).toBeGreaterThan(5 * (outside / outsides));
  });

  const psnr = (found: ArrayLike<number>, truth: ArrayLike<number>): number => {
    const list = Array.from(truth);
    const square = list.reduce((sum, value, i) => sum + (value - found[i]!) ** 2 / list.length, 0);
    return 10 * Math.log10((Math.max(...list) - Math.min(...list)) ** 2 / square);
  };

  const back = (operator: Radon, y: NdArray, window: "ramp" | "hann" = "ramp"): Promise<Float32Array> =>
    run((v) => operator.filteredBackProjection(v, { window }), y);

  test("the phantom from 180 views", async () => {
    const file = join(data, "ct", "phantom.png");
    const { data: grey } = await sharp(file).greyscale().resize(100, 100).raw().toBuffer({ resolveWithObject: true });
    const truth = Float32Array.from(grey, (value) => value / 255);
    const operator = radon({ input: [100, 100] });
    const y = await run(operator.apply, ndarray(truth, [1, 100, 100]));
    const found = await back(operator, ndarray(y, [1, ...operator.output]));
    expect(psnr(found, truth)).toBeGreaterThan(27);
  });

  test("the tooth from 181 views, and from 61 the same", async (context) => {
    const library = "h5wasm";
    const hdf5 = await import(library).catch(() => undefined);
    if (!hdf5) context.skip("h5wasm is not installed");
    const path = join(data, "ct", "tooth.h5");
    const { FS } = await hdf5.ready;
    FS.writeFile(basename(path), readFileSync(path));
    const opened = new hdf5.File(basename(path), "r");
    const [counts, white] = ["data", "data_white"].map((name) => opened.get(`exchange/${name}`).value as Float32Array);
    opened.close();
    const [views, width, bins] = [181, 640, 80];
    const y = new Float32Array(views * bins);
    for (let view = 0; view < views; view++)
      for (let d = 0; d < width; d++)
        y[view * bins + Math.floor(d / 8)]! -= Math.log(counts![2 * width * view + d]! / white![d]!) / 8;
    // The centre of rotation is at 296 of 640 detectors.
    const about = { input: [80, 80], detectors: bins, offset: (296 - 319.5) / 8 };
    const found = await back(radon({ ...about, views }), ndarray(y, [1, views, bins]), "hann");
    const third = y.filter((_, k) => Math.floor(k / bins) % 3 === 0);
    const range = (180 * 3 * 61) / 181;
    const fewer = await back(radon({ ...about, views: 61, range }), ndarray(third, [1, 61, bins]), "hann");
    expect(psnr(fewer, found)).toBeGreaterThan(27);
    // Nothing absorbs outside of the tooth, and the tooth does.
    const at = (i: number, j: number): number => found[i * 80 + j]!;
    const corner = Math.abs(at(3, 3) + at(3, 76) + at(76, 3) + at(76, 76)) / 4;
    expect((at(40, 40) + at(36, 44)) / 2).toBeGreaterThan(10 * corner);
  });
});
