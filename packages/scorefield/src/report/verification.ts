/** Results of `verify` as lines of text and as Markdown. */
import type { CheckResult, Finding } from "@scorefield/verify";
import { shortNumber } from "./number-text.ts";
import { paint, terminalWidth } from "./terminal.ts";
import { wrapText } from "./wrap-text.ts";

const valueText = (value: number | string | undefined): string =>
  typeof value === "number" ? shortNumber(value) : (value ?? "");

/** How far off, out of how much: `0.73 of 4 standard errors`. */
const errorText = ({ error, tolerance, unit }: Finding): string =>
  `${shortNumber(error)} of ${shortNumber(tolerance)}${unit === "absolute" ? "" : unit === "slope" ? " in slope" : ` ${unit}`}`;

const verdictText = ({ passed }: CheckResult): string => (passed ? "passed" : "FAILED");

/** The cells of a result; an error takes the place of what was found. */
const cells = (result: CheckResult) => {
  const { name, source, finding, error } = result;
  return {
    name,
    source,
    expected: valueText(finding?.expected),
    found: finding ? valueText(finding.found) : `${error?.name}: ${error?.message}`,
    error: finding ? errorText(finding) : "",
    verdict: verdictText(result),
  };
};

const widths = { verdict: 6, expected: 9, found: 9, error: 30 };
const sourceWidth = 40;

/**
 * Lines of a table whose first column is as wide as the longest name. Where they do not fit the width, each result has
 * separate lines, and there is no head.
 * @param options `width` to fit, default the terminal's width; elsewhere there is no limit
 */
export const verificationLines = (
  names: readonly string[],
  { width = terminalWidth() ?? Number.POSITIVE_INFINITY }: { readonly width?: number } = {},
) => {
  const nameWidth = Math.max(5, ...names.map((name) => name.length));
  type Row = ReturnType<typeof cells>;
  const numbers = ({ expected, found, error }: Row) => [
    expected.padStart(widths.expected),
    found.padStart(widths.found),
    error.padEnd(widths.error),
  ];
  const line = (row: Row): string =>
    [row.verdict.padEnd(widths.verdict), row.name.padEnd(nameWidth), ...numbers(row), row.source].join("  ").trimEnd();
  const heads = { verdict: "", name: "check", expected: "expected", found: "found", error: "error", source: "source" };
  const head = line(heads);
  // Sources are of all lengths; this is what most need.
  const fits = head.length + sourceWidth <= width;
  const lines = (row: Row): string => {
    const indent = " ".repeat(widths.verdict + 2);
    const numbers = row.expected ? `expected ${row.expected}, found ${row.found}, error ${row.error}` : row.found;
    const texts = [row.name, numbers, row.source].flatMap((text) =>
      wrapText(text, Math.max(16, width - indent.length)),
    );
    return `${row.verdict.padEnd(widths.verdict)}  ${texts.join(`\n${indent}`)}`;
  };
  return {
    head: fits ? paint("bold", head) : undefined,
    of: (result: CheckResult): string => {
      const row = cells(result);
      const text = fits ? line(row) : lines(row);
      return `${paint(result.passed ? "green" : "red", row.verdict)}${text.slice(row.verdict.length)}`;
    },
  };
};

/** Counts and time. */
export const verificationSummary = (results: readonly CheckResult[], seconds: number): string => {
  const failed = results.filter(({ passed }) => !passed).length;
  const of = `${results.length} ${results.length === 1 ? "check" : "checks"}`;
  return `${failed === 0 ? `${of} passed` : `${failed} of ${of} failed`} in ${seconds.toFixed(0)} s`;
};

const groupTitles: Readonly<Record<string, string>> = {
  engine: "Engine",
  process: "Processes",
  density: "Exact densities",
  objective: "Objectives",
  "flow-map": "Flow maps",
  latent: "Latent models",
  order: "Samplers: order of convergence",
  exact: "Samplers: where they are exact",
  chain: "Langevin chains: stationary distributions",
  instrument: "Instruments that examine a field",
  modes: "Samplers: modes of weight 1/5 and 4/5",
  likelihood: "Likelihood",
  energy: "Energies",
  composition: "Composed models",
  guidance: "Guidance",
  reproducibility: "Reproducibility",
};

const escaped = (text: string): string => text.replaceAll("|", "\\|");

/** A Markdown page: a table for each group. @param command that made it */
export const verificationPage = (results: readonly CheckResult[], seconds: number, command: string): string => {
  const groups = [...new Set(results.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = results
      .filter((result) => result.group === group)
      .map((result) => {
        const { name, source, expected, found, error, verdict } = cells(result);
        const detail = result.finding?.detail ?? "";
        return `| ${[name, source, expected, found, detail, error, verdict].map(escaped).join(" | ")} |`;
      });
    return [
      `## ${groupTitles[group] ?? group}`,
      "",
      "| check | source | expected | found | of what | error | verdict |",
      "| --- | --- | ---: | ---: | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `# Verification

Every process, objective, sampler and likelihood against what is known in closed form. Where a check looks at several
values, the row shows the one nearest to its tolerance. Orders of convergence are slopes of log error against log steps,
over four grids in float64; chance is counted in standard errors, of which four are allowed.

Made by \`${command}\`: ${verificationSummary(results, seconds)}.

${sections.join("\n\n")}
`;
};
