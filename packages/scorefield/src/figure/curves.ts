/** Curves against a common axis, with error bars and a legend: one or several plots in a row. */
import * as Plot from "@observablehq/plot";
import { FigureError } from "./errors.ts";
import { minus } from "./minus.ts";
import { outline } from "./outline.ts";
import { type Label, type Panel, page, palette } from "./plot.ts";

export { curveColours } from "./theme.ts";

/** A point of a curve; `error` is drawn as a bar of one standard error up and down. */
interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly error?: number;
}

/** A curve, with its name in the legend. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly CurvePoint[];
  /** For what is expected rather than found. */
  readonly dashed?: boolean;
  /** Points alone, without a line between. */
  readonly dots?: boolean;
}

/** One plot. */
export interface CurvePlot {
  readonly title: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly curves: readonly Curve[];
}

/** An axis; its range is the range of the data unless given. */
interface AxisOptions {
  readonly label: string;
  readonly log?: boolean;
  readonly domain?: readonly [number, number];
  /** A logarithmic axis of numbers of things: ticks at whole ones alone. */
  readonly whole?: boolean;
}

const short = (v: number): string => {
  const size = Math.abs(v);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5) ? v.toExponential(0).replace("e+", "e") : `${Number(v.toPrecision(4))}`;
  return minus(text);
};

/** 1, 2 and 5 of each decade, or 1 alone where these are many. */
const logTicks = ([low, high]: readonly [number, number]): number[] => {
  const decades = Math.log10(high / low);
  const mantissas = decades > 3.5 ? [1] : decades > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const stride = Math.max(1, Math.round(decades / 6));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    if (power % stride === 0) for (const m of mantissas) ticks.push(Number(`${m}e${power}`));
  return ticks.filter((tick) => tick >= low && tick <= high);
};

const domainOf = (name: string, { log, domain }: AxisOptions, values: readonly number[]): readonly [number, number] => {
  if (domain) return domain;
  const usable = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (usable.length === 0) throw new FigureError(`curves: expected finite values on the ${name} axis, found none`);
  const [low, high] = [Math.min(...usable), Math.max(...usable)];
  if (log) return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
  const room = (high - low) * 0.05 || Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
};

const [left, bottom, gap] = [56, 44, 22] as const;

/** A position on an axis: logarithms are taken here, because d3's logarithmic scale drops labels. */
const place =
  ({ log }: AxisOptions) =>
  (value: number): number =>
    log ? Math.log10(value) : value;

const widthOf = (text: string): number => outline(text, 11, 600)?.width ?? 7 * text.length;

/** Names of curves in rows above the plot. */
const legendOf = (curves: readonly Curve[], at: number, width: number): { labels: Label[]; rows: number } => {
  const named = curves.filter(({ name }) => name !== "");
  if (named.length < 2) return { labels: [], rows: 0 };
  const labels: Label[] = [];
  let [x, row] = [0, 0];
  for (const { name, colour, dashed } of named) {
    const text = dashed ? `${name} (dashed)` : name;
    const length = widthOf(text);
    if (x > 0 && x + length > width) [x, row] = [0, row + 1];
    labels.push({ x: at + x, y: 38 + 15 * row, text, fill: colour, weight: 600 });
    x += length + 16;
  }
  return { labels, rows: row + 1 };
};

const panelOf = (plot: CurvePlot, at: number, width: number, height: number, legendRows: number) => {
  const top = 30 + 15 * legendRows;
  const all = plot.curves.flatMap(({ points }) => points);
  const x = domainOf(
    "x",
    plot.x,
    all.map((point) => point.x),
  );
  const y = domainOf(
    "y",
    plot.y,
    all.flatMap(({ y, error = 0 }) => [y - error, y, y + error]),
  );
  const [toX, toY] = [place(plot.x), place(plot.y)];
  const usable = ({ x: u, y: v }: CurvePoint) => Number.isFinite(toX(u)) && Number.isFinite(toY(v));
  const marks: Plot.Markish[] = [];
  for (const { colour, points, dashed, dots } of plot.curves) {
    const drawn = points.filter(usable).map(({ x: u, y: v, error = 0 }) => ({
      x: toX(u),
      y: toY(v),
      // A bar that goes below nothing ends at the foot of a logarithmic plot.
      low: plot.y.log && v <= error ? toY(y[0]) : toY(v - error),
      high: toY(v + error),
    }));
    marks.push(
      Plot.ruleX(
        drawn.filter(({ low, high }) => Number.isFinite(low) && high > low),
        { x: "x", y1: "low", y2: "high", stroke: colour, clip: true },
      ),
    );
    if (!dots)
      marks.push(
        Plot.line(drawn, {
          x: "x",
          y: "y",
          stroke: colour,
          strokeWidth: dashed ? 1.2 : 1.8,
          ...(dashed && { strokeDasharray: "4 3" }),
          clip: true,
        }),
      );
    if (!dashed && drawn.length <= 60)
      marks.push(Plot.dot(drawn, { x: "x", y: "y", fill: colour, r: 2.4, clip: true }));
  }
  const scale = (axis: AxisOptions, domain: readonly [number, number]) => ({
    domain: domain.map(place(axis)),
    label: null,
    tickSize: 4,
    ticks: axis.log
      ? logTicks(domain)
          .filter((tick) => !axis.whole || Number.isInteger(tick))
          .map(Math.log10)
      : 5,
    tickFormat: (v: number) => short(axis.log ? Number((10 ** v).toPrecision(6)) : v),
  });
  const inner = { width: width - left - 4, height: height - top - bottom };
  const labels: Label[] = [
    { x: at + left, y: 18, text: plot.title, size: 13, weight: 600 },
    { x: at + left + inner.width / 2, y: height - 8, text: plot.x.label, anchor: "middle" },
    { x: at + 11, y: top + inner.height / 2, text: plot.y.label, anchor: "middle", rotate: -90 },
  ];
  const panel: Panel = {
    left: at,
    top: 0,
    options: {
      width,
      height,
      marginLeft: left,
      marginRight: 4,
      marginTop: top,
      marginBottom: bottom,
      style: { fontSize: "11px" },
      x: scale(plot.x, x),
      y: { ...scale(plot.y, y), grid: true },
      marks: [...marks, Plot.frame({ stroke: palette.rule })],
    },
  };
  return { panel, labels };
};

/**
 * Plots in a row, as an SVG document.
 * @param options `width` of the whole in px, default 480 for each plot; `height`, default 300
 * @throws FigureError for a plot without finite values
 */
export const curvesFigure = (
  plots: readonly CurvePlot[],
  {
    width = 480 * plots.length,
    height = 300,
    description = plots.map(({ title }) => title).join("; "),
  }: { readonly width?: number; readonly height?: number; readonly description?: string } = {},
): string => {
  const each = (width - gap * (plots.length - 1)) / plots.length;
  const legends = plots.map(({ curves }, i) => legendOf(curves, i * (each + gap) + left, each - left));
  const rows = Math.max(...legends.map((legend) => legend.rows));
  const made = plots.map((plot, i) => panelOf(plot, i * (each + gap), each, height, rows));
  return page({
    width,
    height,
    panels: made.map(({ panel }) => panel),
    labels: [...made, ...legends].flatMap(({ labels }) => labels),
    description,
  });
};
