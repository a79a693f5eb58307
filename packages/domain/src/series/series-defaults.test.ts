import { expect, test } from "vitest";
import type { DataFacts } from "../domain.ts";
import { seriesDefaultsFor } from "./series-defaults.ts";

const facts = (scales: object) =>
  ({
    shape: [3, 24],
    count: 1000,
    batch: 64,
    network: "unet",
    classes: 1,
    scales: { kind: "series", ...scales },
  }) as unknown as DataFacts;

test("estimates start from a line between known values, those of returns do not; the network takes what it is shown", () => {
  const plain = seriesDefaultsFor(facts({ covariates: 1 }));
  expect(plain.preconditioning).toEqual({ kind: "partial", shape: [3, 24], covariates: 1, baseline: "line" });
  expect(plain.network).toMatchObject({ observed: 2 * 72 });
  const returns = seriesDefaultsFor(facts({ covariates: 0, returns: true }));
  expect(returns.preconditioning).toMatchObject({ baseline: "none" });
  expect(returns.network).toMatchObject({ observed: 72 });
});
