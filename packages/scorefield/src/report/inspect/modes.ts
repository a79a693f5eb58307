/** The section on modes: how many there are at every noise level, and where. */
import type { Findings } from "@scorefield/assess/internal";
import { curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, remark, type Section, table } from "../page.ts";
import { shown } from "./shown.ts";

const listed = 12;

/** @param columns names of the numbers of a sample */
export const modesSection = (found: NonNullable<Findings["modes"]>, columns?: readonly string[]): Section => {
  const { size, steps, valleyDepth, levels } = found;
  const few = levels.some(({ hills }) => hills !== undefined);
  const shownLevel = levels.find(({ modes }) => modes.length <= listed) ?? levels.at(-1)!;
  const names = columns ?? Array.from({ length: size }, (_, j) => `x${j + 1}`);
  const coordinates = Math.min(size, 8);
  // Room above one mode, which would otherwise be a line without a scale.
  const most = levels.reduce((count, { modes }) => Math.max(count, modes.length), 3);
  const svg = curvesFigure([
    {
      title: "Modes that points of data lead to",
      x: { label: "noise, in units of the model's data", log: true },
      y: { label: "number", log: true, domain: [0.9, 1.15 * most] as const, whole: true },
      curves: [
        {
          name: "",
          colour: curveColours[0],
          points: levels.map(({ noise, modes }) => ({ x: noise, y: modes.length })),
        },
      ],
    },
  ]);
  return {
    title: "Modes",
    parts: [
      paragraph(
        `Noisy points of held-out data follow the score uphill until they no longer move. End points nearer to each other than 0.2 σ √d, where d is ${size}, are one mode. Modes are not groups of the data: data along a curve make a ridge, and small errors of the score make several modes on it. With less noise there are more modes. A model that has memorised its training data ends with one mode for each row.`,
      ),
      ...(few
        ? [
            paragraph(
              `Modes that are separated by a valley count as different hills. In a valley, the saddle is at least ${valleyDepth} nat below the lower of the two modes. Modes along one ridge are one hill. If a saddle was not found, its hills are counted apart. So the true number of hills is this or smaller.`,
            ),
          ]
        : [
            paragraph(
              "Whether valleys separate them is not examined in more than 16 dimensions, so the number of modes is not a number of groups.",
            ),
          ]),
      ...(levels.filter(({ modes }) => modes.length > 0).length > 1
        ? [figure(svg, `${levels[0]!.starts} starts at each level.`)]
        : []),
      ...(levels.some(({ resting, starts }) => resting < starts)
        ? [remark(`Starts that still move after ${steps} steps are counted for no mode.`)]
        : []),
      table(
        ["noise", "modes", ...(few ? ["hills"] : []), "starts", "that came to rest", "share of the largest"],
        levels.map(({ noise, modes, hills, starts, resting, largest }) => [
          shown(noise),
          `${modes.length}`,
          ...(hills === undefined ? [] : [`${hills}`]),
          `${starts}`,
          `${resting}`,
          shown(largest),
        ]),
      ),
      ...(size <= 64 && shownLevel.modes.length > 0
        ? [
            paragraph(
              `The modes at noise ${shown(shownLevel.noise)}${shownLevel.modes.length > listed ? `, the first ${listed}` : ""}, in the model's units${size > coordinates ? ` (first ${coordinates} of ${size} columns)` : ""}. The widest deviation is the largest deviation, over all directions, of the Gaussian that fits the mode.`,
            ),
            table(
              ["mode", "share of starts", "widest deviation", ...names.slice(0, coordinates)],
              shownLevel.modes
                .slice(0, listed)
                .map(({ kind, point = [], starts, greatestEigenvalue }, k) => [
                  `${k + 1}${kind === "flat" ? " (flat)" : ""}`,
                  shown(starts / shownLevel.starts),
                  greatestEigenvalue < 0 ? shown(1 / Math.sqrt(-greatestEigenvalue)) : "∞",
                  ...point.slice(0, coordinates).map(shown),
                ]),
            ),
          ]
        : []),
    ],
  };
};
