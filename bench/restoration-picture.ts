/** A picture of what `inverse-digits.ts` restored: two images of each task. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { isLinear, type LinearOperator } from "@scorefield/inverse";
import { type NdArray, ndarray, type Runtime, type Shape, sizeOf } from "@scorefield/tensor";
import sharp from "sharp";
import { type Row, unpacked } from "./restoration-rows.ts";
import { type Task, taskNames, taskOf } from "./restoration-tasks.ts";
import { runOnce } from "./run-once.ts";

/** What is drawn. */
interface Drawn {
  readonly rows: readonly Row[];
  /** [2, ...shape] */
  readonly truths: NdArray<"float32">;
  readonly measured: (task: Task, truths: NdArray<"float32">, seed: number) => Promise<NdArray>;
  readonly shape: Shape;
  readonly runtime: Runtime;
}

const [zoom, gap] = [2, 2];

/** Posterior methods, the first of which that is there is shown. */
const preferred = ["mmps", "mmps, 18 steps, 3 iterations", "pigdm", "daps", "daps, Langevin"];

/**
 * A row for each image: truth, what is measured (its pseudo-inverse), total variation, the mean of the draws, three draws, and their
 * deviation from 0 (black) to 1 (white).
 */
export const writePicture = async (path: string, { rows, truths, measured, shape, runtime }: Drawn): Promise<void> => {
  const [channels, height, width] = shape as [number, number, number];
  const size = sizeOf(shape);
  const lines: (Float32Array | undefined)[][] = [];
  for (const name of taskNames) {
    const own = rows.filter(({ task }) => task === name);
    const found = preferred.map((method) => own.find((row) => row.method === method)).find((row) => row?.shown);
    if (!found) continue;
    const smooth = own.find(({ method }) => method === "total-variation");
    const task = taskOf(name, shape);
    const ys = await measured(task, truths, 1);
    const seen = isLinear(task.operator) ? await pseudoInverse(task.operator, ys, runtime) : undefined;
    const shown = unpacked(found.shown!);
    for (const i of [0, 1]) {
      const image = (data: ArrayLike<number>, at: number) =>
        Float32Array.from({ length: size }, (_, j) => Number(data[at * size + j]));
      lines.push([
        image(truths.data, i),
        seen && image(seen.data as Float32Array, i),
        smooth && image(unpacked(smooth.means), i),
        image(unpacked(found.means), i),
        ...[0, 1, 2].map((k) => image(shown, 4 * i + k)),
        image(shown, 4 * i + 3).map((deviation) => 2 * deviation - 1),
      ]);
    }
  }
  if (lines.length === 0)
    throw new Error(
      `--picture: expected rows of ${preferred.join("; ")}; found none in the file; run one of these methods`,
    );
  const columns = 8;
  const [w, h] = [columns * (zoom * width + gap) - gap, lines.length * (zoom * height + gap) - gap];
  const pixels = new Uint8Array(w * h * 3).fill(255);
  for (const [r, line] of lines.entries())
    for (const [c, image] of line.entries())
      for (let y = 0; image && y < zoom * height; y++)
        for (let x = 0; x < zoom * width; x++)
          for (let k = 0; k < 3; k++) {
            const from =
              Math.min(k, channels - 1) * height * width + Math.floor(y / zoom) * width + Math.floor(x / zoom);
            const at = (r * (zoom * height + gap) + y) * w + c * (zoom * width + gap) + x;
            pixels[3 * at + k] = Math.max(0, Math.min(255, Math.round((image[from]! + 1) * 127.5)));
          }
  mkdirSync(dirname(path), { recursive: true });
  await sharp(pixels, { raw: { width: w, height: h, channels: 3 } })
    .png({ compressionLevel: 9, palette: channels === 1 })
    .toFile(path);
};

const pseudoInverse = ({ pseudoInverse: f }: LinearOperator, ys: NdArray, runtime: Runtime): Promise<NdArray> =>
  runOnce(f, ndarray(Float32Array.from(ys.data as Float32Array), [...ys.shape]), runtime);
