/** How often each rank was found, beside what chance makes of equal shares. */
import { drawing, label, line, px } from "./drawing.ts";
import { FigureError } from "./errors.ts";

const [width, height, left, top] = [300, 150, 34, 10];
const [right, bottom] = [width - 8, height - 34];

/**
 * Bars of ranks, and a band of what equal shares make in 95 of 100 cases for each bar.
 * @param name below the axis
 * @param ranks each 0 to `draws`
 * @param bins at most `draws` + 1
 * @throws FigureError for no ranks, ranks beyond, or bins that are not whole
 */
export const rankHistogram = (name: string, ranks: ArrayLike<number>, draws: number, bins = 10): string => {
  const n = ranks.length;
  if (n === 0 || !(Number.isInteger(bins) && bins >= 1 && bins <= draws + 1))
    throw new FigureError(
      `rankHistogram: expected ranks and 1 to ${draws + 1} bins, found ${n} ranks and ${bins} bins`,
    );
  const binOf = (rank: number): number => Math.floor((rank * bins) / (draws + 1));
  const counts = new Float64Array(bins);
  const expected = new Float64Array(bins);
  for (let i = 0; i < n; i++) {
    const rank = ranks[i]!;
    if (!(Number.isInteger(rank) && rank >= 0 && rank <= draws))
      throw new FigureError(`rankHistogram: expected ranks 0 to ${draws}, found ${rank}`);
    counts[binOf(rank)]!++;
  }
  for (let rank = 0; rank <= draws; rank++) expected[binOf(rank)]! += n / (draws + 1);
  const spread = Array.from(expected, (mean) => 1.96 * Math.sqrt(mean * (1 - mean / n)));
  const most = Math.max(...counts, ...Array.from(expected, (mean, i) => mean + spread[i]!));
  const x = (bin: number): number => left + (bin / bins) * (right - left);
  const y = (count: number): number => bottom - (Math.max(0, count) / most) * (bottom - top);
  const wide = (right - left) / bins;
  return drawing(width, height, `${name}: ranks of the truth among ${draws} draws`, [
    ...Array.from(expected, (mean, i) => {
      const upper = y(mean + spread[i]!);
      return `<rect x="${px(x(i))}" y="${px(upper)}" width="${px(wide)}" height="${px(y(mean - spread[i]!) - upper)}" fill="var(--data)" fill-opacity="0.22"/>`;
    }),
    ...Array.from(
      counts,
      (count, i) =>
        `<rect x="${px(x(i) + 2)}" y="${px(y(count))}" width="${px(wide - 4)}" height="${px(bottom - y(count))}" fill="var(--sample)" fill-opacity="0.6"/>`,
    ),
    line(left, bottom, right, bottom, "var(--strong-rule)"),
    label(left - 5, top + 8, `${Math.round(most)}`, { anchor: "end" }),
    label(left - 5, bottom, "0", { anchor: "end" }),
    label(left, bottom + 13, "0"),
    label(right, bottom + 13, `${draws}`, { anchor: "end" }),
    label((left + right) / 2, bottom + 28, name, { anchor: "middle", fill: "var(--ink)", size: 12 }),
  ]);
};
