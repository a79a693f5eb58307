import { ndarray } from "@scorefield/tensor";
import sharp from "sharp";
import { expect, test } from "vitest";
import { pictureRows } from "./picture-row.ts";

const ramp = ndarray(
  Float64Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? -1 : 1)),
  [1, 4, 4],
);
const pixelAt = async (png: Uint8Array, x: number, y: number) => {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return Array.from(data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3));
};

test("pictures beside each other: black to white, sizes in colours, what was not seen in another", async () => {
  const seen = Uint8Array.from({ length: 16 }, (_, i) => (i < 8 ? 0 : 1));
  const png = await pictureRows([
    [
      { title: "a < b", values: ramp, range: [-1, 1] },
      { title: "deviation", about: "0 to 1", values: ramp, range: [0, 1], size: true },
      { title: "part", values: ramp, range: [-1, 1], seen },
    ],
  ]);
  const { width, height } = await sharp(png).metadata();
  expect([width, height]).toEqual([2 * (2 * 14 + 3 * 112 + 2 * 14), 2 * (2 * 14 + 40 + 112)]);
  const middle = 2 * (14 + 40 + 90);
  expect(await pixelAt(png, 2 * (14 + 20), middle)).toEqual([0, 0, 0]);
  expect(await pixelAt(png, 2 * (14 + 90), middle)).toEqual([255, 255, 255]);
  // -1 and 1 are of one size.
  expect(await pixelAt(png, 2 * (14 + 126 + 20), middle)).toEqual(await pixelAt(png, 2 * (14 + 126 + 90), middle));
  expect(await pixelAt(png, 2 * (14 + 252 + 20), 2 * (14 + 40 + 20))).toEqual([176, 190, 208]);
});

test("what is no picture is refused", async () => {
  await expect(pictureRows([])).rejects.toThrow(/found none/);
  await expect(pictureRows([[{ title: "a", values: ndarray(new Float64Array(4)), range: [0, 1] }]])).rejects.toThrow(
    /a: expected a picture/,
  );
  const odd = ndarray(Float64Array.of(Number.NaN), [1, 1, 1]);
  await expect(pictureRows([[{ title: "a", values: odd, range: [0, 1] }]])).rejects.toThrow(/expected finite numbers/);
});
