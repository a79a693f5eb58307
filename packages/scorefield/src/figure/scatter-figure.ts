/** A figure of the rows of a table: one column a histogram, two a scatter plot, more a matrix of pairs. */
import * as Plot from "@observablehq/plot";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { columnAxis, numberTick } from "./column-axis.ts";
import { grouped } from "./grouped.ts";
import { type Label, type Panel, page, palette } from "./plot.ts";
import { tableOf } from "./table.ts";

const pairColumns = 6;
/** Rows drawn as points: a cell of a matrix has less room. */
const shownRows = { plot: 3000, matrix: 1000 };
const shorten = (name: string, length: number) => {
  const line = name.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

/** What is drawn. */
export interface TableFigureOptions {
  readonly columns?: readonly string[];
  readonly title?: string;
  readonly width?: number;
  readonly levels?: readonly (readonly string[] | undefined)[];
  readonly dates?: readonly boolean[];
  readonly missing?: boolean;
}

/**
 * Draws a table of samples as an SVG document. One column gives a histogram, two a scatter plot. More give a matrix of
 * scatter plots of the first 6 columns, with their histograms on the diagonal. Histograms count all rows; points are
 * the first 3,000 rows, in a matrix the first 1,000. A column of levels has a bar for each, and its points are spread over the
 * place of their level. Cells that are missing are not drawn.
 * @param table shape [n, d]
 * @param options.columns one name per column; default x1, x2, ...
 * @param options.levels texts of the levels of columns whose cells are codes of levels; `dates`: which columns are
 *   milliseconds since 1970 UTC; `missing`: whether cells may be NaN
 * @param options.title a line above the plots
 * @param options.width of the figure in px; default 560 for one or two columns, 170 per column of a matrix
 * @throws ShapeError when the table is not [n, d] with n >= 1, or names and columns differ in number
 * @throws FigureError naming row and column of a value that is not finite
 */
export const tableFigure = (table: NdArray, options: TableFigureOptions = {}): string => {
  const { rows, columns: d } = tableOf(table, "tableFigure", undefined, { missing: options.missing ?? false });
  const names = options.columns ?? Array.from({ length: d }, (_, j) => `x${j + 1}`);
  if (names.length !== d) throw new ShapeError(`tableFigure: expected ${d} column names, found ${names.length}`);
  const drawn = Math.min(d, pairColumns);
  const cells = drawn === 2 ? 1 : drawn;
  const { width = cells === 1 ? 560 : 60 + 170 * cells } = options;
  const margin = { left: 60, right: 14, bottom: 48 };
  const values = Array.from({ length: drawn }, (_, j) =>
    rows.map((row) => row[j]!).filter((value) => !Number.isNaN(value)),
  );
  const axes = values.map((own, j) => columnAxis(own, { levels: options.levels?.[j], isDate: options.dates?.[j] }));
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
      const [across, up] = [axes[jx]!, axes[jy]!];
      const bars = across.bars(values[jx]!);
      const tallest = Math.max(...bars.map((bar) => bar.count));
      const ticks = cells === 1 ? 6 : 3;
      // A copy, as the grammar of the plot changes none of its own.
      const ticksOf = (axis: typeof across) => {
        const found = axis.ticks(ticks);
        return typeof found === "number" ? found : [...found];
      };
      const points = shown.flatMap((row, i) =>
        Number.isNaN(row[jx]!) || Number.isNaN(row[jy]!)
          ? []
          : [[across.place(row[jx]!, i, "across"), up.place(row[jy]!, i, "up")]],
      );
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
          x: {
            domain: across.domain,
            label: null,
            axis: bottom ? "bottom" : null,
            ticks: ticksOf(across),
            tickSize: 4,
            tickFormat: across.tickFormat,
          },
          y: diagonal
            ? {
                domain: [0, tallest * 1.06],
                label: null,
                axis: cells === 1 ? "left" : null,
                ticks,
                tickSize: 4,
                tickFormat: numberTick,
              }
            : {
                domain: up.domain,
                label: null,
                axis: left ? "left" : null,
                ticks: ticksOf(up),
                tickSize: 4,
                tickFormat: up.tickFormat,
              },
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
              : Plot.dot(points, {
                  x: (point: number[]) => point[0]!,
                  y: (point: number[]) => point[1]!,
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
