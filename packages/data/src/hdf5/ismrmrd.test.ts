import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { ismrmrdFile } from "../../../../tools/ismrmrd-file.ts";
import { readIsmrmrd } from "./ismrmrd.ts";
import { parseScanHeader, readoutUse } from "./ismrmrd-header.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-ismrmrd-"));
afterAll(() => rmSync(folder, { recursive: true }));

const space = (tag: string, x: number): string =>
  `<${tag}><matrixSize><x>${x}</x><y>8</y><z>1</z></matrixSize><fieldOfView_mm><x>300</x><y>200</y><z>5</z></fieldOfView_mm></${tag}>`;
const header = (more = "", x = 16): string =>
  `<ismrmrdHeader><encoding>${space("encodedSpace", x)}${space("reconSpace", 8)}${more}<trajectory>cartesian</trajectory></encoding></ismrmrdHeader>`;

test("a scan that ISMRM's own program wrote", async () => {
  const path = join(folder, "scan.h5");
  writeFileSync(path, gunzipSync(Buffer.from(ismrmrdFile, "base64")));
  const { kspace, measured, frames, encoded, reconstructed, xml } = await readIsmrmrd(path);
  expect(xml).toContain("<ismrmrdHeader");
  expect([encoded.matrix, reconstructed.matrix]).toEqual([
    [8, 8, 1],
    [4, 8, 1],
  ]);
  expect(frames.map(({ repetition }) => repetition)).toEqual([0, 1]);
  expect({ shape: kspace.shape, complex: kspace.complex }).toEqual({ shape: [2, 1, 2, 1, 8, 8, 2], complex: true });
  // Lines of each frame, with those for calibration; noise is left out.
  const lines = [0, 1].map((frame) => [...Array(8).keys()].filter((y) => measured.data[(frame * 8 + y) * 8]! > 0));
  expect(lines).toEqual([
    [0, 2, 3, 4, 6],
    [1, 3, 4, 5, 7],
  ]);
  expect([...measured.data].every((count) => count <= 1)).toBe(true);
  const at = (frame: number, coil: number, y: number) => [
    ...kspace.data.subarray(128 * (2 * frame + coil) + 16 * y, 128 * (2 * frame + coil) + 16 * y + 4),
  ];
  // h5py: f["dataset/data"][3]["data"][:4] and [16:20], [9]["data"][16:20]
  const known = [
    [at(0, 0, 3), [-0.00467552, -0.15613782, 0.05918585, -0.03726853]],
    [at(0, 1, 3), [0.05969176, -0.19200005, 0.07260429, -0.12140942]],
    [at(1, 1, 5), [0.02072402, -0.1757418, 0.07490947, -0.02559416]],
  ] as const;
  for (const [found, expected] of known) for (const [n, x] of expected.entries()) expect(found[n]).toBeCloseTo(x, 7);
  expect(at(0, 0, 1)).toEqual([0, 0, 0, 0]);
  await expect(readIsmrmrd(path, { dataset: "other" })).rejects.toThrow(
    /other.xml and other.data, found dataset.coil_images, .*option dataset/,
  );
  await expect(readIsmrmrd(path, { data: "other" } as never)).rejects.toThrow(/data/);
});

test("the header: sizes, the centre of k-space, and calibration", () => {
  expect(parseScanHeader(header(), "s.h5")).toEqual({
    encoded: { matrix: [16, 8, 1], fieldOfView: [300, 200, 5] },
    reconstructed: { matrix: [8, 8, 1], fieldOfView: [300, 200, 5] },
    trajectory: "cartesian",
    centre: [4, 0],
    embedded: false,
  });
  const limits = "<encodingLimits><kspace_encoding_step_1><center>3</center></kspace_encoding_step_1></encodingLimits>";
  const more = `${limits}<parallelImaging><calibrationMode>embedded</calibrationMode></parallelImaging>`;
  expect(parseScanHeader(header(more), "s.h5")).toMatchObject({ centre: [3, 0], embedded: true });
  expect(() => parseScanHeader(header("", 0), "s.h5")).toThrow(/s.h5: expected encodedSpace with matrixSize/);
});

test("readouts for something else are left out; some run backwards", () => {
  const flag = (...flags: number[]) => flags.reduce((sum, one) => sum | (1n << BigInt(one - 1)), 0n);
  expect(readoutUse(flag(7), { embedded: false })).toEqual({ taken: true, backwards: false });
  expect(readoutUse(flag(22), { embedded: false })).toEqual({ taken: true, backwards: true });
  for (const other of [19, 23, 24, 27]) expect(readoutUse(flag(other), { embedded: true }).taken).toBe(false);
  expect(readoutUse(flag(20), { embedded: false }).taken).toBe(false);
  expect(readoutUse(flag(20), { embedded: true }).taken).toBe(true);
  expect(readoutUse(flag(21), { embedded: false }).taken).toBe(true);
});
