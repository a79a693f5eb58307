/** Verdicts on a table, for terminals and pages. */
import { escapeHtml, type Html } from "./page.ts";
import { paint } from "./terminal.ts";
import type { Verdict } from "./verdicts.ts";
import { wrapped } from "./wrap-text.ts";

/** One paragraph for each question. */
export const verdictText = (verdicts: readonly Verdict[]): string =>
  verdicts
    .map(({ question, answer, words }) => {
      const [head = "", ...more] = wrapped(`${question} ${answer}. ${words}`).split("\n");
      return [head.replace(question, paint("bold", question)), ...more].join("\n");
    })
    .join("\n");

/** A table of questions and answers. */
export const verdictTable = (verdicts: readonly Verdict[]): Html => ({
  html: `<table class="verdicts"><tbody>${verdicts
    .map(
      ({ question, answer, mark, words }) =>
        `<tr><td>${escapeHtml(question)}</td><td><span class="verdict ${mark}">${escapeHtml(answer)}</span></td><td>${escapeHtml(words)}</td></tr>`,
    )
    .join("")}</tbody></table>`,
});
