/** Shares of the levels of a category: bars for samples, an outline for real rows. */
import { drawing, label, line, px } from "./drawing.ts";

/** A level and its shares in [0, 1]. */
export interface LevelShare {
  readonly name: string;
  readonly samples: number;
  readonly real: number;
}

const rowHeight = 15;
const [width, left, right, top] = [300, 104, 44, 4];

/**
 * The levels in their order, one bar each; of real rows the outline of a bar.
 * @param name of the category, below the bars
 * @throws FigureError for shares that are not finite
 */
export const levelBars = (name: string, levels: readonly LevelShare[]): string => {
  const most = Math.max(...levels.flatMap(({ samples, real }) => [samples, real])) || 1;
  const x = (share: number): number => left + (share / most) * (width - left - right);
  const bottom = top + rowHeight * levels.length;
  const cut = (text: string, longest: number): string =>
    text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
  const rows = levels.map(({ name, samples, real }, i) => {
    const y = top + rowHeight * i;
    return [
      label(left - 5, y + 11, cut(name, 16), { anchor: "end", fill: "var(--ink)" }),
      `<rect x="${px(left)}" y="${px(y + 2)}" width="${px(x(samples) - left)}" height="11" fill="var(--sample)" fill-opacity="0.45"/>`,
      `<rect x="${px(left)}" y="${px(y + 2)}" width="${px(x(real) - left)}" height="11" fill="none" stroke="var(--data)" stroke-width="1.6"/>`,
      label(x(Math.max(samples, real)) + 5, y + 11, percent(samples)),
    ].join("");
  });
  return drawing(width, bottom + 22, `${name}: shares of its levels in samples and in real data`, [
    ...rows,
    line(left, top, left, bottom, "var(--strong-rule)"),
    label((left + width - right) / 2, bottom + 15, cut(name, 40), { anchor: "middle", fill: "var(--ink)", size: 12 }),
  ]);
};
