/** A rule that one column determines another, from its text and the training rows. */
import { ArgumentError } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import type { NdArray } from "@scorefield/tensor";
import type { TableColumn } from "../table-column.ts";
import type { LinkRule } from "./rule.ts";
import { ruleError, ruleTokens } from "./rule-tokens.ts";

const word = /\s+determines\s+/;

/** Is it the text of a link, such as `city determines country`? */
export const isLinkText = (text: string): boolean => word.test(text);

/**
 * The rule of a text such as `city determines country`, with the pairs of cells that the rows have.
 * @param rows [n, columns], the training rows
 * @throws ArgumentError naming the place in the text for what are no two columns; DataError naming the row where a cell of the
 *   first column has another cell of the second than before
 */
export const linkRule = (text: string, rows: NdArray, columns: readonly TableColumn[]): LinkRule => {
  const names = columns.map(({ name }) => name);
  const [, left = "", between = "", right = ""] = /^(.*?)(\s+determines\s+)(.*)$/s.exec(text) ?? [];
  const columnIn = (part: string, from: number): string => {
    const tokens = ruleTokens(text.slice(0, from + part.length), names, from);
    const [first, second] = tokens;
    if (first?.kind !== "column") throw ruleError(text, from, `expected a column, found ${first?.text}`);
    if (second?.kind !== "end") throw ruleError(text, second?.at ?? from, `expected one column, found ${second?.text}`);
    return first.name;
  };
  const from = columnIn(left, 0);
  const to = columnIn(right, left.length + between.length);
  if (from === to) throw new ArgumentError(`rule ${JSON.stringify(text)}: expected two columns, found ${from} twice`);
  const [a, b] = [names.indexOf(from), names.indexOf(to)];
  const [n = 0, d = 0] = rows.shape;
  const map = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const [cell, target] = [Number(rows.data[i * d + a]), Number(rows.data[i * d + b])];
    if (Number.isNaN(cell) || Number.isNaN(target)) continue;
    const known = map.get(cell);
    if (known !== undefined && known !== target) {
      const shown = (j: number, value: number): string => columns[j]!.levels?.[value] ?? `${value}`;
      throw new DataError({
        row: i + 1,
        column: to,
        expected: `${shown(b, known)}, as in an earlier row where ${from} is ${shown(a, cell)}`,
        found: shown(b, target),
        fix: `Leave out the rule ${JSON.stringify(text)}`,
      });
    }
    map.set(cell, target);
  }
  return { kind: "determines", from, to, map: [...map].sort((x, y) => x[0] - y[0]), text: text.trim() };
};
