/** Windows of series: one plot for each channel, with a curve for each window. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import { curveColours, curvesFigure } from "./curves.ts";

/** Channels that are drawn at most. */
const mostPlots = 6;

/**
 * Windows as an SVG document. NaN is a gap in a curve.
 * @param values [n, channels, length]
 * @throws FigureError for windows without finite values
 */
export const seriesFigure = ({ data, shape }: NdArray<FloatType>, names: readonly string[]): string => {
  const [n = 0, channels = 1, length = 1] = shape;
  return curvesFigure(
    names.slice(0, mostPlots).map((title, j) => ({
      title,
      x: { label: "step" },
      y: { label: "" },
      curves: Array.from({ length: n }, (_, i) => ({
        name: "",
        colour: curveColours[i % curveColours.length]!,
        points: Array.from({ length }, (_, t) => ({ x: t, y: Number(data[(i * channels + j) * length + t]) })),
      })),
    })),
    { description: `windows of ${names.join(", ")}` },
  );
};
