/** Shares by name, such as a classifier's accuracy for each class: bars for samples, ticks for real data. */
import { drawing, label, line, px } from "./drawing.ts";

/** One bar: shares in [0, 1], or nothing where there is nothing to count. */
export interface ShareBar {
  readonly name: string;
  readonly samples: number | null;
  readonly real?: number | null;
}

const rowHeight = 22;
const top = 6;

/**
 * @param description of the shares, in a few words: it is written below their axis
 * @throws FigureError for shares that are not finite
 */
export const shareBars = (bars: readonly ShareBar[], description: string): string => {
  const longest = Math.min(24, Math.max(...bars.map(({ name }) => name.length)));
  const left = 16 + 6.6 * longest;
  const [width, right] = [460, 52];
  const x = (share: number): number => left + share * (width - left - right);
  const bottom = top + rowHeight * bars.length;
  const percent = (share: number): string => `${(100 * share).toFixed(share < 0.9995 && share > 0.9 ? 1 : 0)} %`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      line(x(share), top, x(share), bottom, "var(--rule)") +
      label(x(share), bottom + 14, `${100 * share} %`, { anchor: "middle" }),
  );
  const rows = bars.map(({ name, samples, real }, i) => {
    const y = top + rowHeight * i;
    const short = name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
    return [
      label(left - 8, y + 15, short, { anchor: "end", fill: "var(--ink)", size: 12 }),
      samples === null
        ? label(x(0) + 6, y + 15, "no samples")
        : `<rect x="${px(x(0))}" y="${px(y + 4)}" width="${px(x(samples) - x(0))}" height="14" rx="2" fill="var(--sample)"/>` +
          label(width - right + 8, y + 15, percent(samples), { fill: "var(--ink)", size: 12 }),
      real === null || real === undefined ? "" : line(x(real), y + 1, x(real), y + 21, "var(--data)", 3),
    ].join("");
  });
  const axis = label((x(0) + x(1)) / 2, bottom + 32, description, { anchor: "middle", fill: "var(--ink)" });
  return drawing(width, bottom + 38, description, [...grid, ...rows, axis]);
};
