/** A figure of the rows of a table: one column a histogram, two a scatter plot, more a matrix of pairs. */
import * as Plot from "@observablehq/plot";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { grouped } from "./grouped.ts";
import { minus } from "./minus.ts";
import { type Label, type Panel, page, palette } from "./plot.ts";
import { tableOf } from "./table.ts";

const pairColumns = 6;
/** Rows drawn as points: a cell of a matrix has less room. */
const shownRows = { plot: 3000, matrix: 1000 };
const bins = 32;

/** Lowest and highest value with a little room; a constant column is given room of the size of its value. */
const domainOf = (values: readonly number[]): [number, number] => {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) [low, high] = [Math.min(low, v), Math.max(high, v)];
  const room = (high - low) * 0.04 || Math.abs(low) / 2 || 1;
  return [low - room, high + room];
};
/** A tick in few characters: 60k, 2e−4, −3 (with a true minus). */
const tickFormat = (v: number): string => {
  const size = Math.abs(v);
  const text =
    size >= 1e6 || (size > 0 && size < 1e-3)
      ? v.toExponential().replace(/^(-?\d\.?\d?)\d*e\+?/, "$1e")
      : size >= 1e4
        ? `${Number((v / 1000).toPrecision(4))}k`
        : `${Number(v.toPrecision(4))}`;
  return minus(text);
};

const histogram = (values: readonly number[], [low, high]: [number, number]) => {
  const counts = new Array<number>(bins).fill(0);
  for (const v of values) counts[Math.min(bins - 1, Math.floor(((v - low) / (high - low)) * bins))]! += 1;
  const width = (high - low) / bins;
  return counts.map((count, i) => ({ count, x1: low + i * width, x2: low + (i + 1) * width }));
};

const shorten = (name: string, length: number) => {
  const line = name.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

/**
 * Draws a table of samples as an SVG document. One column gives a histogram, two a scatter plot. More give a matrix of
 * scatter plots of the first 6 columns, with their histograms on the diagonal. Histograms count all rows; points are
 * the first 3,000 rows, in a matrix the first 1,000.
 * @param table shape [n, d]
 * @param options.columns one name per column; default x1, x2, ...
 * @param options.title a line above the plots
 * @param options.width of the figure in px; default 560 for one or two columns, 170 per column of a matrix
 * @throws ShapeError when the table is not [n, d] with n >= 1, or names and columns differ in number
 * @throws FigureError naming row and column of a value that is not finite
 */
export const tableFigure = (
  table: NdArray,
  options: { columns?: readonly string[]; title?: string; width?: number } = {},
): string => {
  const { rows, columns: d } = tableOf(table, "tableFigure");
  const names = options.columns ?? Array.from({ length: d }, (_, j) => `x${j + 1}`);
  if (names.length !== d) throw new ShapeError(`tableFigure: expected ${d} column names, found ${names.length}`);
  const drawn = Math.min(d, pairColumns);
  const cells = drawn === 2 ? 1 : drawn;
  const { width = cells === 1 ? 560 : 60 + 170 * cells } = options;
  const margin = { left: 60, right: 14, bottom: 48 };
  const values = Array.from({ length: drawn }, (_, j) => rows.map((row) => row[j]!));
  const domains = values.map(domainOf);
  const most = cells === 1 ? shownRows.plot : shownRows.matrix;
  const shown = rows.slice(0, most);
  const labels: Label[] = [];
  let top = 14;
  if (options.title) labels.push({ x: margin.left, y: 26, text: options.title, size: 14, weight: 600 });
  if (options.title) top += 24;
  const notes = [
    ...(d > drawn ? [`first ${drawn} of ${d} columns`] : []),
    ...(rows.length > most && drawn > 1 ? [`points: first ${grouped(most)} of ${grouped(rows.length)} rows`] : []),
  ];
  if (notes.length) labels.push({ x: margin.left, y: top + 4, text: notes.join("; "), fill: palette.muted });
  if (notes.length) top += 16;

  const cell = (width - margin.left - margin.right) / cells;
  const inset = cells === 1 ? 0 : 3;
  const size = cell - 2 * inset;
  const radius = Math.max(0.8, Math.min(2.2, size / 5 / Math.sqrt(shown.length)));
  const panels: Panel[] = [];
  for (let row = 0; row < cells; row++)
    for (let column = 0; column < cells; column++) {
      const bottom = row === cells - 1;
      const left = column === 0;
      const [jx, jy] = cells === 1 ? [0, drawn - 1] : [column, row];
      const diagonal = jx === jy;
      const bars = histogram(values[jx]!, domains[jx]!);
      const tallest = Math.max(...bars.map((bar) => bar.count));
      const ticks = cells === 1 ? 6 : 3;
      panels.push({
        left: margin.left + column * cell + inset - 40,
        top: top + row * cell + inset - 4,
        options: {
          width: size + 44,
          height: size + 30,
          marginLeft: 40,
          marginRight: 4,
          marginTop: 4,
          marginBottom: 26,
          style: { fontSize: "10px" },
          x: { domain: domains[jx]!, label: null, axis: bottom ? "bottom" : null, ticks, tickSize: 4, tickFormat },
          y: diagonal
            ? {
                domain: [0, tallest * 1.06],
                label: null,
                axis: cells === 1 ? "left" : null,
                ticks,
                tickSize: 4,
                tickFormat,
              }
            : { domain: domains[jy]!, label: null, axis: left ? "left" : null, ticks, tickSize: 4, tickFormat },
          marks: [
            diagonal
              ? Plot.rectY(bars, {
                  x1: "x1",
                  x2: "x2",
                  y: "count",
                  fill: palette.sample,
                  fillOpacity: 0.75,
                  inset: 0.25,
                })
              : Plot.dot(shown, {
                  x: (r: number[]) => r[jx]!,
                  y: (r: number[]) => r[jy]!,
                  r: radius,
                  fill: palette.sample,
                  fillOpacity: 0.5,
                }),
            Plot.frame({ stroke: palette.rule }),
          ],
        },
      });
      const length = Math.floor(size / 8);
      const centre = { text: "", anchor: "middle", weight: 600 } as const;
      const x = margin.left + column * cell + cell / 2;
      const y = top + row * cell + cell / 2;
      if (bottom) labels.push({ ...centre, x, y: top + cells * cell + 36, text: shorten(names[jx]!, length) });
      if (left) {
        const name = diagonal && cells === 1 ? "count" : shorten(names[jy]!, length);
        labels.push({ ...centre, x: 13, y, text: name, rotate: -90 });
      }
    }
  const description = `${rows.length} rows of ${names.slice(0, drawn).join(", ")}`;
  return page({ width, height: top + cells * cell + margin.bottom, panels, labels, description });
};
