/** The classifier that judges digits, on the real ones. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accuracy } from "@scorefield/assess";
import { readImageArray, takeImages } from "@scorefield/data";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabelledImages, ownClassifier } from "./features.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
const mnist = join(data, "mnist");
const missing = !existsSync(mnist);

describe.skipIf(missing)(`digits${missing ? `: skipped, no folder ${mnist}; set SCOREFIELD_DATA` : ""}`, () => {
  let folder: string;
  beforeAll(async () => {
    setDefaultRuntime(native());
    folder = await mkdtemp(join(tmpdir(), "scorefield-digits-"));
    process.env.SCOREFIELD_CACHE = folder;
  });
  afterAll(async () => {
    delete process.env.SCOREFIELD_CACHE;
    await defaultRuntime().dispose();
    await rm(folder, { recursive: true });
  });

  test("more than 98.5 % of digits that training did not see are classified correctly", async () => {
    const images = await readImageArray(join(mnist, "train-images-idx3-ubyte.gz"), {
      labels: join(mnist, "train-labels-idx1-ubyte.gz"),
    });
    const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    const classifier = await ownClassifier(takeImages(images, rows(0, 55_000)) as LabelledImages, "first 55,000", {});
    const unseen = takeImages(images, rows(55_000, 60_000));
    // The standard error of a share of 0.99 of 5,000 is 0.0014.
    expect(await accuracy(classifier, await unseen.read(rows(0, 5000)), unseen.labels!)).toBeGreaterThan(0.985);
  });
});
