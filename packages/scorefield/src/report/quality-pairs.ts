/** The section of the report on how columns go together. */
import type { ColumnSections } from "@scorefield/domain";
import { associationMaps } from "../figure/association-maps.ts";
import { shortNumber } from "./number-text.ts";
import { figure, paragraph, type Section, table } from "./page.ts";

const listed = 10;

/** Columns that are missing together, such as `age and cabin`. */
const together = (columns: readonly string[]): string => (columns.length === 0 ? "none" : columns.join(", "));

/** Maps of all pairs, and those that samples get most wrong; no section for one column. */
export const pairSection = ({ associations, columns }: ColumnSections): Section[] =>
  associations && associations.columns.length > 1
    ? [
        {
          title: "Pairs of columns",
          parts: [
            paragraph(
              "How strongly two columns go together: 0 not at all, 1 fully. Two numbers: rank correlation, below 0 where one falls as the other rises. Two categories: Cramer's V. A number and a category: correlation ratio.",
            ),
            figure(
              associationMaps(associations),
              `Blue: together. Orange: against each other; in the map of differences, lower in samples than in real rows.${associations.columns.length < columns.length ? ` The ${associations.columns.length} columns that differ most, of ${columns.length}.` : ""}`,
            ),
            paragraph("The pairs that samples get most wrong:"),
            table(
              ["pair", "measured by", "samples", "real", "difference"],
              associations.pairs
                .slice(0, listed)
                .map(({ a, b, kind, samples, real }) => [
                  `${a}, ${b}`,
                  kind,
                  shortNumber(samples),
                  shortNumber(real),
                  shortNumber(samples - real),
                ]),
            ),
          ],
        },
      ]
    : [];

/** Which cells are missing together; no section where none are. */
export const missingSection = ({ missing }: ColumnSections): Section[] =>
  missing && missing.length > 0
    ? [
        {
          title: "Missing cells",
          parts: [
            paragraph("Which columns rows lack together, and how many rows lack these and no others."),
            table(
              ["columns that are missing", "samples", "real"],
              missing.map(({ columns, samples, real }) => [
                together(columns),
                `${shortNumber(100 * samples)} %`,
                `${shortNumber(100 * real)} %`,
              ]),
            ),
          ],
        },
      ]
    : [];
