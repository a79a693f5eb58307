/** Whether a file writes decimal points or decimal commas, by the evidence of all its columns. */
import { CellKind } from "./number-text.ts";

/** What a column's cells say: how many there are of each {@link CellKind}, and of long whole numbers. */
export interface StyleEvidence {
  readonly name: string;
  /** Cells by kind. */
  readonly counts: ArrayLike<number>;
  /** Whole numbers of four digits or more that set no thousands apart. */
  readonly long: number;
}

/** How a column's ambiguous cells are read. */
export interface ColumnStyle {
  readonly decimal: "." | ",";
  readonly remark?: string;
}

const quoted = (name: string): string => JSON.stringify(name);

/** The mark that a column's cells decide for; undefined where most are text, or none decides. */
const own = ({ counts, long }: StyleEvidence): "." | "," | undefined => {
  const [point, comma] = [counts[CellKind.point]!, counts[CellKind.comma]!];
  const [eitherComma, eitherPoint] = [counts[CellKind.eitherComma]!, counts[CellKind.eitherPoint]!];
  const numbers = counts[CellKind.plain]! + point + comma + eitherComma + eitherPoint;
  if (numbers <= counts[CellKind.text]!) return;
  if (point !== comma) return point > comma ? "." : ",";
  if (point > 0) return;
  // 1200 beside 1,234: commas that set thousands apart would do so there too.
  if (long > 0 && eitherComma > 0 && eitherPoint === 0) return ",";
  if (long > 0 && eitherPoint > 0 && eitherComma === 0) return ".";
  // Both marks in a column: one of them would have to stand for thousands without any decimals. That is no evidence.
  return;
};

/**
 * The style of each column, and the file's. A column whose cells decide is read as they say; the others as most of those,
 * and where no column decides, as the delimiter suggests: a file that is cut at semicolons uses commas for decimals.
 */
export const decideStyles = (
  columns: readonly StyleEvidence[],
  delimiter: string | undefined,
): { readonly decimal: "." | ","; readonly columns: readonly ColumnStyle[] } => {
  const owned = columns.map(own);
  const points = owned.filter((mark) => mark === ".").length;
  const commas = owned.filter((mark) => mark === ",").length;
  const decided = points !== commas;
  const bare = columns.some(({ counts }) => counts[CellKind.eitherComma]! > 0);
  const decimal = decided ? (points > commas ? "." : ",") : bare && delimiter === ";" ? "," : ".";
  const styles = columns.map(({ name, counts }, i): ColumnStyle => {
    const mark = owned[i] ?? decimal;
    const [point, comma] = [counts[CellKind.point]!, counts[CellKind.comma]!];
    const eitherComma = counts[CellKind.eitherComma]!;
    const eitherPoint = counts[CellKind.eitherPoint]!;
    if (point > 0 && comma > 0 && owned[i] !== undefined)
      return {
        decimal: mark,
        remark: `Column ${quoted(name)}: ${mark === "," ? point : comma} of ${point + comma} numbers have a decimal ${mark === "," ? "point" : "comma"}, the others a decimal ${mark === "," ? "comma" : "point"}. Each was read as it is written.`,
      };
    if (owned[i] !== undefined || (eitherComma === 0 && eitherPoint === 0)) return { decimal: mark };
    // Three decimals behind a point are common, and need no word where the file writes points.
    if (eitherComma === 0 && mark === "." && (decided || delimiter !== ";")) return { decimal: mark };
    const example = eitherComma > 0 ? "1,234" : "1.234";
    const asDecimals = (mark === ",") === eitherComma > 0;
    const reason = decided ? "as other columns of the file are written" : "by default";
    return {
      decimal: mark,
      remark: `Column ${quoted(name)}: numbers such as ${example} were read ${reason} as ${asDecimals ? "1 and 234 thousandths" : "one thousand two hundred thirty-four"}. If that is wrong, set the option decimal to "${mark === "," ? "." : ","}".`,
    };
  });
  return { decimal, columns: styles };
};
