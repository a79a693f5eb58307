/** The page draws what the model draws of the same noise, and walks with the pointer. The model is trained and distilled here. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright";
import { defaultRuntime, edm, mlp, ndarray, train, unet } from "scorefield";
import { consistency, flowMapToOnnx, principalCodec, trainedFlowMap, trainFlowMap } from "scorefield/core";
import { glyphs } from "scorefield/domain";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Pages, servePages } from "../../packages/scorefield/src/packed/page.case.ts";
import { chromium } from "../../tools/chromium.ts";
import { between, normals } from "./latent-space.ts";

test("what is between four noises is standard normal too, and at the corners they are themselves", () => {
  const corners = [0, 1, 2, 3].map((seed) => normals(20_000, seed));
  for (const [k, [u, v]] of (
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const
  ).entries())
    expect(between(corners, u, v)).toEqual(corners[k]);
  const noise = between(corners, 0.3, 0.6);
  const mean = noise.reduce((sum, z) => sum + z, 0) / noise.length;
  const variance = noise.reduce((sum, z) => sum + z * z, 0) / noise.length;
  // Four standard errors of 20,000 draws.
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20_000));
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
});

describe.skipIf(chromium === undefined)("the page of images in real time", () => {
  const [count, side] = [9, 8];
  const size = count * side * side;
  let site: string;
  let pages: Pages;
  let model: Uint8Array;
  let latentModel: Uint8Array;

  beforeAll(async () => {
    const { images } = glyphs({ size: side })(500, 0);
    const network = { width: 8, multipliers: [1, 2], blocks: 1, attention: 0 };
    const settings = { data: images, process: edm(), batch: 32, seed: 0 };
    const start = await train({ ...settings, network: unet(network), steps: 60, learningRate: 4e-3 }).result;
    const map = await trainFlowMap({
      ...settings,
      // As the trained network sees levels of noise.
      network: unet({ ...network, target: true, noiseEmbedding: "log" }),
      start,
      objective: consistency({ stage: 5 }),
      steps: 30,
    }).result;
    model = flowMapToOnnx(map, { count, steps: 1 });
    // Latents of five numbers in four steps, with their decoder. Normal latents take no training.
    const codec = principalCodec(images, { rank: 5 });
    const small = mlp({ width: 8, depth: 1, target: true });
    const parts = { process: edm(), network: small, target: "any" as const };
    const latents = trainedFlowMap(parts, small.initialise(codec.latent, 0), codec.latent);
    latentModel = flowMapToOnnx(latents, { count, steps: 4, decode: (z) => codec.decode(z).clip(-1, 1) });
    site = mkdtempSync(join(tmpdir(), "scorefield-real-time-"));
    const root = fileURLToPath(new URL(".", import.meta.url));
    await build({ root, build: { outDir: site, target: "es2022" }, logLevel: "error" });
    writeFileSync(join(site, "model.onnx"), model);
    writeFileSync(join(site, "latents.onnx"), latentModel);
    pages = await servePages(site);
  }, 300_000);
  afterAll(async () => {
    await pages?.close();
    if (site) rmSync(site, { recursive: true });
    await defaultRuntime().dispose();
  });

  /** The levels of the grid that is shown, once the frame after the next has been drawn. */
  const shown = async (page: Page): Promise<number[]> => {
    await page.waitForTimeout(2500);
    return page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => [
      ...canvas
        .getContext("2d")!
        .getImageData(0, 0, canvas.width, canvas.height)
        .data.filter((_, i) => i % 4 === 0),
    ]);
  };

  test("draws grid after grid, of the noise where the pointer is", async () => {
    const page = await pages.open("real-time.html?model=model.onnx");
    await page.waitForFunction(() => document.body.dataset.figures !== undefined, undefined, { timeout: 60_000 });
    const figures = JSON.parse((await page.evaluate(() => document.body.dataset.figures))!);
    expect(figures).toMatchObject({ provider: "wasm", modelBytes: model.length });
    expect(figures.framesPerSecond).toBeGreaterThan(0.5);
    expect(await page.textContent("#status")).toMatch(/frames\/s of 9 images of 8 x 8 \(wasm/);

    const canvas = page.locator("canvas");
    await canvas.hover({ position: { x: 0, y: 0 } });
    const first = await shown(page);
    const session = await defaultRuntime().load(model);
    const corners = [0, 1, 2, 3].map((seed) => normals(size, seed));
    const [expected] = await session.run([ndarray(corners[0]!, [count, 1, side, side])]);
    await session.dispose();
    const grid = Array.from({ length: size }, (_, at) => {
      const [x, y] = [at % (3 * side), Math.floor(at / (3 * side))];
      const i = 3 * Math.floor(y / side) + Math.floor(x / side);
      const value = Number(expected!.data[(i * side + (y % side)) * side + (x % side)]);
      return Math.min(255, Math.max(0, 127.5 * (value + 1)));
    });
    // The pointer is in the corner up to a pixel or two of the screen.
    const furthest = first.reduce((most, level, i) => Math.max(most, Math.abs(level - grid[i]!)), 0);
    expect(furthest).toBeLessThan(12);
    expect(new Set(first).size).toBeGreaterThan(20);

    const { width, height } = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: width - 1, y: height - 1 } });
    const other = await shown(page);
    expect(other.some((level, i) => Math.abs(level - first[i]!) > 50)).toBe(true);
  });

  test("draws what the decoder of a model of latents gives", async () => {
    const page = await pages.open("real-time.html?model=latents.onnx");
    await page.waitForFunction(() => document.body.dataset.figures !== undefined, undefined, { timeout: 60_000 });
    expect(await page.textContent("#status")).toMatch(/frames\/s of 9 images of 8 x 8 \(wasm/);
    await page.locator("canvas").hover({ position: { x: 0, y: 0 } });
    const levels = await shown(page);
    expect(levels).toHaveLength(size);
    expect(new Set(levels).size).toBeGreaterThan(20);
  });

  test("says what is wrong with a model that is not there", async () => {
    const page = await pages.open("real-time.html?model=none.onnx");
    await page.waitForFunction(() => document.querySelector("#status")!.textContent!.startsWith("Error"));
    expect(await page.textContent("#status")).toBe("Error: none.onnx: 404 Not Found");
  });
});
