/** Figures of the plane: panels side by side on the same axes. */
import type { NdArray } from "@scorefield/tensor";
import { type Label, type Panel, Plot, page, palette } from "../../packages/scorefield/src/figure/plot.ts";

/** A panel of {@link planeRow}. */
export interface PlanePanel {
  title: string;
  /** A line or two below the title. */
  captions: readonly string[];
  marks: Plot.Markish[];
}

/** Points [n, 2], the first of them. */
export const dots = ({ data, shape }: NdArray, fill: string, most = 1500): Plot.Markish =>
  Plot.dot(
    Array.from({ length: Math.min(shape[0]!, most) }, (_, i) => [Number(data[2 * i]), Number(data[2 * i + 1])]),
    { r: 1, fill, fillOpacity: 0.5, clip: true },
  );

/** Contours of an energy on a grid, shaded where the density is, in equal steps of the radius sqrt(2 (E - min E)). */
export const basin = (energies: ArrayLike<number>, axis: readonly number[], step = 0.75): Plot.Markish => {
  const least = Array.from(energies).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const half = (axis.at(-1)! - axis[0]!) / (axis.length - 1) / 2;
  const [x1, x2] = [axis[0]! - half, axis.at(-1)! + half];
  const levels = palette.density.length - 1;
  return Plot.contour(
    Array.from(energies, (energy) => -Math.min(40, Math.sqrt(2 * (energy - least)))),
    {
      width: axis.length,
      height: axis.length,
      x1,
      x2,
      y1: x1,
      y2: x2,
      fill: Plot.identity,
      thresholds: Array.from({ length: levels }, (_, i) => -(levels - i) * step),
      stroke: "#ffffff",
      strokeWidth: 0.6,
      clip: true,
    } as Plot.ContourOptions,
  );
};

/** Square panels side by side over one domain, as an SVG document. */
export const planeRow = (
  panels: readonly PlanePanel[],
  { domain, description, step = 0.75 }: { domain: readonly [number, number]; description: string; step?: number },
): string => {
  const [side, gap, left, head] = [236, 24, 34, 62];
  const plots: Panel[] = [];
  const labels: Label[] = [];
  for (const [i, { title, captions, marks }] of panels.entries()) {
    const x = left + i * (side + gap);
    plots.push({
      left: x - 26,
      top: head - 4,
      options: {
        width: side + 30,
        height: side + 30,
        marginLeft: 26,
        marginRight: 4,
        marginTop: 4,
        marginBottom: 26,
        style: { fontSize: "11px" },
        x: { domain: [...domain], label: null, ticks: 5, tickSize: 4 },
        y: { domain: [...domain], label: null, ticks: 5, tickSize: 4, ...(i > 0 && { tickFormat: () => "" }) },
        color: {
          type: "threshold",
          domain: palette.density.slice(1).map((_, k, all) => -(all.length - k) * step),
          range: [...palette.density],
        },
        marks: [...marks, Plot.frame({ stroke: palette.rule })],
      },
    });
    labels.push({ x, y: 18, text: `${"abcdef"[i]}  ${title}`, size: 13, weight: 600 });
    for (const [line, text] of captions.entries())
      labels.push({ x, y: 35 + 15 * line, text, size: 11, fill: palette.muted });
  }
  const width = left + panels.length * (side + gap) - gap + 10;
  return page({ width, height: head + side + 30, panels: plots, labels, description });
};
