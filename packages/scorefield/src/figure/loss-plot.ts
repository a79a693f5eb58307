/** Loss against training step: every recorded value, faint, and a running mean over it. */
import * as Plot from "@observablehq/plot";
import { FigureError } from "./errors.ts";
import { minus } from "./minus.ts";
import { type LossPoint, runningMean } from "./running-mean.ts";
import { palette } from "./theme.ts";

const drawnValues = 1500;

/** 1, 2 and 5 of each decade within the domain; of many decades only the 1. */
const decadeTicks = ([low, high]: [number, number]): number[] => {
  const decades = Math.log10(high / low);
  const mantissas = decades > 3 ? [1] : decades > 0.6 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const m of mantissas) ticks.push(Number(`${m}e${power}`));
  return ticks.filter((tick) => tick >= low && tick <= high);
};

/**
 * Plot options of a loss curve; logarithmic unless some loss is zero or negative.
 * @param frame size and margins of the plot
 * @throws FigureError when there is no value, or one is not finite
 */
export const lossPlot = (losses: readonly LossPoint[], frame: Plot.PlotOptions): Plot.PlotOptions => {
  if (losses.length === 0) throw new FigureError("lossPlot: expected at least one recorded loss, found none");
  for (const { step, loss } of losses)
    if (!Number.isFinite(loss + step))
      throw new FigureError(`lossPlot: expected finite losses, found ${loss} at step ${step}`);
  const log = losses.every(({ loss }) => loss > 0);
  const mean = runningMean(losses, Math.max(1, Math.round(losses.length / 20)), log);
  const stride = Math.ceil(losses.length / drawnValues);
  const thin = (_: unknown, i: number) => i % stride === 0 || i === losses.length - 1;
  const values = losses.map(({ loss }) => loss).sort((a, b) => a - b);
  const low = values[0]!;
  const high = values.at(-1)!;
  const pad = log ? 0 : (high - low) / 20 || 1;
  const domain: [number, number] = log ? [low / 1.25, high * 1.25] : [low - pad, high + pad];
  return {
    ...frame,
    x: {
      label: null,
      ticks: 4,
      tickSize: 4,
      tickFormat: (step: number) => (step >= 1000 ? `${step / 1000}k` : `${step}`),
    },
    y: {
      type: log ? "log" : "linear",
      domain,
      label: null,
      ticks: log ? decadeTicks(domain) : 5,
      tickSize: 4,
      grid: true,
      tickFormat: (v: number) => minus(`${Number(v.toPrecision(3))}`),
    },
    marks: [
      Plot.line(losses.filter(thin), {
        x: "step",
        y: "loss",
        stroke: palette.data,
        strokeOpacity: 0.28,
        strokeWidth: 0.8,
      }),
      Plot.line(mean.filter(thin), { x: "step", y: "loss", stroke: palette.data, strokeWidth: 1.8 }),
      Plot.frame({ stroke: palette.rule }),
    ],
  };
};
