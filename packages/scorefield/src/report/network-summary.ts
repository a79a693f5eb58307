/** The parts of a network as a table. */
import type { KindRecipe, NetworkSummary } from "@scorefield/core";
import { textTable } from "./text-table.ts";

/** A whole number with its thousands apart: 1,694,849. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const sizes = (shape: readonly number[]): string => shape.join(" x ");

/** A network's settings on a line, then its parts with output, parameters and multiply-adds of one sample, and the sums. */
export const networkSummaryText = (
  { kind, ...settings }: KindRecipe,
  shape: readonly number[],
  { parts, parameters, multiplyAdds }: NetworkSummary,
): string => {
  const told = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    `${kind} (${told.join(", ")}) on samples of ${sizes(shape)}`,
    "",
    textTable([
      ["part", "output", "parameters", "multiply-adds"],
      ...parts.map((part) => [part.name, sizes(part.output), grouped(part.parameters), grouped(part.multiplyAdds)]),
      ["total", "", grouped(parameters), grouped(multiplyAdds)],
    ]),
  ].join("\n");
};
