/** Shortcut models: one step is two steps of half the length. */
import { stopGradient, where } from "@scorefield/tensor";
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
  settings: { ...pairSettings(0.75), ...errorSettings(0.5) },
  make: ({ power, floor, ...pair }, recipe): FlowMapObjective => ({
    recipe,
    target: "any",
    times: (process, u) => drawnPair(pair, process, u),
    loss: (u, { x, noise, from, to, teacher }) => {
      const z = onLineBetween({ x, noise }, from);
      const middle = from.add(to).multiply(0.5);
      const first = u(z, from, middle);
      const second = u(
        moved(() => first, z, from, middle),
        middle,
        to,
      );
      const still = from.equal(to);
      const velocity = teacher?.(z, from) ?? noise.subtract(x);
      const known = stopGradient(
        where(expandTime(still, x.rank).broadcastTo(x.shape), velocity, first.add(second).multiply(0.5)),
      );
      const misfit = u(z, from, to).subtract(known);
      return teacher
        ? heldBack(misfit, { power, floor }).mean()
        : heldBackMean(misfit, { power, floor }, still.cast(x.dtype));
    },
  }),
});
