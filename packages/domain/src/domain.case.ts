/** What every domain is held to. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, networkFromRecipe, preconditioningFromRecipe, samplerFromRecipe } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import { type FloatType, type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Domain } from "./domain.ts";
import { openData, readSplit } from "./open.ts";
import { type Composition, firstSamples, takeSamples } from "./samples.ts";
import { type DataSettings, fillSettings } from "./settings.ts";

/** Data of a domain to test it with. */
export interface DomainCase {
  readonly domain: Domain;
  /** Makes files in a folder, if the domain reads any. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** What the domain recognises, and settings of other data; paths are relative to the folder. */
  readonly source: string | Readonly<Record<string, unknown>>;
  readonly other: string | Readonly<Record<string, unknown>>;
  /** How far a value may be from itself after encoding and decoding, by float32. */
  readonly tolerance: number;
  /** How far a value may be from itself after writing and reading, by ending, "" for a folder; left out ones are not read. */
  readonly written: Readonly<Record<string, number>>;
}

const draw = { seed: 3, part: 2 };
/** Whether all cells are numbers, or missing where their column may lack them. */
const possible = ({ data }: NdArray, { table }: Composition) =>
  (data as Float64Array).every(
    (value, i) => Number.isFinite(value) || (Number.isNaN(value) && table?.[i % table.length]?.missing === true),
  );
/** How far a value is from another; 0 for two that are missing. */
const apart = (a: number, b: number): number => (Number.isNaN(a) && Number.isNaN(b) ? 0 : Math.abs(a - b));

/** log |det| of a matrix, rows one after the other, by elimination with pivots. */
const logDeterminant = (matrix: number[][]): number => {
  let sum = 0;
  for (let k = 0; k < matrix.length; k++) {
    let pivot = k;
    for (let i = k; i < matrix.length; i++) if (Math.abs(matrix[i]![k]!) > Math.abs(matrix[pivot]![k]!)) pivot = i;
    [matrix[k], matrix[pivot]] = [matrix[pivot]!, matrix[k]!];
    sum += Math.log(Math.abs(matrix[k]![k]!));
    for (let i = k + 1; i < matrix.length; i++) {
      const factor = matrix[i]![k]! / matrix[k]![k]!;
      for (let j = k; j < matrix.length; j++) matrix[i]![j]! -= factor * matrix[k]![j]!;
    }
  }
  return sum;
};

/** Runs all checks on a domain. */
export const testDomain = (name: string, make: () => Promise<DomainCase>): void => {
  describe(`the domain ${name}`, () => {
    let folder: string;
    let given: DomainCase;
    let domain: Domain;
    const settingsOf = (source: DomainCase["source"]): DataSettings =>
      typeof source === "object" && "kind" in source ? (source as DataSettings) : domain.recognises(source)!;
    const read = (source: DomainCase["source"]) =>
      domain.read(fillSettings(domain, settingsOf(source)), { folder }).then(({ samples }) => samples);
    const open = (codec?: string) => openData(domain, given.source, { folder, ...(codec !== undefined && { codec }) });

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "scorefield-domain-"));
      given = await make();
      domain = given.domain;
      await given.prepare?.(folder);
    });
    afterAll(() => rm(folder, { recursive: true }));

    test("recognises its own data, and refuses settings that it does not know", async () => {
      const settings = settingsOf(given.source);
      expect(settings.kind).toBe(domain.kind);
      expect(fillSettings(domain, settings)).toMatchObject(settings);
      expect(() => fillSettings(domain, { ...settings, nonsense: 1 })).toThrow(ArgumentError);
      for (const name of domain.changeable ?? []) expect(Object.keys(domain.settings)).toContain(name);
      for (const name of Object.keys(domain.options ?? {})) expect(Object.keys(domain.settings)).toContain(name);
      expect(domain.paths?.(settings) ?? []).toEqual(expect.not.arrayContaining([undefined]));
      expect(domain.recognises({ kind: "another" })).toBeUndefined();
    });

    test("reads samples by number, the same each time, with another fingerprint for other data", async () => {
      const samples = await read(given.source);
      expect(samples.count).toBeGreaterThan(3);
      const all = await firstSamples(samples);
      expect(all.shape).toEqual([samples.count, ...samples.shape]);
      expect(possible(all, samples)).toBe(true);
      const [a, b] = [await samples.read([2, 0, 2]), await takeSamples(samples, [0, 2]).read([1, 0, 1])];
      expect(b.data).toEqual(a.data);
      const size = sizeOf(samples.shape);
      expect(a.data.subarray(0, size)).toEqual(all.data.subarray(2 * size, 3 * size));
      if (samples.labels)
        for (let i = 0; i < samples.count; i++) expect(samples.classes![samples.labels[i]!]).toBeTypeOf("string");
      expect((await read(given.source)).sha256).toBe(samples.sha256);
      expect((await read(given.other)).sha256).not.toBe(samples.sha256);
    });

    test("splits by a seed, and settles settings so that they read the same data", async () => {
      const settings = fillSettings(domain, settingsOf(given.source));
      const split = (seed: number) => readSplit(domain, settings, { heldOut: 0.3, seed, folder });
      const [first, again, other] = [await split(0), await split(0), await split(1)];
      expect(await firstSamples(first.heldOut)).toEqual(await firstSamples(again.heldOut));
      expect(await firstSamples(first.heldOut)).not.toEqual(await firstSamples(other.heldOut));
      expect(first.training.count + first.heldOut.count).toBeGreaterThanOrEqual((await read(given.source)).count);
      expect((await domain.read(first.settings, { folder })).samples.sha256).toBe(first.training.sha256);
    });

    test("opens as training takes it: encoded once, of about unit scale, and decoded again", async () => {
      for (const codec of domain.codecs(fillSettings(domain, settingsOf(given.source)), await read(given.source))) {
        const data = await open(codec);
        const rows = Array.from({ length: data.count }, (_, i) => i);
        const points = await data.read(rows);
        expect(points.dtype).toBe("float32");
        expect(points.shape).toEqual([data.count, ...data.shape]);
        const meanSquare =
          (points.data as Float32Array).reduce((sum, value) => sum + value ** 2, 0) / points.data.length;
        expect(meanSquare).toBeGreaterThan(0.01);
        if (codec !== "none") expect(meanSquare).toBeLessThan(10);
        const reversed = await data.read(rows.toReversed());
        const size = sizeOf(data.shape);
        expect(reversed.data.subarray(0, size)).toEqual(points.data.subarray(points.data.length - size));
        const values = await firstSamples(data.values.training);
        const back = data.decode(points);
        expect(back.shape).toEqual(values.shape);
        for (const [i, value] of values.data.entries())
          expect(apart(back.data[i]!, value)).toBeLessThanOrEqual(given.tolerance * (1 + Math.abs(value || 0)));
      }
    });

    test("its codecs survive JSON, and refuse what they never store", async () => {
      for (const codec of domain.codecs(fillSettings(domain, settingsOf(given.source)), await read(given.source))) {
        const data = await open(codec);
        const again = domain.codec(JSON.parse(JSON.stringify(data.codec.stored)), data.shape);
        const values = await firstSamples(data.values.heldOut);
        const points = data.codec.encode(values, draw);
        expect(again.encode(values, draw)).toEqual(points);
        expect(again.decode(points)).toEqual(data.codec.decode(points));
        expect(
          possible(
            again.decode(
              ndarray(
                points.data.map((value) => 30 * value),
                points.shape,
              ),
            ),
            data.values.training,
          ),
        ).toBe(true);
      }
      expect(() => domain.codec({ kind: "nonsense" }, [1])).toThrow(ArgumentError);
    });

    test("where every sample has a density, its log-volume is the determinant by differences", async () => {
      for (const kind of domain.codecs(fillSettings(domain, settingsOf(given.source)), await read(given.source))) {
        const { codec, values, shape } = await open(kind);
        if (!codec.smooth) continue;
        const size = sizeOf(shape);
        const [x] = [await values.training.read([1])];
        const at = Float64Array.from(x!.data);
        const scale = Math.max(1e-3, ...at.map(Math.abs));
        const step = 1e-2 * scale;
        const moved = (j: number, by: number) =>
          codec.encode(
            ndarray(
              at.map((value, k) => (k === j ? value + by : value)),
              x!.shape,
            ),
            draw,
          ).data;
        const columns = Array.from({ length: size }, (_, j) => {
          const [high, low] = [moved(j, step), moved(j, -step)];
          return Array.from(high, (value, i) => (value - low[i]!) / (2 * step));
        });
        const { logVolume, atoms } = codec.volume!(x!, codec.encode(x!, draw));
        expect([...atoms]).toEqual([0]);
        // Scores are float32, and the differences of size 1e-2.
        expect(Math.abs(logVolume[0]! - logDeterminant(columns))).toBeLessThan(1e-3 * size);
      }
    });

    test("its defaults make a network, a sampler and a preconditioning", async () => {
      const { defaults } = domain;
      const { count, shape, classes = [] } = await read(given.source);
      const facts = { count, shape, classes: classes.length, batch: defaults.batch, network: defaults.network };
      const { network, deviation, steps } = domain.defaultsFor(facts);
      expect(networkFromRecipe({ kind: defaults.network, ...network }).recipe).toMatchObject(network);
      expect(samplerFromRecipe(defaults.sampler).recipe.kind).toBe(defaults.sampler.kind);
      preconditioningFromRecipe({ kind: "edm", ...(deviation !== undefined && { sigmaData: deviation }) });
      for (const number of [steps, defaults.batch, defaults.count, defaults.evaluated])
        expect(Number.isInteger(number) && number > 0).toBe(true);
      expect(defaults.heldOut > 0 && defaults.heldOut < 1).toBe(true);
    });

    test("says what a sample is, and shows samples as a figure can draw them", async () => {
      const samples = await read(given.source);
      expect(domain.describe(samples)).toMatch(/^(an? |of )\S/);
      const preview = domain.preview(await samples.read([0, 1, 2]), samples);
      if (preview?.kind === "points") {
        expect(preview.values.shape).toEqual([3, preview.columns.length]);
        expect(possible(preview.values, samples)).toBe(true);
      } else if (preview?.kind === "series") {
        expect(preview.values.shape).toEqual([3, ...samples.shape]);
        expect(preview.names).toHaveLength(samples.shape[0]!);
      } else if (preview) {
        const [n, channels] = preview.images.shape;
        expect([n, preview.images.shape.length]).toEqual([3, 4]);
        expect([1, 3]).toContain(channels);
        for (const value of preview.images.data) expect(Math.abs(Number(value))).toBeLessThanOrEqual(1);
      }
      const watching = domain.watching?.(samples);
      if (watching) expect(watching.rows * watching.columns).toBeGreaterThan(0);
    });

    test("writes samples that read back as they are, to the rounding of the format", async () => {
      const samples = await read(given.source);
      const values: NdArray<FloatType> = await samples.read([3, 1, 0]);
      const writing = domain.writing(samples.shape);
      expect([...writing.endings, ".png"]).toContain(domain.usualEnding(3, samples.shape));
      for (const ending of [...writing.endings, ...(writing.files ? [""] : [])]) {
        const path = join(folder, `written${ending}`);
        if (ending === "") {
          await mkdir(path);
          for await (const { name, content } of writing.files!(values, samples))
            await writeFile(join(path, name), content);
        } else await atomicWrite(path, await writing.content(ending, values, samples));
        const tolerance = given.written[ending];
        if (tolerance === undefined) continue;
        const like = ending === ".npy" ? { shape: samples.shape } : samples;
        const back = (await domain.given(path, { like })).samples;
        expect(back.shape).toEqual(samples.shape);
        const found = await firstSamples(back);
        for (const [i, value] of values.data.entries())
          expect(apart(found.data[i]!, value)).toBeLessThanOrEqual(tolerance);
      }
    });
  });
};
