/** MeanFlow: the average velocity from its own derivative along the flow. */
import { constant, jvp, stopGradient, type Tensor } from "@scorefield/tensor";
import { declare } from "../../part/declare.ts";
import { boolean } from "../../part/setting.ts";
import { pairObjective, pairSettings } from "./pair-objective.ts";

/**
 * The MeanFlow identity (s - r) u = integral of v, differentiated in s along the flow:
 *
 *     u = v - (s - r) du/ds     du/ds = (grad_z u) v + d/ds u
 *
 * The right side is taken as known. `improved`: u + (s - r) du/ds is regressed on the data's own velocity, with the map's velocity
 * u(z, s, s) as direction of the derivative.
 *
 * It needs derivatives of the network in the noise level: `noiseEmbedding: "share"`, the default of networks with two levels.
 */
export const meanFlow = declare({
  kind: "mean-flow",
  name: "meanFlow",
  summary: "the average velocity from its derivative along the flow; learns from data alone",
  source: "Geng et al. 2025 (MeanFlow), equation 6; improved: Geng et al. 2025 (Improved Mean Flows)",
  settings: {
    improved: boolean({ default: true, help: "take the map's own velocity as direction of the derivative" }),
    ...pairSettings({ equal: 0.75, power: 1 }),
  },
  make: ({ improved, ...settings }, recipe) =>
    pairObjective(recipe, settings, "all", (u, { z, from, to, velocity, gap, teacher }) => {
      const direction = teacher || !improved ? velocity : stopGradient(u(z, from, from));
      const at = { z, s: from };
      const one = constant(1, from.dtype).broadcastTo(from.shape);
      const [value, rate] = jvp(({ z, s }: { z: Tensor; s: Tensor }) => u(z, s, to), at, { z: direction, s: one });
      return value.add(gap.multiply(stopGradient(rate))).subtract(stopGradient(velocity));
    }),
});
