/** The measures of a report: a table with a dot plot in each row. */
import type { Measure } from "@scorefield/assess";
import { intervalStrip } from "../figure/interval-strip.ts";
import { type FiniteInterval, finite } from "./finite-interval.ts";
import { shortNumber } from "./number-text.ts";
import { escapeHtml, type Html } from "./page.ts";

/** Which way is good, in words. */
export const goodTexts = {
  small: "small is good",
  large: "large is good",
  near: "good if near the number for real data",
} as const;

const names = { sample: "samples", data: "real data", control: "shuffled columns" } as const;

const cell = (estimate: FiniteInterval | undefined, className: keyof typeof names): string =>
  estimate
    ? `<td class="number" data-of="${names[className]}"><span class="${className}">${shortNumber(estimate.value)}</span><small>${shortNumber(estimate.low)} to ${shortNumber(estimate.high)}</small></td>`
    : "<td></td>";

const expectedCell = (expected: number): string =>
  `<td class="number" data-of="${names.data}"><span class="data">${shortNumber(expected)}</span><small>expected</small></td>`;

const rowOf =
  (controlled: boolean) =>
  (measure: Measure): string => {
    const { name, label = name, meaning, good, range, note, ...intervals } = measure;
    const samples = finite(intervals.samples);
    const real = intervals.real && finite(intervals.real);
    const control = intervals.control && finite(intervals.control);
    const noted = note === undefined ? "" : `; ${note}`;
    return (
      `<tr><td>${escapeHtml(label)}<small>${escapeHtml(meaning)}; ${goodTexts[good]}${escapeHtml(noted)}</small></td>` +
      `<td>${samples ? intervalStrip(samples, real, good === "small" ? undefined : range, control) : ""}</td>${cell(samples, "sample")}` +
      `${!real && intervals.expected !== undefined ? expectedCell(intervals.expected) : cell(real, "data")}` +
      `${controlled ? cell(control, "control") : ""}</tr>`
    );
  };

/** One row per measure, with samples, real data and, of rows, shuffled columns side by side. */
export const measuresTable = (measures: readonly Measure[]): Html => {
  const controlled = measures.some(({ control }) => control);
  const third = controlled ? '<th class="number"><span class="control">◆ shuffled columns</span></th>' : "";
  return {
    html:
      '<div class="scroll"><table class="measures"><thead><tr><th>measure</th><th>value, with 95 % interval</th>' +
      `<th class="number"><span class="sample">● samples</span></th><th class="number"><span class="data">● real data</span></th>${third}</tr></thead>` +
      `<tbody>${measures.map(rowOf(controlled)).join("")}</tbody></table></div>`,
  };
};
