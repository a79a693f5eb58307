/** What was restored, as one HTML file. */
import type { Restored } from "../restore/restore-run.ts";
import { facts, type Html, htmlPage, paragraph, picture, table } from "./page.ts";
import { restorationLines } from "./restoration-text.ts";

/** One measurement and what was restored from it. */
export interface RestorationPart {
  readonly name: string;
  readonly restored: Restored;
  /** A PNG, where there is one. */
  readonly picture: Uint8Array | undefined;
  /** For rows of a table: what each column is and how sure. */
  readonly columns?: readonly (readonly string[])[];
}

const words =
  "Measurement, mean of the draws, some draws, and how much draws differ from each other in each pixel. Where a truth is given, it and the error of the mean stand beside them; deviation and error have one scale.";

/** The head of the table of columns. */
export const columnHead = ["column", "mean", "deviation", "5 %", "95 %", "truth"] as const;

/** @param about names and values, such as operator and noise @param truth what the truth is called, where there is one */
export const restorationReport = (
  title: string,
  about: readonly (readonly [string, string])[],
  parts: readonly RestorationPart[],
  truth: string | undefined,
): string =>
  htmlPage({
    title: `What was measured: ${title}`,
    subtitle: "Draws from the posterior of a measurement, with a trained model as the prior",
    sections: [
      { title: "Problem", parts: [facts(about)] },
      ...parts.map(({ name, restored, picture: png, columns }) => ({
        title: parts.length === 1 ? "Result" : `Result ${name}`,
        parts: [
          ...restorationLines(restored, truth).map((line) => paragraph(`${line[0]!.toUpperCase()}${line.slice(1)}.`)),
          ...(png ? [picture(png, "measurement, mean, draws, deviation and error", words)] : []),
          ...(columns ? [table([...columnHead].slice(0, columns[0]!.length), columns)] : []),
        ] satisfies Html[],
      })),
    ],
  });
