/** The section of the report on how columns go together. */
import type { ColumnSections } from "@scorefield/domain";
import { associationMaps } from "../figure/association-maps.ts";
import { grouped } from "../figure/grouped.ts";
import { shortNumber } from "./number-text.ts";
import { figure, paragraph, type Section, table } from "./page.ts";

const listed = 10;

/** Columns that are missing together, such as `age and cabin`. */
const together = (columns: readonly string[]): string => (columns.length === 0 ? "none" : columns.join(", "));

/**
 * What chance alone makes of a difference. The rank correlation of two independent numbers in n rows is about normal with the
 * variance 1 / n, so that the one in samples minus the one in real rows is beyond 1.96 roots of both in a twentieth of pairs.
 */
const chanceWords = ({ samples, real }: NonNullable<ColumnSections["associations"]>["rows"]): string => {
  const often = 1.96 * Math.sqrt(1 / samples + 1 / real);
  return `Chance alone makes differences too, and larger ones the fewer rows there are: from ${grouped(samples)} samples and ${grouped(real)} real rows, 1 in 20 pairs of unrelated numbers differs by more than ${shortNumber(often)}.`;
};

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
            paragraph(`The pairs that samples get most wrong. ${chanceWords(associations.rows)}`),
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
