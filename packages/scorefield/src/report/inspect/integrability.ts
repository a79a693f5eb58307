/** The section on integrability: is the field a gradient, at every noise level? */
import type { Findings } from "@scorefield/assess/internal";
import { curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, type Section, table } from "../page.ts";
import { shown } from "./shown.ts";

export const integrabilitySection = (found: NonNullable<Findings["integrability"]>): Section => {
  const { levels, loops: loop, points, probes } = found;
  // An exact model may have none at all, which a logarithmic axis cannot show.
  const log = levels.every((level) => level.asymmetry > 0 && level.denoiserAsymmetry > 0);
  const svg = curvesFigure([
    {
      title: "Asymmetry of the Jacobian",
      x: { label: "noise, in units of the model's data", log: true },
      y: { label: "|J − Jᵀ| / 2|J|", log },
      curves: [
        {
          name: "denoiser",
          colour: curveColours[0],
          points: levels.map((l) => ({ x: l.noise, y: l.denoiserAsymmetry, error: l.denoiserStandardError })),
        },
        {
          name: "score",
          colour: curveColours[1],
          points: levels.map((l) => ({ x: l.noise, y: l.asymmetry, error: l.standardError })),
        },
      ],
    },
  ]);
  const how = probes === "exact" ? "whole Jacobians" : `${probes} random probes for each`;
  return {
    title: "Is it a gradient?",
    parts: [
      paragraph(
        "The score of any density is a gradient, so its Jacobian is symmetric. This is 0 on this scale, and a pure rotation is 1. The field of a network need not be a gradient. The Jacobian of every score has −1/σ² on its diagonal, which hides an asymmetry under little noise. The denoiser's Jacobian does not have it.",
      ),
      figure(svg, `At ${points} noisy points of held-out data per level, by ${how}; bars of one standard error.`),
      paragraph(
        `Around ${loop.triangles} triangles of data points, at noise of 0.3 deviations of the data, the line integral of the score is ${shown(loop.circulation)} nats (root mean square), where it is ${shown(loop.side)} nats along one side: log-density differences between data points depend on the path by about ${shown((100 * loop.circulation) / loop.side)} %.`,
      ),
      table(
        ["noise", "asymmetry of the denoiser", "of the score"],
        levels.map((l) => [shown(l.noise), shown(l.denoiserAsymmetry), shown(l.asymmetry)]),
      ),
    ],
  };
};
