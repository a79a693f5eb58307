/** Sections of the report on samples that are rows: every column beside the column of real rows. */
import type { MetricColumn } from "@scorefield/assess";
import type { ColumnSections } from "@scorefield/domain";
import { columnOf } from "@scorefield/domain/table";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { levelBars } from "../figure/level-bars.ts";
import { twoHistograms } from "../figure/two-histograms.ts";
import { distanceRows, distanceWords } from "./comparison.ts";
import { shortNumber } from "./number-text.ts";
import { figure, type Html, paragraph, type Section, sideBySide, table } from "./page.ts";

/** Rows that a report draws, [n, columns] in the units of the data, and what their columns hold. */
export interface ShownRows {
  readonly columns: readonly MetricColumn[];
  readonly samples: NdArray<FloatType>;
  readonly real: NdArray<FloatType>;
}

/** Columns whose distributions are drawn; the table of distances holds all. */
const drawn = 60;
/** Levels of a category that are drawn; the others are one bar. */
const mostLevels = 10;
/** Columns named as those that separate samples from real rows. */
const listed = 10;

/** What is said of correlations; nothing where there are none. */
const correlations = ({ samples, training, constant }: ColumnSections): string[] => {
  const [own, real] = [samples.correlationError, training?.correlationError];
  if (own === undefined) return [];
  return [
    `Correlations of all pairs of columns, root mean square error: samples ${shortNumber(own)}` +
      (real === undefined ? "." : `, real data ${shortNumber(real)}.`) +
      (constant.length > 0 ? ` Without ${constant.join(", ")}, constant in one of the sets.` : ""),
  ];
};

const date = (value: number): string => new Date(value).toISOString().slice(0, 10);

const shareOf = (cells: ArrayLike<number>, is: (cell: number) => boolean): number => {
  let count = 0;
  for (let i = 0; i < cells.length; i++) if (is(cells[i]!)) count++;
  return count / cells.length;
};

const bars = (
  { name, levels = [], kind }: MetricColumn,
  samples: ArrayLike<number>,
  real: ArrayLike<number>,
): string => {
  const all = levels.map((level, code) => ({
    name: level,
    samples: shareOf(samples, (cell) => cell === code),
    real: shareOf(real, (cell) => cell === code),
  }));
  const ordered = kind === "ordered" ? all : all.toSorted((a, b) => b.real - a.real || b.samples - a.samples);
  const [shown, rest] = [ordered.slice(0, mostLevels), ordered.slice(mostLevels)];
  const sum = (of: "samples" | "real") => rest.reduce((total, level) => total + level[of], 0);
  const lacks = { name: "missing", samples: shareOf(samples, Number.isNaN), real: shareOf(real, Number.isNaN) };
  return levelBars(name, [
    ...shown,
    ...(rest.length > 0 ? [{ name: `${rest.length} others`, samples: sum("samples"), real: sum("real") }] : []),
    ...(lacks.samples + lacks.real > 0 ? [lacks] : []),
  ]);
};

const percent = (share: number): string => `${shortNumber(100 * share)} %`;

/** One column: bars of levels or a histogram, and how many cells are missing. */
const columnFigure = (
  column: MetricColumn,
  rows: readonly [NdArray<FloatType>, NdArray<FloatType>],
  j: number,
): Html => {
  const [samples, real] = [columnOf(rows[0], j), columnOf(rows[1], j)];
  if (column.levels) return figure(bars(column, samples, real), "");
  const there = (cells: ArrayLike<number>) => Array.from(cells).filter((cell) => !Number.isNaN(cell));
  const sets = { samples: there(samples), real: there(real) };
  const [lacks, realLacks] = [shareOf(samples, Number.isNaN), shareOf(real, Number.isNaN)];
  const caption =
    lacks + realLacks > 0 ? `missing: ${percent(lacks)} of samples, ${percent(realLacks)} of real rows` : "";
  if (sets.samples.length === 0 || sets.real.length === 0)
    return paragraph(`${column.name} has no cells in ${sets.samples.length === 0 ? "samples" : "real rows"}.`);
  return figure(twoHistograms(column.name, sets, column.kind === "date" ? { format: date } : {}), caption);
};

/** Histograms of numbers and bars of levels. */
export const histogramSection = ({ columns, samples, real }: ShownRows): Section => ({
  title: "Columns",
  parts: [
    paragraph(
      `Filled: samples. Outline: real rows.${columns.length > drawn ? ` The first ${drawn} of ${columns.length} columns.` : ""}`,
    ),
    sideBySide(columns.slice(0, drawn).map((column, j) => columnFigure(column, [samples, real], j))),
  ],
});

/** The columns that separate samples from real rows most; no section where that is not known. */
export const apartSection = ({ columns, samples, training }: ColumnSections): Section[] => {
  if (!samples.columns.some(({ apart }) => apart !== undefined)) return [];
  const order = [...columns.keys()].sort((a, b) => samples.columns[b]!.apart! - samples.columns[a]!.apart!);
  const cases = (share: number): string => `${Math.round(1000 * share) / 10}`;
  return [
    {
      title: "Columns that give samples away",
      parts: [
        paragraph(
          "Shown one column of a sample and of a real row, how often is the sample found? Of 100 cases; 50: the column gives nothing away, 100: it gives everything away. Real: the same for training rows in place of samples, which is chance.",
        ),
        table(
          ["column", "samples found", ...(training ? ["real found"] : [])],
          order
            .slice(0, listed)
            .map((j) => [
              columns[j]!,
              cases(samples.columns[j]!.apart!),
              ...(training ? [cases(training.columns[j]!.apart ?? 0.5)] : []),
            ]),
        ),
      ],
    },
  ];
};

/** Distances of all columns, and of their correlations. */
export const distanceSection = (comparison: ColumnSections): Section => {
  const [head = [], ...rows] = distanceRows(comparison);
  return {
    title: "Distances column by column",
    parts: [
      paragraph(
        `${distanceWords(comparison)} Real: the same number of training rows compared with the same real rows.`,
      ),
      table(head, rows),
      ...correlations(comparison).map(paragraph),
    ],
  };
};
