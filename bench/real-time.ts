/**
 * The page of images in real time: frames per second, time from asking for the page to its first image, and sizes.
 *
 *     scorefield export runs/digits-distilled --steps 1 --count 16 --out digits.onnx
 *     npm run bench bench/real-time.ts -- digits.onnx --seconds 10
 *
 * It is built by Vite, served on this machine and opened in headless Chromium, without a graphics processor. Sizes of scripts are
 * those after compression by gzip in brackets.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { servePages } from "../packages/scorefield/src/packed/page.case.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "10" } },
});
const [model] = positionals;
if (model === undefined) throw new Error("expected the ONNX file of a flow map on images, found none");

const site = mkdtempSync(join(tmpdir(), "scorefield-real-time-"));
try {
  const root = fileURLToPath(new URL("../examples/browser", import.meta.url));
  await build({ root, build: { outDir: site, target: "es2022" }, logLevel: "error" });
  copyFileSync(model, join(site, "model.onnx"));
  const pages = await servePages(site);
  try {
    const page = await pages.open("real-time.html?model=model.onnx");
    await page.waitForFunction(() => document.body.dataset.figures !== undefined, undefined, { timeout: 120_000 });
    await sleep(1000 * Number(flags.seconds));
    const figures = await page.evaluate(() => document.body.dataset.figures!);
    console.log(figures);
  } finally {
    await pages.close();
  }
  for (const name of readdirSync(join(site, "assets"))) {
    if (!name.includes("real-time") && extname(name) !== ".wasm" && !name.includes("ort")) continue;
    const path = join(site, "assets", name);
    const packed = gzipSync(readFileSync(path)).length;
    console.log(`${name}: ${(statSync(path).size / 1e3).toFixed(0)} kB (${(packed / 1e3).toFixed(0)} kB)`);
  }
} finally {
  rmSync(site, { recursive: true });
}
