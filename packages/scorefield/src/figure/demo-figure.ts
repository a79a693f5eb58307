/** The figure of a run on a 2-D set: data, samples, the score field over the log-density, and the loss. */
import * as Plot from "@observablehq/plot";
import type { NdArray } from "@scorefield/tensor";
import { arrowMarks, densityColours, densityMarks, extent, type GridDensity, type GridScore } from "./field-marks.ts";
import { grouped } from "./grouped.ts";
import { lossPlot } from "./loss-plot.ts";
import { minus } from "./minus.ts";
import { type Label, type Panel, page, palette } from "./plot.ts";
import { tableOf } from "./table.ts";

/** What {@link fieldFigure} draws. */
export interface FieldFigure {
  /** Training data, shape [n, 2]. */
  data: NdArray;
  /** Samples of the model, shape [m, 2]. */
  samples: NdArray;
  /** Log-density in nats at (x[j], y[i]), row-major [y.length, x.length]; -Infinity where the density is 0. */
  density: GridDensity;
  /** Score vectors at (x[j], y[i]), shape [y.length, x.length, 2]; a fine grid is thinned to about 20 arrows across. */
  field: GridScore;
  /** Loss of each training step that was recorded. */
  losses: readonly { step: number; loss: number }[];
  /** Names of the two columns. Default x and y. */
  columns?: readonly [string, string];
  /** A line above the panels. */
  title?: string;
  /** Width of the figure in px. Default 1200. */
  width?: number;
}

const margin = { left: 44, right: 6, top: 8, bottom: 36 };
const shownPoints = 3000;

const pointMarks = (table: NdArray, name: string, fill: string, x: [number, number], y: [number, number]) => {
  const { rows } = tableOf(table, `fieldFigure: ${name}`, 2);
  const inside = rows
    .slice(0, shownPoints)
    .filter(([a, b]) => a! >= x[0] && a! <= x[1] && b! >= y[0] && b! <= y[1]) as [number, number][];
  const r = Math.max(0.9, Math.min(2, 55 / Math.sqrt(Math.max(1, Math.min(rows.length, shownPoints)))));
  return [Plot.dot(inside, { x: (d) => d[0], y: (d) => d[1], r, fill, fillOpacity: 0.55 })];
};

const tickFormat = (v: number): string => minus(`${Number(v.toPrecision(4))}`);
/** "2,000 points", or what part of them is drawn. */
const pointCaption = (n: number, noun: string) =>
  n > shownPoints ? `first ${grouped(shownPoints)} of ${grouped(n)} ${noun}` : `${grouped(n)} ${noun}`;

/**
 * A figure of four panels in a row, as an SVG document: (a) data, (b) samples on the same axes, (c) the score field as
 * arrows over the log-density, (d) the loss. The axes span the density grid; points outside it are not drawn.
 *
 * Lengths in (c) saturate at the median length; shades change where the log-density is r^2 / 2 nats below its peak
 * for r = 0.75, 1.5, ..., 4.5.
 * @throws ShapeError when shapes do not fit the grids or the two columns
 * @throws FigureError when a value cannot be drawn (NaN, a grid that does not ascend)
 */
export const fieldFigure = (options: FieldFigure): string => {
  const { data, samples, density, field, losses, columns = ["x", "y"], title, width = 1200 } = options;
  const x = extent(density.x, "density.x");
  const y = extent(density.y, "density.y");
  const gap = 14;
  const panelWidth = (width - 20 - 3 * gap) / 4;
  const inner = panelWidth - margin.left - margin.right;
  // Equal aspect; beyond these ratios the shorter axis is widened instead of the panel stretched.
  const ratio = Math.min(1.5, Math.max(0.6, (y[1] - y[0]) / (x[1] - x[0])));
  const pxPerUnit = Math.min(inner / (x[1] - x[0]), (inner * ratio) / (y[1] - y[0]));
  const widen = ([low, high]: [number, number], px: number): [number, number] => {
    const extra = Math.max(0, (px / pxPerUnit - (high - low)) / 2);
    return [low - extra, high + extra];
  };
  const height = inner * ratio + margin.top + margin.bottom;
  const frame = {
    width: panelWidth,
    height,
    marginLeft: margin.left,
    marginRight: margin.right,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    style: { fontSize: "11px" },
  };
  const plane = (marks: Plot.Markish[]): Plot.PlotOptions => ({
    ...frame,
    x: { domain: widen(x, inner), label: null, ticks: 5, tickSize: 4, tickFormat },
    y: { domain: widen(y, inner * ratio), label: null, ticks: 5, tickSize: 4, tickFormat },
    color: densityColours,
    marks: [...marks, Plot.frame({ stroke: palette.rule })],
  });
  const plots = [
    {
      name: "Data",
      caption: pointCaption(data.shape[0] ?? 0, "points"),
      options: plane(pointMarks(data, "data", palette.data, x, y)),
    },
    {
      name: "Samples",
      caption: pointCaption(samples.shape[0] ?? 0, "points drawn from the model"),
      options: plane(pointMarks(samples, "samples", palette.sample, x, y)),
    },
    {
      name: "Score field",
      caption: "arrows: score; shade: log-density",
      options: plane([...densityMarks(density), ...arrowMarks(field, pxPerUnit)]),
    },
    { name: "Training loss", caption: "each step, and its running mean", options: lossPlot(losses, frame) },
  ];
  const head = title ? 70 : 36;
  const labels: Label[] = title ? [{ x: 10 + margin.left, y: 26, text: title, size: 15, weight: 600 }] : [];
  const panels: Panel[] = plots.map(({ name, caption, options }, i) => {
    const left = 10 + i * (panelWidth + gap);
    const start = left + margin.left;
    labels.push({ x: start, y: head - 20, text: `${"abcd"[i]}  ${name}`, size: 13, weight: 600 });
    labels.push({ x: start, y: head - 4, text: caption, size: 11, fill: palette.muted });
    const bottom = head + height - 6;
    const [across, up] = i < 3 ? columns : ["training step", "loss"];
    labels.push({ x: start + inner / 2, y: bottom, text: across, anchor: "middle" });
    const middle = head + margin.top + (inner * ratio) / 2;
    labels.push({ x: left + 7, y: middle, text: up, anchor: "middle", rotate: -90 });
    return { left, top: head, options };
  });
  const description = `Four panels: data, samples, score field over log-density, training loss.${title ? ` ${title}` : ""}`;
  return page({ width, height: head + height + 4, panels, labels, description });
};
