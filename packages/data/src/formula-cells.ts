/**
 * Text in files that a spreadsheet may open. A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a
 * formula. A formula can start programs or send data away. A tab or line end before it does not help (OWASP, "CSV
 * Injection"). An apostrophe in front makes the cell text, as it does when typed into the spreadsheet.
 */

const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** A text that no spreadsheet runs; {@link withoutGuard} gives back the text itself. Others pass unchanged. */
export const guardFormula = (text: string): string => (formula.test(text) ? `'${text}` : text);

/** The text that {@link guardFormula} was given. */
export const withoutGuard = (text: string): string =>
  text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
