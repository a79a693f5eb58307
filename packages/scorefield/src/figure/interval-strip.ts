/** Numbers with their intervals on one line: samples against what the same number is for real data. */
import { drawing, label, line, px } from "./drawing.ts";
import { minus } from "./minus.ts";

/** A number and the ends of its interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const width = 280;
const height = 38;
const margin = 8;

const number = (value: number): string => minus(`${Number(value.toPrecision(2))}`);

/**
 * A dot with its interval for samples and one for real data, above an axis that begins at 0, or spans the range; and a
 * diamond for a control, at the end of the axis where it is far beyond.
 * @param range ends of the axis that the numbers cannot leave
 * @throws FigureError for numbers that are not finite
 */
export const intervalStrip = (
  samples: Interval,
  real: Interval | undefined,
  range?: readonly [number, number],
  control?: Interval,
): string => {
  const sets = [samples, ...(real ? [real] : [])];
  // A control that is hundreds of times as far would press all else to the left.
  const most = 6 * Math.max(...sets.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  const near = control && { ...control, value: Math.min(most, Math.max(-most, control.value)) };
  const ends = [...sets, ...(near ? [{ ...near, low: near.value, high: near.value }] : [])].flatMap(
    ({ value, low, high }) => [value, low, high],
  );
  const low = range ? range[0] : Math.min(0, ...ends);
  const high = range ? range[1] : Math.max(0, ...ends);
  const span = high - low || 1;
  const x = (value: number): number =>
    margin + ((Math.min(high, Math.max(low, value)) - low) / span) * (width - 2 * margin);
  const dot = ({ value, low, high }: Interval, y: number, colour: string): string =>
    `${line(x(low), y, x(high), y, colour, 2)}<circle cx="${px(x(value))}" cy="${px(y)}" r="4" fill="${colour}"/>`;
  const axis = 24;
  const diamond = ({ value }: Interval): string =>
    `<path d="M${px(x(value))},${px(axis - 16)}l4.5,4.5l-4.5,4.5l-4.5,-4.5z" fill="none" stroke="var(--muted)" stroke-width="1.5"/>`;
  const said = (what: string, { value, low, high }: Interval) =>
    `${what} ${number(value)}, interval ${number(low)} to ${number(high)}`;
  return drawing(
    width,
    height,
    [
      said("samples", samples),
      ...(real ? [said("real data", real)] : []),
      ...(control ? [said("shuffled columns", control)] : []),
    ].join("; "),
    [
      line(margin, axis, width - margin, axis, "var(--strong-rule)"),
      ...(low < 0 && high > 0
        ? [line(x(0), 2, x(0), axis, "var(--strong-rule)"), label(x(0), 35, "0", { anchor: "middle" })]
        : []),
      // Where 0 is near the end there is room for one of the two.
      ...(low >= 0 || high <= 0 || x(0) - margin > 60 ? [label(margin, 35, number(low))] : []),
      label(width - margin, 35, number(high), { anchor: "end" }),
      ...(near ? [diamond(near)] : []),
      ...(real ? [dot(real, 8, "var(--data)")] : []),
      dot(samples, real ? 17 : 13, "var(--sample)"),
    ],
  );
};
