import { metricCatalogue } from "@scorefield/assess";
import { expect, test } from "vitest";
import { printedBy } from "../testing/printed-by.ts";
import { addMetrics } from "./metrics.ts";

const printed = (...args: readonly string[]) => printedBy(addMetrics, "metrics", ...args);

test("every metric is listed, and explained from its declaration", () => {
  const list = printed();
  const { metrics } = JSON.parse(printed("--json"));
  expect(metrics.map(({ kind }: { kind: string }) => kind)).toEqual(metricCatalogue.map(({ kind }) => kind));
  for (const { kind, summary, zero, settings } of metricCatalogue) {
    expect(list).toContain(kind);
    const text = printed(kind);
    for (const words of [summary, zero, ...Object.values(settings).map(({ help }) => help)])
      expect(text.replace(/\s+/g, " ")).toContain(words);
  }
  expect(JSON.parse(printed("mmd", "--json"))).toMatchObject({
    kind: "mmd",
    good: "small",
    settings: [
      { name: "bandwidth", otherwise: expect.stringContaining("median") },
      { name: "rows", default: 2000 },
    ],
  });
  expect(() => printed("mdm")).toThrow("mdm: unknown metric; did you mean mmd?");
});
