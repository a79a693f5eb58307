/** Shortcut models: one step is two steps of half the length. */
import { stopGradient, where } from "@scorefield/tensor";
import { moved } from "../../model/flow-map/average-velocity.ts";
import { declare } from "../../part/declare.ts";
import { pairObjective, pairSettings } from "./pair-objective.ts";

/**
 * Maps compose, X(m -> r) X(s -> m) = X(s -> r). With m in the middle, the average velocity is the mean of those of the two halves:
 *
 *     u(z, s, r) = (u(z, s, m) + u(X(z, s -> m), m, r)) / 2     m = (s + r) / 2
 *
 * The right side is taken as known. Samples that go nowhere learn the velocity of the data, or of the teacher.
 */
export const shortcut = declare({
  kind: "shortcut",
  summary: "one step is two steps of half the length; no derivatives of the network along the flow",
  source: "Frans et al. 2025 (One step diffusion via shortcut models), equation 4, with any pair of times",
  settings: pairSettings({ equal: 0.75, power: 0.5 }),
  make: (settings, recipe) =>
    pairObjective(recipe, settings, "still", (u, { z, from, to, velocity, still }) => {
      const middle = from.add(to).multiply(0.5);
      const first = u(z, from, middle);
      const second = u(
        moved(() => first, z, from, middle),
        middle,
        to,
      );
      const known = stopGradient(where(still, velocity, first.add(second).multiply(0.5)));
      return u(z, from, to).subtract(known);
    }),
});
