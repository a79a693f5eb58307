/** Words for cells without a value. */

/** Missing in every column, in capitals or not. */
const always = new Set(["", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "null", "(null)", "\\n", "?"]);

/**
 * Missing where every other cell of the column starts with a digit, a sign or a currency: a number or a date. In a column of
 * words they are words: the band on an arm may be called `none`.
 */
const amongNumbers = new Set([
  "-",
  "--",
  "—",
  "–",
  ".",
  "..",
  "...",
  "none",
  "nil",
  "missing",
  "#value!",
  "#div/0!",
  "#ref!",
  "#name?",
  "#num!",
  "#null!",
]);

const longest = 8;

/** Whether a trimmed text is missing in any column, or only among numbers; undefined where it is in none. */
export const missingWord = (text: string, own?: ReadonlySet<string>): "always" | "among numbers" | undefined => {
  if (text.length > longest && !own) return;
  const word = text.toLowerCase();
  if (always.has(word) || own?.has(word)) return "always";
  return amongNumbers.has(word) ? "among numbers" : undefined;
};

const numberLike = /^[+\-−]?\s?\p{Sc}?\s?[.,]?\d/u;

/** Whether a text starts as numbers and dates do. */
export const startsWithDigit = (text: string): boolean => numberLike.test(text);
