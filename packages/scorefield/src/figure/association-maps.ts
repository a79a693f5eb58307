/** How strongly all pairs of columns go together, as squares of colour: in real rows, in samples, and their difference. */
import { drawing, label, px } from "./drawing.ts";

/** Associations of columns, [columns][columns], each in [-1, 1]. */
export interface AssociationMaps {
  readonly columns: readonly string[];
  readonly real: readonly (readonly number[])[];
  readonly samples: readonly (readonly number[])[];
}

const gap = 22;
const [top, legend] = [24, 40];
const longest = 18;

/** With more columns squares are too small to point at. */
const mostPointed = 30;
/** What is fainter cannot be seen. */
const faintest = 0.015;

/** Colours that follow the page's light or dark scheme. @param value in [-1, 1] */
const fill = (value: number): string =>
  `fill="var(--${value < 0 ? "sample" : "data"})" fill-opacity="${Math.min(1, Math.abs(value)).toFixed(2)}"`;

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/**
 * Three maps side by side, with the columns' names to the left of the first. Blue is together, orange is against each other.
 * Of the difference orange means that samples are too low, and the deepest colour stands for the greatest difference.
 */
export const associationMaps = ({ columns, real, samples }: AssociationMaps): string => {
  const count = columns.length;
  const side = Math.max(150, Math.min(270, 16 * count));
  const cell = side / count;
  // Names are left out where they would overlap.
  const every = Math.ceil(10 / cell);
  const left = 8 + 6.2 * Math.min(longest, Math.max(...columns.map(({ length }) => length)));
  const differences = samples.map((row, j) => row.map((value, k) => value - real[j]![k]!));
  const most = Math.max(0.05, ...differences.flat().map(Math.abs));
  const map = (title: string, values: readonly (readonly number[])[], scale: number, at: number): string =>
    label(at, 14, title, { fill: "var(--ink)", size: 12 }) +
    values
      .flatMap((row, j) =>
        row.map((value, k) => {
          if (j === k || Math.abs(value / scale) < faintest) return "";
          const place = `x="${px(at + k * cell)}" y="${px(top + j * cell)}" width="${px(cell)}" height="${px(cell)}"`;
          const words = `${title}: ${escapeTitle(columns[j]!)}, ${escapeTitle(columns[k]!)} ${value.toFixed(2)}`;
          return `<rect ${place} ${fill(value / scale)}${count > mostPointed ? "/>" : `><title>${words}</title></rect>`}`;
        }),
      )
      .join("") +
    `<rect x="${px(at)}" y="${px(top)}" width="${px(side)}" height="${px(side)}" fill="none" stroke="var(--strong-rule)"/>`;
  const scaleBar = (at: number, end: number): string => {
    const steps = 25;
    const bars = Array.from({ length: steps }, (_, i) => {
      const value = (2 * i) / (steps - 1) - 1;
      return `<rect x="${px(at + (i * side) / steps)}" y="${px(top + side + 10)}" width="${px(side / steps + 0.4)}" height="8" ${fill(value)}/>`;
    });
    return (
      bars.join("") +
      [-end, 0, end]
        .map((value, i) =>
          label(at + (i * side) / 2, top + side + 31, Number(value.toPrecision(2)).toString().replace("-", "−"), {
            anchor: (["start", "middle", "end"] as const)[i]!,
          }),
        )
        .join("")
    );
  };
  const at = (k: number): number => left + k * (side + gap);
  return drawing(at(3) - gap + 4, top + side + legend, "associations of all pairs of columns", [
    ...columns.map((name, j) =>
      j % every === 0
        ? label(left - 5, top + (j + 0.5) * cell + 4, cut(name), { anchor: "end", size: Math.min(11, cell * every) })
        : "",
    ),
    map("real rows", real, 1, at(0)),
    map("samples", samples, 1, at(1)),
    map("samples minus real", differences, most, at(2)),
    scaleBar(at(0), 1),
    scaleBar(at(1), 1),
    scaleBar(at(2), most),
  ]);
};

const escapeTitle = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
