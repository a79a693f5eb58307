/** Lagrangian self-distillation: a map moves with the velocity at the place where it arrives. */
import { constant, jvp, stopGradient, type Tensor, where } from "@scorefield/tensor";
import { moved } from "../../model/flow-map/average-velocity.ts";
import { declare } from "../../part/declare.ts";
import { pairObjective, pairSettings } from "./pair-objective.ts";

/**
 * The Lagrangian equation of a flow map, with a derivative in the time of arrival alone:
 *
 *     d/dr X(z, s -> r) = v(X(z, s -> r), r)     X = z - (s - r) u, so u - (s - r) d/dr u = v(X, r)
 *
 * The velocity is the teacher's, or the map's own v(z, r) = u(z, r, r), which the samples that go nowhere learn from data. It is
 * taken as known.
 */
export const lagrangian = declare({
  kind: "lagrangian",
  summary: "the map moves with the velocity at its end; derivatives in time alone, which is stable",
  source: "Boffi, Albergo & Vanden-Eijnden 2025 (How to build a consistency model), Lagrangian self-distillation",
  settings: pairSettings({ equal: 0.5, power: 0.5 }),
  make: (settings, recipe) =>
    pairObjective(recipe, settings, "still", (u, { z, from, to, velocity, gap, still, teacher }) => {
      const one = constant(1, to.dtype).broadcastTo(to.shape);
      const [value, rate] = jvp(({ r }: { r: Tensor }) => u(z, from, r), { r: to }, { r: one });
      const arrived = stopGradient(moved(u, z, from, to));
      const own = teacher?.(arrived, to) ?? stopGradient(u(arrived, to, to));
      return value.subtract(gap.multiply(rate)).subtract(where(still, velocity, own));
    }),
});
