/** Lagrangian self-distillation: a map moves with the velocity at the place where it arrives. */
import { constant, jvp, stopGradient, type Tensor, where } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";
import { moved } from "../../model/flow-map/average-velocity.ts";
import { declare } from "../../part/declare.ts";
import {
  drawnPair,
  errorSettings,
  type FlowMapObjective,
  heldBack,
  heldBackMean,
  onLineBetween,
  pairSettings,
} from "./flow-map-objective.ts";

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
  settings: { ...pairSettings(0.5), ...errorSettings(0.5) },
  make: ({ power, floor, ...pair }, recipe): FlowMapObjective => ({
    recipe,
    target: "any",
    times: (process, u) => drawnPair(pair, process, u),
    loss: (u, { x, noise, from, to, teacher }) => {
      const z = onLineBetween({ x, noise }, from);
      const one = constant(1, to.dtype).broadcastTo(to.shape);
      const [value, rate] = jvp(({ r }: { r: Tensor }) => u(z, from, r), { r: to }, { r: one });
      const gap = expandTime(from.subtract(to), x.rank);
      const arrived = stopGradient(moved(u, z, from, to));
      const own = teacher?.(arrived, to) ?? stopGradient(u(arrived, to, to));
      const still = from.equal(to);
      const velocity = where(
        expandTime(still, x.rank).broadcastTo(x.shape),
        teacher?.(z, from) ?? noise.subtract(x),
        own,
      );
      const misfit = value.subtract(gap.multiply(rate)).subtract(velocity);
      return teacher
        ? heldBack(misfit, { power, floor }).mean()
        : heldBackMean(misfit, { power, floor }, still.cast(x.dtype));
    },
  }),
});
