/** Progressive distillation: one step of the student is two steps of the teacher. */
import { stopGradient } from "@scorefield/tensor";
import { moved } from "../../model/flow-map/average-velocity.ts";
import { declare } from "../../part/declare.ts";
import { whole } from "../../part/setting.ts";
import { type FlowMapObjective, onLineBetween, shareRange } from "./flow-map-objective.ts";
import { errorSettings, heldBack } from "./held-back.ts";

/**
 * With N steps of the student, equal in sigma / (alpha + sigma), and m in the middle of the one from s to r,
 *
 *     X(z, s -> r) = T(T(z, s -> m), m -> r)
 *
 * T is a step of the teacher, which takes 2 N of them. That of a score model is a step of DDIM. That of a flow map is its own. So a chain
 * of students, each the teacher of the next, goes from many steps to one:
 *
 *     let teacher = model;
 *     for (const steps of [16, 8, 4, 2, 1])
 *       teacher = await trainFlowMap({ ...options, teacher, start: teacher, objective: progressive({ steps }) }).result;
 *
 * The map is good at these times alone: `sampleFlowMap` with the same `steps` takes them.
 */
export const progressive = declare({
  kind: "progressive",
  summary: "one step of the student is two of its teacher; halves the steps of a sampler",
  source: "Salimans & Ho 2022, algorithm 2",
  settings: {
    steps: whole({
      least: 1,
      default: 4,
      help: "steps of the student from noise to data; the teacher takes two for each",
    }),
    ...errorSettings(0.5),
  },
  make: ({ steps, power, floor }, recipe): FlowMapObjective => ({
    recipe,
    target: "any",
    taught: "steps",
    times: (process, [a]) => {
      const at = shareRange(process);
      const k = Math.min(steps - 1, Math.floor(a * steps));
      return { from: at((k + 1) / steps), to: at(k / steps) };
    },
    loss: (u, { x, noise, from, to, teacherStep }) => {
      const z = onLineBetween({ x, noise }, from);
      const middle = from.add(to).multiply(0.5);
      const known = stopGradient(teacherStep!(teacherStep!(z, from, middle), middle, to));
      // The distance over 1 / N is that of average velocities.
      return heldBack(moved(u, z, from, to).subtract(known).multiply(steps), { power, floor }).mean();
    },
  }),
});
