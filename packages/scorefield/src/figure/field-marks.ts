/** Marks of a field in the plane: shades of a log-density, and arrows of a score. */
import * as Plot from "@observablehq/plot";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import { FigureError } from "./errors.ts";
import { palette } from "./theme.ts";

/** A regular grid: `x` and `y` ascend in equal steps. */
interface Grid {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** Log-density in nats at (x[j], y[i]), row-major [y.length, x.length]; -Infinity where the density is 0. */
export type GridDensity = Grid & { logDensity: ArrayLike<number> };

/** Score vectors at (x[j], y[i]), shape [y.length, x.length, 2]; a fine grid is thinned to about 20 arrows across. */
export type GridScore = Grid & { score: NdArray };

const arrowsAcross = 20;
/** Steps of the radius sqrt(2 (max log p - log p)) between contours. */
const contourStep = 0.75;

/** First and last value of an axis. @throws FigureError unless it ascends */
export const extent = (axis: ArrayLike<number>, name: string): [number, number] => {
  const first = axis[0] as number;
  const last = axis[axis.length - 1] as number;
  if (!(axis.length >= 2 && Number.isFinite(first) && last > first && last < Infinity))
    throw new FigureError(
      `figure: expected at least 2 ascending finite values in ${name}, found ${axis.length} from ${first} to ${last}`,
    );
  return [first, last];
};

/**
 * Distance below the peak as a radius, r = sqrt(2 (max log p - log p)): equally spaced contours of a Gaussian.
 * Flat tops and far tails both read, which neither p nor log p gives.
 */
const radii = (logDensity: ArrayLike<number>): number[] => {
  const values = Array.from(logDensity);
  if (values.some((v) => Number.isNaN(v) || v === Infinity))
    throw new FigureError("figure: expected log-densities that are finite or -Infinity, found NaN or Infinity");
  const peak = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (peak === -Infinity) throw new FigureError("figure: expected a finite log-density somewhere, found none");
  // Far tails are cut at a finite radius, so that interpolated contours stay finite.
  return values.map((v) => Math.min(Math.sqrt(2 * (peak - v)), 40));
};

/** Shades and contours that change where the log-density is r^2 / 2 nats below its peak for r = 0.75, 1.5, ..., 4.5. */
export const densityMarks = ({ x, y, logDensity }: GridDensity): Plot.Markish[] => {
  const [x1, x2] = extent(x, "density.x");
  const [y1, y2] = extent(y, "density.y");
  if (logDensity.length !== x.length * y.length)
    throw new ShapeError(
      `figure: expected ${y.length} x ${x.length} log-densities for the grid, found ${logDensity.length}`,
    );
  const levels = palette.density.length - 1;
  return [
    Plot.contour(
      radii(logDensity).map((r) => -r),
      {
        width: x.length,
        height: y.length,
        // Samples of a contour sit at cell centres: half a cell beyond the first and last grid point.
        x1: x1 - (x2 - x1) / (x.length - 1) / 2,
        x2: x2 + (x2 - x1) / (x.length - 1) / 2,
        y1: y1 - (y2 - y1) / (y.length - 1) / 2,
        y2: y2 + (y2 - y1) / (y.length - 1) / 2,
        fill: Plot.identity,
        thresholds: Array.from({ length: levels }, (_, i) => -(levels - i) * contourStep),
        stroke: palette.ground,
        strokeWidth: 0.6,
        clip: true,
      } as Plot.ContourOptions,
    ),
  ];
};

/** Arrows across, about 20 by default, whose lengths saturate at the median length. */
export const arrowMarks = ({ x, y, score }: GridScore, pxPerUnit: number, across = arrowsAcross): Plot.Markish[] => {
  const [x1, x2] = extent(x, "field.x");
  const [y1, y2] = extent(y, "field.y");
  const [ny, nx] = [y.length, x.length];
  if (score.shape.length !== 3 || score.shape[0] !== ny || score.shape[1] !== nx || score.shape[2] !== 2)
    throw new ShapeError(`figure: expected a score of shape [${ny},${nx},2], found [${score.shape}]`);
  const stride = Math.max(1, Math.round(Math.max(nx, ny) / across));
  const arrows: { x: number; y: number; angle: number; norm: number }[] = [];
  for (let i = stride >> 1; i < ny; i += stride)
    for (let j = stride >> 1; j < nx; j += stride) {
      const u = Number(score.data[(i * nx + j) * 2]);
      const v = Number(score.data[(i * nx + j) * 2 + 1]);
      if (!Number.isFinite(u + v))
        throw new FigureError(`figure: expected finite scores, found (${u}, ${v}) at (${x[j]}, ${y[i]})`);
      arrows.push({ x: x[j]!, y: y[i]!, angle: (Math.atan2(u, v) * 180) / Math.PI, norm: Math.hypot(u, v) });
    }
  // The score grows without bound away from the data: beyond the median an arrow shows direction only.
  const clip = arrows.map((a) => a.norm).sort((a, b) => a - b)[arrows.length >> 1]! || 1;
  const cell = Math.min((x2 - x1) / (nx - 1), (y2 - y1) / (ny - 1)) * stride * pxPerUnit;
  const length = (a: { norm: number }) => cell * 0.92 * Math.min(1, a.norm / clip);
  return [
    Plot.vector(
      arrows.filter((a) => length(a) > 1),
      {
        x: "x",
        y: "y",
        rotate: "angle",
        length: { value: length, scale: null } as unknown as Plot.ChannelValueSpec,
        r: 5,
        stroke: palette.ink,
        strokeWidth: 0.9,
        clip: true,
      },
    ),
  ];
};

/** The scale of colours that {@link densityMarks} are drawn with. */
export const densityColours = {
  type: "threshold" as const,
  domain: palette.density.slice(1).map((_, i, all) => -(all.length - i) * contourStep),
  range: [...palette.density],
};
