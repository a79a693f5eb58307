/** Two lists of numbers as histograms on one axis: samples filled, real data as an outline. */
import { drawing, label, line, px } from "./drawing.ts";
import { FigureError } from "./errors.ts";
import { minus } from "./minus.ts";

const bins = 36;

const number = (value: number): string => {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-3)) return minus(value.toExponential(1));
  const rounded = Number(value.toPrecision(3));
  // A year has no comma.
  return minus(size >= 1e4 ? rounded.toLocaleString("en-US") : `${rounded}`);
};

interface Axis {
  readonly low: number;
  readonly high: number;
  /** Equal factors rather than equal differences: for positive values most of which would share a bin or two. */
  readonly log: boolean;
}

/** Ends that hold all but the outermost of both lists, so that one far value does not press all others together. */
const axisOf = (lists: readonly ArrayLike<number>[]): Axis => {
  const all = Float64Array.from(lists.flatMap((list) => Array.from(list))).sort();
  if (all.length === 0 || !all.every(Number.isFinite))
    throw new FigureError("twoHistograms: expected finite numbers in each list");
  const at = (share: number): number => all[Math.round(share * (all.length - 1))]!;
  const [low, middle, high] = [at(0.002), at(0.5), at(0.998)];
  const room = Math.abs(low) / 2 || 1;
  if (low === high) return { low: low - room, high: low + room, log: false };
  return { low, high, log: all[0]! > 0 && middle - low < (high - low) / 20 };
};

/** Shares of a list in bins; what lies beyond the ends is counted in the outermost bins. */
const sharesOf = (list: ArrayLike<number>, { low, high, log }: Axis): Float64Array => {
  const shares = new Float64Array(bins);
  const share = (value: number): number =>
    log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  for (let i = 0; i < list.length; i++) {
    const bin = Math.floor(share(list[i]!) * bins);
    shares[Math.min(bins - 1, Math.max(0, bin))]! += 1 / list.length;
  }
  return shares;
};

/**
 * The axis is logarithmic where all values are positive and their median lies within the lowest twentieth of the range.
 * @param name of what is counted, below the axis
 * @param options size in px, and how the ends of the axis are written, such as dates
 * @throws FigureError for numbers that are not finite, or an empty list
 */
export const twoHistograms = (
  name: string,
  { samples, real }: { readonly samples: ArrayLike<number>; readonly real: ArrayLike<number> },
  {
    width = 300,
    height = 160,
    format = number,
  }: { readonly width?: number; readonly height?: number; readonly format?: (value: number) => string } = {},
): string => {
  if (samples.length === 0 || real.length === 0)
    throw new FigureError("twoHistograms: expected numbers in each list, found none");
  const axis = axisOf([samples, real]);
  const [filled, outline] = [sharesOf(samples, axis), sharesOf(real, axis)];
  const most = Math.max(...filled, ...outline);
  const [top, bottom, left, right] = [8, height - 34, 40, width - 6];
  const x = (bin: number): number => left + (bin / bins) * (right - left);
  const y = (share: number): number => bottom - (share / most) * (bottom - top);
  const steps = (shares: Float64Array): string =>
    Array.from(shares, (share, i) => `L${px(x(i))},${px(y(share))}L${px(x(i + 1))},${px(y(share))}`).join("");
  const path = (shares: Float64Array, attributes: string): string =>
    `<path d="M${px(x(0))},${px(bottom)}${steps(shares)}L${px(x(bins))},${px(bottom)}" ${attributes}/>`;
  const longest = Math.floor((right - left) / 6.4);
  const short = name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
  const middle = (left + right) / 2;
  return drawing(width, height, `${name}: distributions of samples and of real data`, [
    path(filled, 'fill="var(--sample)" fill-opacity="0.45"'),
    path(outline, 'fill="none" stroke="var(--data)" stroke-width="1.6" stroke-linejoin="round"'),
    line(left, bottom, right, bottom, "var(--strong-rule)"),
    label(left, bottom + 13, format(axis.low)),
    label(right, bottom + 13, format(axis.high), { anchor: "end" }),
    ...(axis.log ? [label(middle, bottom + 13, "logarithmic", { anchor: "middle" })] : []),
    label(middle, bottom + 29, short, { anchor: "middle", fill: "var(--ink)", size: 12 }),
    // Shares of a bin.
    line(left, top, left, bottom, "var(--strong-rule)"),
    label(left - 5, top + 8, `${Number((100 * most).toPrecision(2))} %`, { anchor: "end" }),
    label(left - 5, bottom, "0", { anchor: "end" }),
    label(left - 5, (top + bottom) / 2 + 4, "share", { anchor: "end" }),
  ]);
};
