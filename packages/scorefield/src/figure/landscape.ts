/** Panels of a model in the plane: shades of its density, and what is drawn over them. */
import * as Plot from "@observablehq/plot";
import { densityColours, densityMarks, type GridDensity } from "./field-marks.ts";
import { minus } from "./minus.ts";
import { type Label, type Panel, page, palette } from "./plot.ts";

/** A panel of a landscape figure; all have the same axes. */
export interface LandscapePanel {
  readonly title: string;
  readonly caption?: string;
  /** Shaded below the marks; left out, the ground is bare. */
  readonly density?: GridDensity;
  readonly marks?: (pxPerUnit: number) => readonly Plot.Markish[];
  /** The scale of colours for marks, in place of the density's scale. */
  readonly colour?: Plot.ScaleOptions;
}

const [side, left, top, below, gap] = [236, 46, 52, 44, 14] as const;

const tickFormat = (v: number): string => minus(`${Number(v.toPrecision(4))}`);

/**
 * Panels in rows of at most four, as an SVG document; the axes have the aspect of the plane.
 * @param options `x` and `y`, first and last value of the axes; `names` of the axes, default x and y; `across`, panels in
 * a row, default 4
 */
export const landscapeFigure = (
  panels: readonly LandscapePanel[],
  {
    x,
    y,
    names = ["x", "y"],
    across = 4,
    description = panels.map(({ title }) => title).join("; "),
  }: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
    readonly names?: readonly [string, string];
    readonly across?: number;
    readonly description?: string;
  },
): string => {
  const columns = Math.min(across, panels.length);
  const pxPerUnit = side / Math.max(x[1] - x[0], y[1] - y[0]);
  // Short sides are widened, so that every panel is a square.
  const widen = ([low, high]: readonly [number, number]): [number, number] => {
    const extra = (side / pxPerUnit - (high - low)) / 2;
    return [low - extra, high + extra];
  };
  const [width, height] = [side + left + gap, side + top + below];
  const labels: Label[] = [];
  const drawn: Panel[] = panels.map(({ title, caption, density, marks, colour }, i) => {
    const [at, down] = [(i % columns) * width, Math.floor(i / columns) * height];
    labels.push({ x: at + left, y: down + 22, text: title, size: 13, weight: 600 });
    if (caption) labels.push({ x: at + left, y: down + 40, text: caption, size: 11, fill: palette.muted });
    const [across, up] = [at + left + side / 2, down + top + side / 2];
    labels.push({ x: across, y: down + top + side + below - 10, text: names[0], anchor: "middle" });
    labels.push({ x: at + 12, y: up, text: names[1], anchor: "middle", rotate: -90 });
    return {
      left: at,
      top: down + top - 4,
      options: {
        width: side + left + 4,
        height: side + below,
        marginLeft: left,
        marginRight: 4,
        marginTop: 4,
        marginBottom: below - 4,
        style: { fontSize: "11px" },
        x: { domain: widen(x), label: null, ticks: 4, tickSize: 4, tickFormat },
        y: { domain: widen(y), label: null, ticks: 4, tickSize: 4, tickFormat },
        color: colour ?? densityColours,
        marks: [
          ...(density ? densityMarks(density) : []),
          ...(marks?.(pxPerUnit) ?? []),
          Plot.frame({ stroke: palette.rule }),
        ],
      },
    };
  });
  return page({
    width: columns * width,
    height: Math.ceil(panels.length / columns) * height,
    panels: drawn,
    labels,
    description,
  });
};

/** Points as dots. */
export const dotMarks = (
  points: readonly (readonly [number, number])[],
  options: {
    readonly fill: string;
    readonly r?: number;
    readonly opacity?: number;
    readonly symbol?: "circle" | "times" | "diamond";
  },
): Plot.Markish[] => [
  Plot.dot(points, {
    x: (p: readonly number[]) => p[0]!,
    y: (p: readonly number[]) => p[1]!,
    r: options.r ?? 2,
    symbol: options.symbol ?? "circle",
    ...(options.symbol === "times"
      ? { stroke: options.fill, strokeWidth: 2 }
      : { fill: options.fill, fillOpacity: options.opacity ?? 1, stroke: options.symbol ? palette.ground : null }),
    clip: true,
  }),
];

/** Lines with an arrowhead halfway. */
export const streamMarks = (lines: readonly (readonly (readonly [number, number])[])[]): Plot.Markish[] => {
  const segments = lines.flatMap((line, k) => line.map(([x, y]) => ({ x, y, k })));
  const heads = lines
    .filter((line) => line.length > 8)
    .map((line) => {
      const i = line.length >> 1;
      const [a, b] = [line[i - 1]!, line[i]!];
      return { x: b[0], y: b[1], angle: (Math.atan2(b[0] - a[0], b[1] - a[1]) * 180) / Math.PI };
    });
  return [
    Plot.line(segments, {
      x: "x",
      y: "y",
      z: "k",
      stroke: palette.ink,
      strokeWidth: 0.7,
      strokeOpacity: 0.75,
      clip: true,
    }),
    Plot.vector(heads, {
      x: "x",
      y: "y",
      rotate: "angle",
      length: 5,
      anchor: "middle",
      shape: "arrow",
      r: 5,
      stroke: palette.ink,
      strokeWidth: 1,
      clip: true,
    } as Plot.VectorOptions),
  ];
};
