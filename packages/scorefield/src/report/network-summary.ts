/** The parts of a network as a table. */
import type { KindRecipe, NetworkSummary } from "@scorefield/core";
import { isFields } from "@scorefield/tensor/internal";
import { grouped } from "../figure/grouped.ts";
import { minus } from "../figure/minus.ts";
import { textTable } from "./text-table.ts";
import { wrapped } from "./wrap-text.ts";

const sizes = (shape: readonly number[]): string => shape.join(" x ");

const settingText = (value: unknown): string =>
  isFields(value)
    ? "kind" in value
      ? kindText(value as KindRecipe)
      : Object.entries(value)
          .map(([name, inner]) => `${name} ${settingText(inner)}`)
          .join(", ")
    : typeof value === "number"
      ? minus(`${value}`)
      : `${value}`;

/** A network or process by its kind and settings: `unet (width 32, multipliers 1,2,2)`. What is off (0, false) is left out. */
export const kindText = ({ kind, ...settings }: { readonly kind: string }): string => {
  const shown = Object.entries(settings).filter(
    ([, value]) => value !== 0 && value !== false && value !== null && value !== undefined,
  );
  return shown.length > 0
    ? `${kind} (${shown.map(([name, value]) => `${name} ${settingText(value)}`).join(", ")})`
    : kind;
};

/** A network's settings on a line, then its parts with output, parameters and multiply-adds of one sample, and the sums. */
export const networkSummaryText = (
  network: KindRecipe,
  shape: readonly number[],
  { parts, parameters, multiplyAdds }: NetworkSummary,
): string => {
  return [
    wrapped(`${kindText(network)} on samples of ${sizes(shape)}`),
    "",
    textTable([
      ["part", "output", "parameters", "multiply-adds"],
      ...parts.map((part) => [part.name, sizes(part.output), grouped(part.parameters), grouped(part.multiplyAdds)]),
      ["total", "", grouped(parameters), grouped(multiplyAdds)],
    ]),
  ].join("\n");
};
