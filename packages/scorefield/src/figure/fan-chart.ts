/** A series with bands of quantiles: the fan chart of a forecast, and a series whose gaps are filled. */
import * as Plot from "@observablehq/plot";
import { FigureError } from "./errors.ts";
import { type Label, type Panel, page } from "./plot.ts";
import { curveColours, palette } from "./theme.ts";

/** Quantiles at a time, from the lowest to the highest; an odd number, of which the middle one is drawn as a line. */
interface FanPoint {
  readonly time: number;
  readonly quantiles: readonly number[];
}

/** One plot. */
export interface FanPlot {
  readonly title: string;
  /** What is known, in the order of time; NaN is a gap. */
  readonly past: readonly { readonly time: number; readonly value: number }[];
  readonly fan: readonly FanPoint[];
  /** What came, where that is known. */
  readonly truth?: readonly { readonly time: number; readonly value: number }[];
}

const [left, right, top, bottom, gap] = [60, 8, 30, 30, 6] as const;

/** Runs of neighbours in time: bands do not reach over what is known. */
const runsOf = (fan: readonly FanPoint[], step: number): FanPoint[][] => {
  const runs: FanPoint[][] = [];
  for (const point of fan) {
    const last = runs.at(-1);
    if (last && point.time - last.at(-1)!.time <= 1.5 * step) last.push(point);
    else runs.push([point]);
  }
  return runs;
};

const marksOf = ({ past, fan, truth = [] }: FanPlot, step: number): Plot.Markish[] => {
  const colour = curveColours[0]!;
  const marks: Plot.Markish[] = [];
  const count = fan[0]?.quantiles.length ?? 0;
  for (const run of runsOf(fan, step)) {
    for (let k = 0; k < count >> 1; k++) {
      const band = run.map(({ time, quantiles }) => ({ time, low: quantiles[k]!, high: quantiles[count - 1 - k]! }));
      // A band of a single time is as wide as half a step.
      const drawn =
        band.length === 1 ? [-0.25, 0.25].map((by) => ({ ...band[0]!, time: band[0]!.time + by * step })) : band;
      marks.push(Plot.areaY(drawn, { x: "time", y1: "low", y2: "high", fill: colour, fillOpacity: 0.22, clip: true }));
    }
    const middle = run.map(({ time, quantiles }) => ({ time, value: quantiles[count >> 1]! }));
    if (middle.length > 1)
      marks.push(Plot.line(middle, { x: "time", y: "value", stroke: colour, strokeWidth: 1.6, clip: true }));
    else marks.push(Plot.dot(middle, { x: "time", y: "value", fill: colour, r: 1.6, clip: true }));
  }
  marks.push(Plot.line(past, { x: "time", y: "value", stroke: palette.ink, strokeWidth: 1.1, clip: true }));
  if (truth.length > 0)
    marks.push(Plot.dot(truth, { x: "time", y: "value", fill: curveColours[1]!, r: 1.5, clip: true }));
  return marks;
};

const day = 86_400_000;

/** A date on one line: with its year where years are shown, with its hour where hours are. */
const dateTick =
  (span: number) =>
  (value: Date | number): string => {
    const text = new Date(value).toISOString();
    if (span > 600 * day) return text.slice(0, 7);
    return span > 4 * day ? text.slice(0, 10) : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
  };

/**
 * Plots one below the other, as an SVG document.
 * @param options `isDate`: times are milliseconds since 1970 UTC; `step` between them; `width` of the whole and `height` of a plot in px
 * @throws FigureError for a plot without finite values
 */
export const fanChart = (
  plots: readonly FanPlot[],
  {
    isDate,
    step,
    width = 720,
    height = 210,
  }: { readonly isDate: boolean; readonly step: number; readonly width?: number; readonly height?: number },
): string => {
  const labels: Label[] = [];
  const panels = plots.map((plot, i): Panel => {
    const values = [
      ...plot.past.map(({ value }) => value),
      ...plot.fan.flatMap(({ quantiles }) => quantiles),
      ...(plot.truth ?? []).map(({ value }) => value),
    ].filter(Number.isFinite);
    const times = [...plot.past, ...plot.fan, ...(plot.truth ?? [])].map(({ time }) => time);
    if (values.length === 0) throw new FigureError(`fan chart: expected finite values of ${plot.title}, found none`);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    const room = 0.05 * (high - low) || 1;
    labels.push({ x: left, y: i * (height + gap) + 18, text: plot.title, size: 13, weight: 600 });
    const domain = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
    return {
      left: 0,
      top: i * (height + gap),
      options: {
        width,
        height,
        marginLeft: left,
        marginRight: right,
        marginTop: top,
        marginBottom: bottom,
        style: { fontSize: "11px" },
        x: {
          type: isDate ? "utc" : "linear",
          domain,
          label: null,
          ticks: 6,
          ...(isDate && { tickFormat: dateTick(domain[1]! - domain[0]!) }),
        },
        y: { domain: [low - room, high + room], label: null, grid: true, ticks: 5 },
        marks: [...marksOf(plot, step), Plot.frame({ stroke: palette.rule })],
      },
    };
  });
  return page({
    width,
    height: plots.length * (height + gap),
    panels,
    labels,
    description: `series with bands of quantiles: ${plots.map(({ title }) => title).join(", ")}`,
  });
};
