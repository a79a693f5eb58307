import { describe, expect, it } from "vitest";
import { FigureError } from "./errors.ts";
import { lossPlot } from "./loss-plot.ts";
import { plot } from "./plot.ts";
import { runningMean } from "./running-mean.ts";

const line = (losses: number[]) => losses.map((loss, i) => ({ step: i, loss }));

describe("runningMean", () => {
  it("is the mean of the window, narrower at the ends", () => {
    const mean = runningMean(line([1, 5, 3, 7, 4]), 3, false).map(({ loss }) => loss);
    [1, 3, 5, 14 / 3, 4].forEach((value, i) => {
      expect(mean[i]).toBeCloseTo(value, 12);
    });
  });
  it("is the geometric mean on a log scale", () => {
    expect(runningMean(line([1, 10, 100]), 3, true)[1]!.loss).toBeCloseTo(10, 12);
    expect(runningMean(line([1, 1, 8]), 3, true)[1]!.loss).toBeCloseTo(2, 12);
  });
});

describe("lossPlot", () => {
  it("is logarithmic for positive losses, linear otherwise", () => {
    expect((lossPlot(line([1, 0.1]), {}).y as { type: string }).type).toBe("log");
    expect((lossPlot(line([1, -0.1]), {}).y as { type: string }).type).toBe("linear");
  });
  it.each([
    ["wide range", [1e6, 1, 1e-4]],
    ["narrow range", [1.02, 1.01, 1]],
    ["one value", [0.5]],
    ["constant", [2, 2, 2]],
    ["all zero", [0, 0]],
    ["negative", [-3, -5]],
  ])("labels a %s", (_, losses) => {
    const svg = plot(lossPlot(line(losses), {}));
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toMatch(/y-axis tick label"[^>]*><path/);
  });
  it("refuses nothing and NaN", () => {
    expect(() => lossPlot([], {})).toThrow(FigureError);
    expect(() => lossPlot(line([1, Number.NaN]), {})).toThrow(/NaN at step 1/);
  });
});
