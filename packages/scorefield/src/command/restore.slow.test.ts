/** `restore` and `calibrate` as people start them, on tiny runs of images with classes, rows in their own units, and points. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { normal } from "@scorefield/core";
import { readNpy, readNpz, writeNpy } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scorefield-restore-"));
const at = (...names: string[]) => join(folder, ...names);

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended, said: () => stderr };
};
const run = async (...args: string[]) => {
  const found = await start(...args).ended;
  expect(found.code, found.stderr).toBe(0);
  return found;
};
const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);
/** The one line of an error, before any work: nothing of progress stands above it. */
const refusal = async (...args: string[]): Promise<string> => {
  const { code, stderr, stdout } = await start(...args).ended;
  expect(code, stdout).toBe(1);
  expect(stderr).not.toMatch(/restoring/);
  return stderr.trim().split("\n").at(-1)!;
};

const pixels = (value: (row: number, column: number) => number) =>
  Uint8Array.from({ length: 64 }, (_, p) => value(Math.floor(p / 8), p % 8));

beforeAll(async () => {
  if (!existsSync(fileURLToPath(new URL("../../dist/cli.js", import.meta.url))))
    throw new Error("the command is not built: run npm run build first");
  const z = normal([400, 2], { seed: 1 }).data;
  const rows = Array.from({ length: 400 }, (_, i) => {
    const year = 2000 + 10 * z[2 * i]!;
    return `${year.toFixed(2)},${(50 + 0.5 * year - 1000 + 2 * z[2 * i + 1]!).toFixed(3)}`;
  });
  writeFileSync(at("rows.csv"), `year,price\n${rows.join("\n")}\n`);
  writeFileSync(at("seen.csv"), "year\n2012\n1990\n");
  writeFileSync(at("truth.csv"), "price,year\n56.5,2012\n45.2,1990\n");
  await sharp(
    pixels((row, column) => (row > 1 && row < 6 && column > 1 && column < 6 ? 255 : 0)),
    {
      raw: { width: 8, height: 8, channels: 1 },
    },
  )
    .png()
    .toFile(at("square.png"));
  await sharp(
    pixels((row) => (row < 4 ? 255 : 0)),
    { raw: { width: 8, height: 8, channels: 1 } },
  )
    .png()
    .toFile(at("upper.png"));
  const unet = ["network.width=8", "network.multipliers=[1]", "network.blocks=1", "network.attention=0"];
  const small = ["data.count=100", "data.size=8", ...unet].flatMap((setting) => ["--set", setting]);
  const mlp = ["--set", "network.width=32", "--set", "network.depth=2"];
  await Promise.all([
    run("train", "glyphs", "--out", "shapes", "--steps", "30", "--batch", "8", ...small),
    run("train", "rows.csv", "--out", "rows", "--steps", "300", "--set", "scaling=standard", "--no-refine", ...mlp),
    run("train", "rows.csv", "--out", "ranks", "--steps", "5", "--no-refine", ...mlp),
    run("train", "moons", "--out", "moons", "--steps", "100", "--set", "data.count=500", ...mlp),
  ]);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noise = ["--noise", "gaussian:0.1"];
const quick = ["--method", "mmps:steps=4,iterations=2", "--draws", "3"];

describe("images", () => {
  test("a truth is measured and restored, and all of it is written", async () => {
    const args = [
      "restore",
      "shapes",
      "--truth",
      "square.png",
      "--simulate",
      "--operator",
      "blur:1",
      ...noise,
      ...quick,
    ];
    const { stdout, stderr } = await run(...args, "--out", "blurred", "--seed", "2");
    expect(stdout).toMatch(/^3 draws by mmps in [\d.]+ s, 7 evaluations of the network for each/);
    expect(stdout).toMatch(/misfit [\d.]+, noise alone 0.1 \(intensity in \[-1, 1\]\)/);
    expect(stdout).toMatch(/mean against square.png: PSNR -?[\d.]+ dB, root mean square error/);
    expect(stdout).toMatch(/blurred: picture.png, report.html/);
    expect(stderr).toMatch(/pixels are from -1 \(black\) to 1 \(white\), so noise of 0.1 is 5 % of the range/);
    expect(stderr).toMatch(/restoring, step 4\/4/);
    expect(readdirSync(at("blurred")).sort()).toEqual(
      ["deviation", "draws", "mean", "measurement", "truth"]
        .map((name) => `${name}.npy`)
        .concat("mean.png", "measurement.png", "picture.png", "report.html", "restored.json")
        .sort(),
    );
    expect((await readNpy(at("blurred", "draws.npy"))).shape).toEqual([3, 1, 8, 8]);
    expect(readFileSync(at("blurred", "report.html"), "utf8")).toContain("data:image/png;base64");
    // The same measurement, as its file says it, gives the same draws.
    const again = await json(
      "restore",
      "shapes",
      "--measurement",
      "blurred/measurement.npy",
      "--operator",
      "blur:1",
      ...noise,
      ...quick,
      "--seed",
      "2",
      "--out",
      "again.npz",
    );
    expect((await readNpz(at("again.npz"), ["draws"])).draws!.data).toEqual(
      (await readNpy(at("blurred", "draws.npy"))).data,
    );
    expect(again.results[0]).not.toHaveProperty("quality");
    expect(await refusal(...args, "--out", "blurred")).toMatch(/expected a new or empty folder/);
  });

  test("a picture with a part that was not seen, of a known class", async () => {
    const found = await json(
      "restore",
      "shapes",
      "--measurement",
      "square.png",
      "--operator",
      "mask:@upper.png",
      ...noise,
      ...quick,
      "--class",
      "1",
      "--guidance",
      "2",
      "--out",
      "part.png",
    );
    expect(found).toMatchObject({ class: "1", guidance: 2, results: [{ draws: 3 }] });
    expect((await sharp(at("part.png")).metadata()).format).toBe("png");
    expect(
      await refusal(
        "restore",
        "shapes",
        "--measurement",
        "square.png",
        "--operator",
        "mask:@upper.png",
        ...noise,
        "--class",
        "99",
      ),
    ).toMatch(/expected classes among/);
  });

  test("several of a file, another noise, an operator that is not linear, one draw, one point", async () => {
    await writeNpy(
      at("two.npy"),
      ndarray(
        Int32Array.from({ length: 128 }, (_, i) => (i % 8 < 4 ? 255 : 0)),
        [2, 8, 8],
      ),
    );
    const two = ["restore", "shapes", "--truth", "two.npy", "--simulate"];
    expect(await refusal(...two, "--operator", "blur:1", ...noise)).toMatch(
      /--index: expected which of the 2 in two.npy/,
    );
    const both = await json(
      ...two,
      "--index",
      "all",
      "--operator",
      "downsample:2",
      ...noise,
      ...quick,
      "--out",
      "both",
    );
    expect(both.results.map(({ index }: { index: number }) => index)).toEqual([0, 1]);
    expect(readdirSync(at("both")).sort()).toEqual(["0", "1", "report.html", "restored.json"]);
    expect(readdirSync(at("both", "1"))).toContain("picture.png");
    const photons = await json(
      ...two,
      "--index",
      "1",
      "--operator",
      "clipping:low=-1,high=0.5",
      "--noise",
      "poisson:0.2,offset=1,background=1",
      "--method",
      "daps:steps=8",
      "--draws",
      "1",
      "--out",
      "photons",
    );
    expect(photons.method.kind).toBe("daps");
    expect(readdirSync(at("photons"))).not.toContain("deviation.npy");
    const { stderr, stdout } = await run(
      ...two,
      "--index",
      "0",
      "--operator",
      "blur:1",
      ...noise,
      "--method",
      "red-diff:steps=5",
      "--draws",
      "4",
      "--out",
      "point.html",
    );
    expect(stderr).toMatch(/red-diff gives one point and no spread: 1 draw in place of 4/);
    expect(stdout).toMatch(/^1 draw by red-diff/);
  });

  test.each([
    [["--truth", "square.png"], /--measurement: expected the file of what was measured.*--truth square.png --simulate/],
    [["--simulate"], /--simulate: expected --truth FILE/],
    [["--measurement", "square.png"], /--operator: expected what was seen/],
    [
      ["--measurement", "square.png", "--operator", "downsample:2"],
      /square.png: expected a measurement of shape \[1, 4, 4\], as downsample of \[1, 8, 8\] gives, found \[1, 8, 8\]/,
    ],
    [
      ["--measurement", "square.png", "--operator", "fourier:share=0.5"],
      /expected a measurement of fourier in its units.*found a picture/,
    ],
    [["--measurement", "square.png", "--operator", "blurr:1"], /did you mean blur/],
    [["--measurement", "square.png", "--operator", "blur:1", "--out", "-"], /--out -: expected a folder or a file/],
    [
      ["--measurement", "square.png", "--operator", "blur:1", "--noise", "poisson:0.2"],
      /expected numbers from 0 on, which is all that poisson noise gives/,
    ],
    [["--measurement", "square.png", "--operator", "mask:box=20x20"], /expected it within 8x8/],
    [["--measurement", "square.png", "--operator", "phase-retrieval", "--method", "mmps"], /expected a measurement/],
    [
      ["--measurement", "square.png", "--operator", "saturation", "--method", "mmps"],
      /mmps: expected a linear operator, found saturation.*daps/,
    ],
    [
      ["--measurement", "square.png", "--operator", "blur:1", "--out", "rows.txt"],
      /expected a name that ends in .png or .npz/,
    ],
    [
      ["--measurement", "square.png", "--operator", "blur:1", "--method", "exact"],
      /expected a prior that is a known mixture/,
    ],
  ])("refuses %j", async (args, message) => {
    expect(await refusal("restore", "shapes", ...noise, ...args)).toMatch(message);
  });

  test("noise has to be said", async () => {
    expect(await refusal("restore", "shapes", "--measurement", "square.png", "--operator", "blur:1")).toMatch(
      /--noise: expected how the measurement scatters, such as gaussian:0.05/,
    );
  });

  test("Ctrl-C stops it, and nothing is written", async () => {
    const args = [
      "restore",
      "shapes",
      "--measurement",
      "square.png",
      "--operator",
      "blur:1",
      ...noise,
      "--method",
      "daps:steps=5000",
      "--out",
      "never",
    ];
    const { child, ended, said } = start(...args);
    const begun = Date.now();
    while (!said().includes("restoring") && Date.now() - begun < 60_000)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped; nothing was written/);
    expect(existsSync(at("never"))).toBe(false);
  });
});

describe("rows", () => {
  test("a table with some of the columns, in its own units, beside the truth", async () => {
    const found = await json(
      "restore",
      "rows",
      "--measurement",
      "seen.csv",
      "--truth",
      "truth.csv",
      "--index",
      "0",
      "--noise",
      "gaussian:0.5",
      "--draws",
      "40",
      "--out",
      "filled",
    );
    expect(found).toMatchObject({
      operator: "columns:columns=[0]",
      units: "units of the columns",
      method: { kind: "daps" },
    });
    expect(found.results[0].misfit.units).toBe("deviations of the noise");
    const [head, year, price] = readFileSync(at("filled", "columns.csv"), "utf8")
      .split("\n")
      .map((line) => line.split(","));
    expect(head).toEqual(["column", "mean", "deviation", "5 %", "95 %", "truth"]);
    expect(Math.abs(Number(year![1]) - 2012)).toBeLessThan(2);
    expect(Math.abs(Number(price![1]) - 56)).toBeLessThan(4);
    expect(readFileSync(at("filled", "draws.csv"), "utf8").split("\n")).toHaveLength(42);
  });

  test("are refused where columns are coded by ranks, and where a column is unknown", async () => {
    const args = ["--measurement", "seen.csv", "--index", "0", ...noise];
    expect(await refusal("restore", "ranks", ...args)).toMatch(
      /ranks: expected a run whose model works in the units of its data.*scorefield impute/,
    );
    writeFileSync(at("odd.csv"), "yaer\n2000\n");
    expect(await refusal("restore", "rows", "--measurement", "odd.csv", ...noise)).toMatch(
      /expected columns of the run.*did you mean year/,
    );
  });
});

describe("calibrate", () => {
  test("says what it found, writes ranks, and fails where it is asked to", async () => {
    const args = [
      "calibrate",
      "moons",
      "--operator",
      "columns:columns=[0]",
      "--noise",
      "gaussian:0.2",
      "--problems",
      "50",
      "--draws",
      "9",
    ];
    const { stdout, stderr } = await run(...args, "--method", "mmps:steps=5,iterations=2", "--report", "ranks.html");
    expect(stdout).toMatch(/50 problems, 9 draws of each/);
    expect(stdout).toMatch(/coverage of 90.0 % intervals: [\d.]+ %, standard error 4.2 %/);
    expect(stdout).toMatch(/ranks along 8 directions: [▁▂▃▄▅▆▇█]{10} /);
    expect(stdout).toMatch(/(Intervals are too|Nothing speaks|Ranks are uneven)/);
    expect(stderr).toMatch(/units of the columns/);
    expect(readFileSync(at("ranks.html"), "utf8")).toContain("ranks of the truth among 9 draws");
    const narrow = start(...args, "--method", "ddrm:steps=3", "--fail-below", "0.5", "--json");
    const { code, stdout: result } = await narrow.ended;
    expect(code).toBe(1);
    expect(JSON.parse(result.split("\n")[0]!)).toMatchObject({ problems: 50, draws: 9, coverage: { expected: 0.9 } });
    expect(await refusal(...args, "--method", "red-diff")).toMatch(/expected a method that draws/);
    expect(await refusal("calibrate", "moons", ...noise)).toMatch(/--operator: expected what is seen/);
  });
});

test("lists of parts", async () => {
  expect((await run("operators")).stdout).toMatch(/mask {2,}inpainting/);
  expect((await run("noises", "poisson")).stdout).toMatch(/gain/);
  expect((await run("posteriors", "mmps")).stdout).toMatch(
    /needs a linear operator and Gaussian noise of one deviation/,
  );
  expect((await json("posteriors")).posteriors.length).toBeGreaterThan(15);
});
