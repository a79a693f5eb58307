/** Real tables: what samples of a trained model lose against real rows. The tables printed in docs/tables.md. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ColumnDistance, compareColumns, firstSamples } from "@scorefield/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRun, defaultRuntime, loadRun, sample, trainRun } from "./index.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const missing = !existsSync(data);

describe.skipIf(missing)(`real tables${missing ? `: skipped, no folder ${data}; set SCOREFIELD_DATA` : ""}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "scorefield-tables-"));
  });
  afterAll(async () => {
    await defaultRuntime().dispose();
    await rm(folder, { recursive: true });
  });

  const mean = (columns: readonly ColumnDistance[], key: "kolmogorovSmirnov" | "wasserstein") =>
    columns.reduce((sum, column) => sum + column[key]!, 0) / columns.length;

  test.each([
    // Half of the rows are held out, so the real half's distance is what chance alone makes of the same number of rows as the model
    // saw. Measured ratios of samples to real (docs/tables.md): correlations 1.3 and 1.2, marginals 1.2 and 1.1.
    { name: "cardio", path: join(data, "adbench", "6_cardio.npz"), columns: 21 },
    { name: "sachs", path: join(data, "sachs", "observational.csv"), columns: 11 },
  ])(
    "$name: correlations within 1.7 and marginals within 1.5 times the real half's distance",
    async ({ name, path, columns }) => {
      const out = join(folder, name);
      const run = await createRun({ data: path, heldOut: 0.5 }, { out });
      for await (const _ of trainRun(run));
      const { model, sampler, toData, columns: names } = await loadRun(out);
      expect(names).toHaveLength(columns);
      const samples = toData(await sample(model, { count: 10_000, sampler }));
      const { split } = run.data;
      const [reference, training] = [await firstSamples(split.heldOut), await firstSamples(split.training)];
      // All samples: fewer would measure chance beside what the model lost.
      const found = compareColumns(names!, { samples, reference });
      const real = compareColumns(names!, { samples: training, reference }).samples;
      expect(found.samples.rows).toBe(10_000);
      expect(found.samples.correlationError).toBeLessThan(1.7 * real.correlationError!);
      expect(compareColumns(names!, { samples, reference, training }).constant.length).toBeLessThanOrEqual(1);
      for (const key of ["kolmogorovSmirnov", "wasserstein"] as const)
        expect(mean(found.samples.columns, key)).toBeLessThan(1.5 * mean(real.columns, key));
    },
  );
});
