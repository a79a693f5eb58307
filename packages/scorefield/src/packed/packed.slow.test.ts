/**
 * The packages as a stranger gets them: packed, installed with npm outside of the repository, type-checked, run, and bundled
 * for Node by esbuild and for pages by Vite and esbuild. It needs the npm registry, and a Chromium for the pages.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromium } from "../../../../tools/chromium.ts";
import { type Pages, servePages } from "./page.case.ts";
import { install, measurements, registryAnswers, root, run, snippetOf, stranger } from "./stranger.case.ts";

const reachable = process.env.CI === "true" || registryAnswers();
if (!reachable) console.warn("The npm registry does not answer: tests of the packed packages are skipped.");

/** Trains, keeps a run, loads it and samples, with the names that a program in Node has. */
const program = `
import { edm, heun, loadRun, mlp, sample, saveRun, train } from "scorefield";
import { moons } from "scorefield/domain";
const training = train({ data: moons()(500, 0), process: edm(), network: mlp({ width: 16, depth: 2 }), steps: 30, batch: 32 });
await saveRun(process.argv[2]!, await training.result, { step: 30 });
const { model, record } = await loadRun(process.argv[2]!);
const x = await sample(model, { count: 4, sampler: heun({ steps: 4 }), seed: 1 });
console.log(JSON.stringify({ shape: x.shape, finite: x.data.every(Number.isFinite), version: record.versions.scorefield }));
`;

/** The same in a page, by a bundler's own choice of the entry for browsers. */
const page = `
import { edm, heun, mlp, sample, train } from "scorefield";
import { moons } from "scorefield/domain";
const work = async () => {
  const training = train({ data: moons()(500, 0), process: edm(), network: mlp({ width: 16, depth: 2 }), steps: 30, batch: 32 });
  const x = await sample(await training.result, { count: 4, sampler: heun({ steps: 4 }), seed: 1 });
  return JSON.stringify({ shape: x.shape, finite: x.data.every(Number.isFinite) });
};
document.title = await work().catch(String);
`;

describe.skipIf(!reachable)("packed and installed by npm", () => {
  let folder = "";
  let printed = "";
  const path = (...parts: string[]): string => join(folder, ...parts);
  const write = (name: string, text: string): void => writeFileSync(path(name), text);

  beforeAll(() => {
    ({ folder, printed } = stranger());
    write("measurements.csv", measurements());
  }, 300_000);
  afterAll(() => {
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }, 120_000);

  test("no host but the registry is needed, nothing is warned of, and onnxruntime-web is left out", () => {
    expect(printed).not.toMatch(/unknown .*config|ERESOLVE|EBADENGINE|api\.nuget/i);
    expect(existsSync(path("node_modules/onnxruntime-web"))).toBe(false);
    const cuda = path("node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so");
    if (existsSync(cuda)) expect(readFileSync(cuda, "utf8")).toMatch(/^This text stands in/);
  });

  test("the snippets of the READMEs and an example with parts of one's own are type-checked and run", () => {
    const readmes = ["README.md", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`)];
    const snippets = readmes.map((readme, i) => {
      // As they stand, save that they train for a shorter time.
      write(`snippet-${i}.ts`, snippetOf(readme).replace("steps: 5_000", "steps: 50"));
      return `snippet-${i}`;
    });
    cpSync(join(root, "examples/own-parts.ts"), path("own-parts.ts"));
    write("program.ts", program);
    const options = {
      compilerOptions: {
        target: "es2022",
        module: "nodenext",
        strict: true,
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
        outDir: "checked",
      },
      files: [...snippets, "own-parts", "program"].map((name) => `${name}.ts`),
    };
    write("tsconfig.json", JSON.stringify(options));
    run(folder, process.execPath, join(root, "node_modules/typescript/bin/tsc"));
    const said = snippets.map((name) => run(folder, process.execPath, `checked/${name}.js`));
    const trained = /^50 \d\.\d+\n.*shape: \[ 1000, 3 \]/s;
    const expected: Readonly<Record<string, RegExp>> = {
      "README.md": trained,
      "packages/assess/README.md": /^precision [\d.]+ [\d.]+ good is large\n.*two-sample test .*\n\{ mean: /s,
      "packages/core/README.md": /^\[ 1000, 1 \] -0\.46/,
      "packages/data/README.md": /^\[ 'x', 'weight', 'skewed' \] \[ 360, 3 \] \[ 40, 3 \]\n$/,
      "packages/discover/README.md": /^a -> c\nb -> c\n-?\d+\.\d+ \[ -?\d+\.\d+, -?\d+\.\d+ \]\n$/,
      "packages/domain/README.md": /^\[ 1000, 2 \] \[ 10, 1, 16, 16 \]/,
      "packages/inverse/README.md": /^(1|0\.9{6}\d*|1\.0{6}\d*) 1[12]\d\d\.\d/,
      // Nothing where a server runs.
      "packages/queue/README.md": /^(JobError: the queue redis:\/\/localhost:6379: no Redis server listens there|$)/,
      "packages/scorefield/README.md": trained,
      "packages/tensor/README.md": /Float32Array\(3\) \[\s*0,\s*0\.158/,
      "packages/verify/README.md": /^\d+\n(.* true .*\n)+$/,
    };
    expect(readmes).toEqual(Object.keys(expected));
    for (const [i, readme] of readmes.entries()) expect(said[i], readme).toMatch(expected[readme]!);
    expect(run(folder, process.execPath, "checked/own-parts.js")).toMatch(/check passed\n$/);
  });

  test("web() in Node says what to use there", () => {
    const code =
      'import { web } from "@scorefield/tensor/web"; web().load(new Uint8Array()).catch((e) => console.log(String(e)));';
    expect(run(folder, process.execPath, "--input-type=module", "-e", code)).toMatch(
      /^RuntimeError: web \(wasm\): could not load the model: expected a browser, found none; in Node use native\(\)/,
    );
  });

  describe("bundled for Node by esbuild", () => {
    const said = '{"shape":[4,2],"finite":true,"version":"0.1.0"}\n';
    const bundle = (outdir: string, entryPoints: Record<string, string>) =>
      esbuild({
        absWorkingDir: folder,
        entryPoints,
        outdir,
        bundle: true,
        format: "esm",
        platform: "node",
        external: ["onnxruntime-node", "sharp"],
        logLevel: "silent",
      });

    test("trains, keeps a run and samples, with the worker of the installed package", async () => {
      write("program.ts", program);
      const { warnings } = await bundle("bundled", { program: "program.ts" });
      expect(warnings).toEqual([]);
      expect(run(folder, process.execPath, "bundled/program.js", "bundled/run")).toBe(said);
    });

    test("and where nothing but onnxruntime-node is installed, with the worker as a separate entry point", async () => {
      const lone = mkdtempSync(join(tmpdir(), "scorefield-bundle-"));
      mkdirSync(join(lone, "node_modules"));
      writeFileSync(join(lone, "package.json"), '{ "type": "module" }');
      symlinkSync(path("node_modules/onnxruntime-node"), join(lone, "node_modules/onnxruntime-node"));
      await bundle(lone, { program: "program.ts" });
      expect(() => run(lone, process.execPath, "program.js", "run")).toThrow(
        /RuntimeError: native \(cpu\): expected the file of its worker thread/,
      );
      await bundle(lone, { program: "program.ts", "native-worker": "@scorefield/tensor/native-worker" });
      expect(run(lone, process.execPath, "program.js", "run-2")).toBe(said);
      rmSync(lone, { recursive: true });
    });
  });

  describe.skipIf(chromium === undefined)("bundled for a page", () => {
    let pages: Pages;
    const byVite = (name: string, out = name) =>
      vite({
        root: path(name),
        base: "./",
        build: { outDir: path("site", out), target: "es2022" },
        logLevel: "error",
      });

    beforeAll(async () => {
      mkdirSync(path("training"));
      write("training/index.html", '<!doctype html><script type="module" src="./page.ts"></script>');
      write("training/page.ts", page);
      await byVite("training", "without");

      install(folder, "onnxruntime-web@1.30.0");
      await byVite("training");
      await esbuild({
        absWorkingDir: folder,
        entryPoints: { page: "training/page.ts", "web-worker": "@scorefield/tensor/web-worker" },
        outdir: "site/esbuild",
        bundle: true,
        format: "esm",
        logLevel: "error",
      });
      write("site/esbuild/index.html", '<!doctype html><script type="module" src="./page.js"></script>');
      cpSync(
        path("node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"),
        path("site/esbuild/ort-wasm-simd-threaded.wasm"),
      );

      const scorefield = (...args: string[]): string => run(folder, path("node_modules/.bin/scorefield"), ...args);
      scorefield("train", "measurements.csv", "--steps", "40", "--out", "site/runs/rows");
      const small = ["data.size=8", "data.count=64", "network.width=8", "network.multipliers=[1]", "network.blocks=1"];
      scorefield(
        ...["train", "glyphs", "--steps", "4", "--batch", "8", "--out", "site/runs/images"],
        ...small.flatMap((setting) => ["--set", setting]),
      );
      // A page draws from the score model alone.
      for (const [name, count] of [
        ["rows", 20],
        ["images", 3],
      ] as const)
        scorefield("sample", `site/runs/${name}`, "--count", `${count}`, "--no-refine", "--out", `${name}.npy`);
      cpSync(join(root, "examples/browser"), path("example"), { recursive: true });
      await byVite("example");
      pages = await servePages(path("site"));
    }, 300_000);
    afterAll(() => pages?.close());

    const titleOf = async (name: string): Promise<string> => {
      const opened = await pages.open(`${name}/index.html`);
      await opened.waitForFunction(() => document.title !== "", undefined, { timeout: 60_000 });
      return opened.title();
    };

    test("trains and samples in Chromium, bundled by Vite and by esbuild", async () => {
      for (const name of ["training", "esbuild"])
        expect(JSON.parse(await titleOf(name))).toEqual({ shape: [4, 2], finite: true });
    });

    test("without onnxruntime-web the page says what to install", async () => {
      expect(await titleOf("without")).toMatch(
        /^RuntimeError: web \(wasm\): could not load the model: .*npm install onnxruntime-web@1/,
      );
    });

    test("the example page opens a run by its address and by files, and shows its samples", async () => {
      const { readArray } = await import("@scorefield/data");
      const opened = await pages.open("example/index.html");
      const status = async (wanted: RegExp): Promise<void> => {
        await opened.waitForFunction(
          () => !/\.\.\.$/.test(document.querySelector("#status")!.textContent!),
          undefined,
          { timeout: 60_000 },
        );
        expect(await opened.textContent("#status")).toMatch(wanted);
      };
      await opened.fill("[name=url]", "../runs/none");
      await opened.click("#open button");
      await status(/^RunError: http:.* expected the folder of a run, found no run\.json there \(404 Not Found\)$/);

      await opened.fill("[name=url]", "../runs/rows");
      await opened.click("#open button");
      await status(/runs\/rows\/: a model of rows of shape \[3\], after 40 steps$/);
      await opened.click("#draw button");
      await status(/^20 samples in/);
      expect(await opened.locator("th").allTextContents()).toEqual(["x", "weight", "skewed"]);
      const cells = (await opened.locator("td").allTextContents()).map(Number);
      // The command's samples of the same seed; the two engines differ by rounding.
      const rows = await readArray(path("rows.npy"));
      const scales = [1, 50, 1];
      expect(cells.length).toBe(60);
      for (const [i, cell] of cells.entries())
        expect(Math.abs(cell - Number(rows.data[i])) / scales[i % 3]!).toBeLessThan(0.01);

      await opened.setInputFiles("[name=files]", path("site/runs/images"));
      await status(/^images: a model of images of shape \[\d, 8, 8\], after 4 steps$/);
      await opened.fill("[name=count]", "3");
      await opened.click("#draw button");
      await status(/^3 samples in/);
      const images = await readArray(path("images.npy"));
      const drawn = await opened.locator("canvas").evaluateAll((canvases) =>
        canvases.flatMap((canvas) => [
          ...(canvas as HTMLCanvasElement)
            .getContext("2d")!
            .getImageData(0, 0, 8, 8)
            .data.filter((_, k) => k % 4 < 3),
        ]),
      );
      const channels = images.shape.length === 4 ? 3 : 1;
      expect(drawn.length).toBe(3 * 64 * 3);
      const furthest = drawn.reduce(
        (most, value, k) =>
          Math.max(most, Math.abs(value - Number(images.data[channels === 3 ? k : Math.floor(k / 3)]))),
        0,
      );
      expect(furthest).toBeLessThanOrEqual(2);
      expect(new Set(drawn).size).toBeGreaterThan(20);
    });
  });
});
