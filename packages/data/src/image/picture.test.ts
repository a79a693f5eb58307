import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isPictureName, readPicture } from "./picture.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-picture-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("pixels at their own size, channels first, from -1 to 1", async () => {
  const path = join(folder, "small.png");
  const raw = { width: 3, height: 2, channels: 3 } as const;
  await sharp(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 51, 51, 51), { raw })
    .png()
    .toFile(path);
  const colour = await readPicture(path, 3);
  expect(colour.shape).toEqual([3, 2, 3]);
  expect(Array.from(colour.data.slice(0, 6), (value) => Math.round(1000 * value))).toEqual([
    1000, -1000, -1000, -1000, 1000, -600,
  ]);
  const grey = await readPicture(path, 1);
  expect(grey.shape).toEqual([1, 2, 3]);
  expect([grey.data[3], grey.data[4]]).toEqual([-1, 1]);
});

test("what is no picture is refused", async () => {
  const path = join(folder, "odd.png");
  await writeFile(path, "<svg/>");
  await expect(readPicture(path, 1)).rejects.toThrow(
    /odd.png: expected a PNG, JPEG or WebP image, found another format/,
  );
  await expect(readPicture(join(folder, "none.png"), 1)).rejects.toThrow(/none.png/);
  await expect(readPicture(path, 2 as never)).rejects.toThrow(/1 or 3 channels/);
  expect(["a.png", "b.JPG", "c.webp", "d.npy"].map(isPictureName)).toEqual([true, true, true, false]);
});
