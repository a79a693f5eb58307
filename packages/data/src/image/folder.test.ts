import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "../errors.ts";
import { imageFolder } from "./folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scorefield-images-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A picture of one colour, or with another one in its right half. */
const picture = (width: number, height: number, left: string, right = left) =>
  sharp({ create: { width, height, channels: 3, background: left } }).composite([
    {
      input: { create: { width: Math.ceil(width / 2), height, channels: 3, background: right } },
      left: Math.floor(width / 2),
      top: 0,
    },
  ]);

const write = async (name: string, image: Sharp): Promise<void> => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  await image.toFile(join(folder, name));
};

/** The 8-bit levels of an image's pixel, all channels. */
const pixel = async (images: Awaited<ReturnType<typeof imageFolder>>, row: number, y: number, x: number) => {
  const [c, h, w] = images.shape;
  const { data } = await images.read([row]);
  return Array.from({ length: c }, (_, k) => Math.round((data[(k * h + y) * w + x]! + 1) * 127.5));
};

describe("imageFolder", () => {
  test("PNG, JPEG and WebP by name, in sub-folders too, at one size and scaled to [-1, 1]", async () => {
    await write("b.png", picture(8, 8, "#ff0000"));
    await write("a.jpeg", picture(8, 8, "#0000ff"));
    await write("sub/c.WEBP", picture(8, 8, "#ffffff").webp({ lossless: true }));
    writeFileSync(join(folder, "notes.txt"), "no image");
    writeFileSync(join(folder, "._b.png"), "what another system leaves behind");
    const images = await imageFolder(folder);
    expect(images.files).toEqual(["a.jpeg", "b.png", "sub/c.WEBP"]);
    expect(images).toMatchObject({ count: 3, shape: [3, 8, 8] });
    const { data, shape } = await images.read([1, 2]);
    expect(shape).toEqual([2, 3, 8, 8]);
    expect([...data.slice(0, 64)]).toEqual(new Array(64).fill(1));
    expect([...data.slice(64, 192)]).toEqual(new Array(128).fill(-1));
    expect([...data.slice(192)]).toEqual(new Array(192).fill(1));
    const blue = await pixel(images, 0, 4, 4);
    for (const [k, level] of [0, 0, 255].entries()) expect(Math.abs(blue[k]! - level)).toBeLessThan(4);
  });

  test("the middle of other proportions, or all of it when stretched", async () => {
    // A third of the width on the left is black.
    const wide = sharp({ create: { width: 90, height: 30, channels: 3, background: "#ffffff" } }).composite([
      { input: { create: { width: 30, height: 30, channels: 3, background: "#000000" } }, left: 0, top: 0 },
    ]);
    await write("wide.png", wide);
    const cropped = await imageFolder(folder, { size: 9 });
    expect(await pixel(cropped, 0, 4, 1)).toEqual([255, 255, 255]);
    const stretched = await imageFolder(folder, { size: 9, fit: "stretch" });
    // Lanczos filtering rings a little.
    for (const level of await pixel(stretched, 0, 4, 0)) expect(level).toBeLessThan(4);
    expect(await pixel(stretched, 0, 4, 8)).toEqual([255, 255, 255]);
  });

  test("turned as the camera was held, transparent parts on white, 16 bits as 8", async () => {
    // Orientation 6: shown after a quarter turn clockwise, so that the left is on top.
    await write("a.png", picture(16, 16, "#ff0000", "#0000ff").withMetadata({ orientation: 6 }));
    await write(
      "b.png",
      sharp({ create: { width: 16, height: 16, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }),
    );
    await write("c.png", picture(16, 16, "#80ff00").toColourspace("rgb16"));
    const images = await imageFolder(folder);
    expect(await pixel(images, 0, 2, 8)).toEqual([255, 0, 0]);
    expect(await pixel(images, 0, 13, 8)).toEqual([0, 0, 255]);
    expect(await pixel(images, 1, 8, 8)).toEqual([255, 255, 255]);
    expect(await pixel(images, 2, 8, 8)).toEqual([128, 255, 0]);
  });

  test("grey files are grey images unless asked otherwise, and colours turn grey when asked to", async () => {
    await write("a.png", picture(8, 8, "#646464").toColourspace("b-w"));
    const grey = await imageFolder(folder);
    expect(grey.shape).toEqual([1, 8, 8]);
    expect(await pixel(grey, 0, 3, 3)).toEqual([100]);
    expect(await pixel(await imageFolder(folder, { greyscale: false }), 0, 3, 3)).toEqual([100, 100, 100]);
    await write("b.png", picture(8, 8, "#00ff00"));
    expect((await imageFolder(folder)).shape).toEqual([3, 8, 8]);
    const [green] = await pixel(await imageFolder(folder, { greyscale: true }), 1, 3, 3);
    expect(green).toBeGreaterThan(100);
    expect(green).toBeLessThan(255);
  });

  test("photographs of many sizes become 32 px, small alike squares keep theirs", async () => {
    await write("a.png", picture(40, 40, "#123456"));
    expect((await imageFolder(folder)).shape).toEqual([3, 40, 40]);
    await write("b.png", picture(50, 40, "#123456"));
    expect((await imageFolder(folder)).shape).toEqual([3, 32, 32]);
  });

  test("sub-folders as classes", async () => {
    for (const [i, name] of ["dog/1.png", "cat/1.png", "cat/old/2.png"].entries())
      await write(name, picture(4, 4, ["#ffffff", "#000000", "#000000"][i]!));
    const images = await imageFolder(folder, { labels: true });
    expect(images.classes).toEqual(["cat", "dog"]);
    expect([...images.labels!]).toEqual([0, 0, 1]);
    expect(await pixel(images, 2, 1, 1)).toEqual([255, 255, 255]);
    await write("loose.png", picture(4, 4, "#ffffff"));
    await expect(imageFolder(folder, { labels: true })).rejects.toThrow(/every image in a sub-folder.*loose.png/);
  });

  test("files are decoded when they are asked for, and once where memory reaches", async () => {
    for (const name of ["a", "b", "c", "d"]) await write(`${name}.png`, picture(4, 4, "#ffffff"));
    const images = await imageFolder(folder, { size: 4, greyscale: true });
    const small = await imageFolder(folder, { size: 4, greyscale: true, memory: 32 });
    await images.read([0, 1]);
    for (const row of [0, 1, 2, 3]) await small.read([row]);
    expect([images.decodes, small.decodes]).toEqual([true, true]);
    // Without its file an image can only come from memory.
    for (const name of ["a", "b"]) rmSync(join(folder, `${name}.png`));
    expect((await images.read([1, 0, 0, 2, 3])).shape).toEqual([5, 1, 4, 4]);
    expect(images.decodes).toBe(false);
    rmSync(join(folder, "d.png"));
    expect((await images.read([3])).data[0]).toBe(1);
    expect((await small.read([0, 1])).data[0]).toBe(1);
    await expect(small.read([3])).rejects.toThrow(/d.png: .*no such file/);
  });

  test("what is damaged or no image is named, with what to do; skipped, the next of its class stands in", async () => {
    for (const [name, colour] of [
      ["x/1.png", "#000000"],
      ["x/3.png", "#ffffff"],
      ["y/1.png", "#ff0000"],
    ] as const)
      await write(name, picture(8, 8, colour));
    await write("x/2.jpg", picture(64, 64, "#00ff00", "#ff00ff"));
    const bytes = readFileSync(join(folder, "x/2.jpg"));
    writeFileSync(join(folder, "x/2.jpg"), bytes.subarray(0, bytes.length - 40));
    const images = await imageFolder(folder, { labels: true, size: 8 });
    await images.read([0, 2, 3]);
    await expect(images.read([1])).rejects.toThrow(DataError);
    await expect(images.read([1])).rejects.toThrow(/x\/2.jpg: expected a PNG, JPEG or WebP image, .*"skip"/);

    const skipping = await imageFolder(folder, { labels: true, size: 8, damaged: "skip" });
    expect(await pixel(skipping, 1, 2, 2)).toEqual([255, 255, 255]);
    expect([...skipping.damaged]).toEqual(["x/2.jpg"]);
    await skipping.read([0, 2, 3]);
    expect(skipping.decodes).toBe(false);

    writeFileSync(join(folder, "y/1.png"), "text");
    await expect(imageFolder(folder)).rejects.toThrow(/y\/1.png: expected a PNG, JPEG or WebP image/);
    const rest = await imageFolder(folder, { labels: true, size: 8, damaged: "skip" });
    await expect(rest.read([3])).rejects.toThrow(/at least one image that can be decoded, found none of class y/);
  });

  test.skipIf(process.platform === "win32")(
    "links that lead nowhere, in a circle, to a folder, a pipe or a device are damaged images",
    async () => {
      await write("a.png", picture(8, 8, "#ffffff"));
      symlinkSync("gone", join(folder, "b.png"));
      symlinkSync("c.png", join(folder, "c.png"));
      symlinkSync(folder, join(folder, "d.png"));
      execFileSync("sh", ["-c", `mkfifo "${join(folder, "pipe")}"`]);
      symlinkSync("pipe", join(folder, "e.png"));
      symlinkSync("/dev/zero", join(folder, "f.png"));
      symlinkSync("a.png", join(folder, "g.png"));
      const images = await imageFolder(folder, { size: 8, damaged: "skip" });
      const { data } = await images.read([0, 1, 2, 3, 4, 5, 6]);
      expect(data.every((value) => value === 1)).toBe(true);
      expect([...images.damaged].sort()).toEqual(["b.png", "c.png", "d.png", "e.png", "f.png"]);
      expect((await imageFolder(folder, { damaged: "skip" })).shape).toEqual([3, 8, 8]);
      await expect(imageFolder(folder)).rejects.toThrow(/b\.png: expected an image, found no such file/);
      rmSync(join(folder, "b.png"));
      await expect(imageFolder(folder)).rejects.toThrow(
        /c\.png: expected an image, found a symbolic link that leads back/,
      );
    },
  );

  test("only PNG, JPEG and WebP are decoded, for any file name", async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
    writeFileSync(join(folder, "a.png"), svg);
    await picture(8, 8, "#ffffff").gif().toFile(join(folder, "b.png"));
    await picture(8, 8, "#ffffff").tiff().toFile(join(folder, "c.jpg"));
    for (const name of ["a.png", "b.png", "c.jpg"]) {
      const images = imageFolder(folder, { size: 8, greyscale: false });
      await expect((await images).read([0])).rejects.toThrow(
        /expected a PNG, JPEG or WebP image, found another format/,
      );
      await expect(imageFolder(folder)).rejects.toThrow(/found another format, by its first bytes/);
      rmSync(join(folder, name));
    }
    // A JPEG that is named PNG, as some programs do, is one of the three.
    await picture(8, 8, "#ffffff").jpeg().toFile(join(folder, "d.png"));
    expect(await pixel(await imageFolder(folder), 0, 1, 1)).toEqual([255, 255, 255]);
  });

  test("an image of more pixels than its bytes are good for is refused before it is decoded", async () => {
    await write("a.png", picture(8, 8, "#ffffff"));
    const bytes = readFileSync(join(folder, "a.png"));
    bytes.writeUInt32BE(5000, 16);
    bytes.writeUInt32BE(5000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    writeFileSync(join(folder, "a.png"), bytes);
    await expect(imageFolder(folder)).rejects.toThrow(/cannot be decoded \(.*pixel limit/);
  });

  test("a folder without images, or none at all", async () => {
    await expect(imageFolder(folder)).rejects.toThrow(/a folder with PNG, JPEG or WebP images, found no files/);
    writeFileSync(join(folder, "a.bmp"), "BM");
    await expect(imageFolder(folder)).rejects.toThrow(/found 1 other files \(.bmp\). Convert/);
    await expect(imageFolder(join(folder, "gone"))).rejects.toThrow(/gone: expected a folder of images, found no such/);
    await expect(imageFolder(join(folder, "a.bmp"))).rejects.toThrow(DataError);
  });

  test("the fingerprint tells other names and sizes, wherever the folder lies", async () => {
    await write("a.png", picture(8, 8, "#ff0000"));
    const { sha256 } = await imageFolder(folder);
    const copy = mkdtempSync(join(tmpdir(), "scorefield-images-"));
    try {
      cpSync(folder, copy, { recursive: true });
      expect((await imageFolder(copy)).sha256).toBe(sha256);
    } finally {
      rmSync(copy, { recursive: true });
    }
    await write("b.png", picture(8, 8, "#ff0000"));
    expect((await imageFolder(folder)).sha256).not.toBe(sha256);
  });
});
