/**
 * Checks of the order of convergence of samplers on N(0, s^2): the slope of log error against log steps over grids that
 * double. On Gaussian data both the flow and the distribution of every linear sampler are known, so nothing is drawn.
 */
import type { Process, Sampler } from "@scorefield/core";
import { checkMade, checkProcess } from "@scorefield/core/internal";
import { absolute, type Check, type Finding, slope, worst } from "./check.ts";
import { orderOf } from "./probe/affine-probe.ts";
import { flowErrors } from "./probe/flow-probe.ts";
import { varianceErrors } from "./probe/linear-probe.ts";
import { knownProcesses } from "./schedules.ts";

/** A sampler and the order it should have. */
export interface OrderTruth {
  readonly name: string;
  readonly source: string;
  /**
   * `flow`: deterministic, towards x_0 = x_T sqrt(m_0 / m_T), m the marginal variance. `distribution`: with fresh noise, from the exact
   * marginal variance at the last time towards the marginal variance at the first.
   */
  readonly towards: "flow" | "distribution";
  readonly order: number;
  /** The sampler with this many steps, without a last denoising for `flow`. */
  readonly sampler: (steps: number) => Sampler;
  /** Steps of the coarsest grid, default 32; three more double it. */
  readonly steps?: number;
  /** Deviations s of the data, default 1 and 0.3. */
  readonly deviations?: readonly number[];
  /** How far the slope may be from the order, or by how much below and above it. Default 0.15. */
  readonly tolerance?: number | readonly [below: number, above: number];
  /** The largest error after the most steps, as a share. Default any. */
  readonly most?: number;
}

const kindOf = (process: Process): string => String(process.recipe.kind);

/**
 * The check of an order of convergence on a process, of any sampler.
 * @param slow whether it is left out unless all checks are asked for. Default no
 * @throws ArgumentError unless a truth and a process
 */
export const orderCheck = (truth: OrderTruth, process: Process, slow = false): Check => {
  checkMade("orderCheck truth", truth, ["name", "order", "sampler"], "a name, an order and a sampler by its steps");
  checkProcess("orderCheck", process);
  const { name, source, towards, order, sampler, steps = 32, deviations = [1, 0.3], tolerance = 0.15, most } = truth;
  const sizes = [1, 2, 4, 8].map((factor) => factor * steps);
  return {
    name: `${name}, ${kindOf(process)}: order ${order} towards the ${towards === "flow" ? "flow" : "marginal"} of N(0, s^2)`,
    group: "order",
    source,
    sampler: sampler(steps).recipe.kind,
    slow,
    run: async ({ runtime, signal }) => {
      const errorsOf = towards === "flow" ? flowErrors : varianceErrors;
      const errors: number[][] = [];
      for (const size of sizes) {
        signal.throwIfAborted();
        errors.push(await errorsOf(sampler(size), process, deviations, runtime));
      }
      return worst(
        deviations.flatMap((s, i): Finding[] => {
          const column = errors.map((row) => row[i]!);
          const last = Math.abs(column.at(-1)!);
          const detail = `s = ${s}: error ${last.toExponential(1)} after ${sizes.at(-1)} steps`;
          const found = slope(order, orderOf(sizes, column), tolerance, { detail });
          return most === undefined ? [found] : [found, absolute(0, last, most, { detail })];
        }),
      );
    },
  };
};

/** The checks of samplers on every process. The checks on all but two processes are slow. */
export const orderChecks = (truths: readonly OrderTruth[]): Check[] =>
  truths.flatMap((truth) => knownProcesses.map(({ process }, i) => orderCheck(truth, process, i !== 0 && i !== 2)));
