/** Checks of the forward processes: the schedule of the paper, and the SDE that has it. */
import type { Process } from "@scorefield/core";
import { gaussLegendre } from "@scorefield/core/internal";
import { absolute, type Check, relative, worst } from "./check.ts";
import { innerTimes, type KnownProcess, knownProcesses } from "./schedules.ts";

const rule = gaussLegendre(8);

/** The integral of a function of time over the times of a process, in panels of equal log-SNR, that resolve both ends. */
const integral = ({ times, logSnr, timeOfLogSnr }: Process, f: (t: number) => number, panels = 200): number => {
  const [high, low] = [logSnr(times.first), logSnr(times.last)];
  const ends = Array.from({ length: panels + 1 }, (_, i) =>
    i === 0 ? times.first : i === panels ? times.last : timeOfLogSnr(high + ((low - high) * i) / panels),
  );
  return ends.slice(1).reduce((total, end, i) => {
    const start = ends[i]!;
    const width = end - start;
    return total + width * rule.nodes.reduce((sum, node, k) => sum + rule.weights[k]! * f(start + width * node), 0);
  }, 0);
};

const checksOf = ({ process, source, alpha, sigma }: KnownProcess): Check[] => {
  const kind = String(process.recipe.kind);
  const { first, last } = process.times;
  return [
    {
      name: `${kind}: alpha and sigma`,
      group: "process",
      source,
      run: async () =>
        worst(
          innerTimes(process).flatMap((t) => [
            relative(alpha(t), process.alpha(t), 1e-8, { detail: `alpha at t = ${t.toPrecision(3)}` }),
            relative(sigma(t), process.sigma(t), 1e-8, { detail: `sigma at t = ${t.toPrecision(3)}` }),
          ]),
        ),
    },
    {
      name: `${kind}: the drift f integrates to log alpha`,
      group: "process",
      source: "Sarkka & Solin 2019, equation 5.50: f = alpha' / alpha",
      run: async () =>
        absolute(Math.log(process.alpha(last) / process.alpha(first)), integral(process, process.drift), 1e-8),
    },
    {
      name: `${kind}: the diffusion g adds the variance of the noise`,
      group: "process",
      source: "Sarkka & Solin 2019, equation 5.51: g^2 = (sigma^2)' - 2 f sigma^2",
      run: async () => {
        // Of x / alpha, whose variance grows by g^2 / alpha^2.
        const ratio = (t: number): number => (process.sigma(t) / process.alpha(t)) ** 2;
        const added = integral(process, (t) => (process.diffusion(t) / process.alpha(t)) ** 2);
        return relative(ratio(last) - ratio(first), added, 1e-8);
      },
    },
  ];
};

/** Schedules as published, and SDEs that have them. */
export const processChecks: readonly Check[] = knownProcesses.flatMap(checksOf);
