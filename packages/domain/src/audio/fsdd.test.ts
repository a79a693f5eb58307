/** The domain on real recordings: a thousand spoken digits of four speakers. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { audio } from "./domain.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
const path = join(data, "fsdd");
const missing = !existsSync(path);

describe.skipIf(missing)(`spoken digits${missing ? `: skipped, no folder ${path}; set SCOREFIELD_DATA` : ""}`, () => {
  test("are samples of 0.64 s with their digits, whose spectrograms decode to the sounds", async () => {
    const opened = await audio.open({ kind: "audio", path, labels: "names" }, { heldOut: 0.1 });
    expect(opened.classes).toEqual([..."0123456789"]);
    expect(opened).toMatchObject({ count: 900, shape: [2, 64, 80], settings: { rate: 8000, segments: "files" } });
    expect(opened.remarks).toEqual(["32 of 1000 files are longer than 0.640 s and are cut there"]);
    const rows = Array.from({ length: 200 }, (_, i) => i);
    const encoded = await opened.read(rows);
    const square = encoded.data.reduce((sum, value) => sum + value ** 2, 0) / encoded.data.length;
    expect(square).toBeGreaterThan(0.3);
    expect(square).toBeLessThan(3);
    const sounds = await opened.values.training.read(rows);
    const back = opened.decode(encoded);
    let worst = 0;
    for (let i = 0; i < sounds.data.length; i++) worst = Math.max(worst, Math.abs(back.data[i]! - sounds.data[i]!));
    // Their loudest number is 1.
    expect(worst).toBeLessThan(1e-6);
  });

  test("of a speaker are all learnt from or all held out", async () => {
    const { values } = await audio.open({ kind: "audio", path, labels: "names", apart: "speaker" }, { heldOut: 0.25 });
    const speakers = (groups: Int32Array | undefined) => [...new Set(groups)];
    expect(speakers(values.heldOut.groups)).toHaveLength(1);
    expect(speakers(values.training.groups)).not.toContain(values.heldOut.groups![0]);
    expect([values.training.count, values.heldOut.count]).toEqual([750, 250]);
  });
});
