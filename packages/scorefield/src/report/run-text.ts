/** A run in a terminal: what it is, its loss curve, and what to do next. */
import { heldOutLosses, smoothLosses } from "./loss-facts.ts";
import { factPairs, nextCommands, type RunFacts } from "./run-facts.ts";
import { paint, terminalWidth } from "./terminal.ts";
import { type TerminalCurve, terminalPlot } from "./terminal-plot.ts";
import { wrapText } from "./wrap-text.ts";

// A wider plot of some hundred blocks shows no more, and where there is no terminal there is no width.
const plotWidth = { least: 24, most: 100, elsewhere: 78 };
const plotHeight = 10;

/** The curves of a run's losses; none before the first steps are recorded. */
const curvesOf = ({ metrics }: RunFacts): TerminalCurve[] => {
  if (metrics.length === 0) return [];
  const point = ({ step, loss }: { readonly step: number; readonly loss: number }) => ({ x: step, y: loss });
  const held = heldOutLosses(metrics);
  return [
    { name: "training loss, smoothed", colour: "cyan", points: smoothLosses(metrics).map(point) },
    ...(held.length > 0
      ? ([{ name: "held-out loss", colour: "yellow", points: held.map(point), mark: "o" }] as const)
      : []),
  ];
};

/** A record may come from anybody: what would move a terminal's cursor or set its title is shown as a mark. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, "\u{fffd}");

/** Names and values in two columns, long values broken into lines. */
const pairsText = (pairs: readonly (readonly [string, string])[], width: number): string => {
  const names = Math.max(...pairs.map(([name]) => name.length));
  const room = Math.max(16, width - names - 4);
  return pairs
    .map(([name, value]) => [name, printable(value)] as const)
    .flatMap(([name, value]) =>
      (Number.isFinite(room) ? wrapText(value, room) : [value]).map((line, i) =>
        `  ${paint("dim", (i === 0 ? name : "").padEnd(names))}  ${line}`.trimEnd(),
      ),
    )
    .join("\n");
};

/** @param options `width` to fit, default the terminal's width; elsewhere there is no limit */
export const runText = (
  facts: RunFacts,
  { width = terminalWidth() ?? Number.POSITIVE_INFINITY }: { readonly width?: number } = {},
): string => {
  const curves = curvesOf(facts);
  const plot = Number.isFinite(width)
    ? Math.max(plotWidth.least, Math.min(plotWidth.most, width - 2))
    : plotWidth.elsewhere;
  const next = nextCommands(facts);
  const longest = Math.max(...next.map(([command]) => command.length));
  return [
    paint("bold", facts.path),
    pairsText(factPairs(facts), width),
    ...(curves.length > 0
      ? [
          "",
          terminalPlot(curves, { width: plot, height: plotHeight, xLabel: "steps" })
            .split("\n")
            .map((line) => `  ${line}`)
            .join("\n"),
        ]
      : []),
    ...(next.length > 0 ? ["", paint("bold", "Next")] : []),
    ...next.map(([command, remark]) =>
      longest + remark.length + 4 <= width ? `  ${command.padEnd(longest)}  ${paint("dim", remark)}` : `  ${command}`,
    ),
  ].join("\n");
};
