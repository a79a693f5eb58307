/** The character between the fields of a text file, found by its first lines. */

const candidates = ["\t", ";", "|", ","] as const;
const mostLines = 20;
const numeric = /^\s*[+-]?(\d+([.,]\d+)?|[.,]\d+)(e[+-]?\d+)?\s*$/i;

/** Excel's own first line, `sep=;`, which is no record. */
export const delimiterLine = /^sep=(.)\r?\n/i;

/**
 * The delimiter that cuts each of the first lines into equally many fields; of several, the one that leaves most fields
 * numbers, then the one with most fields. Where none does, whichever the first line has most of.
 */
export const findDelimiter = (text: string): string => {
  // What stands in quotes is part of a field.
  const lines = text.replace(/"[^"]*"/g, "").split(/\r\n|\n|\r/, mostLines + 1);
  // The last line may be cut off.
  if (lines.length > 2) lines.pop();
  const records = lines.filter((line) => line.trim() !== "");
  const scored = candidates.flatMap((delimiter) => {
    const fields = records.map((line) => line.split(delimiter));
    const width = fields[0]?.length ?? 1;
    if (width < 2 || fields.some((cells) => cells.length !== width)) return [];
    const cells = fields.flat();
    return [{ delimiter, share: cells.filter((cell) => numeric.test(cell)).length / cells.length, width }];
  });
  if (scored.length > 0)
    return scored.reduce((best, next) =>
      next.share > best.share || (next.share === best.share && next.width > best.width) ? next : best,
    ).delimiter;
  const [line = ""] = records;
  // One column of numbers with decimal commas, under its name.
  if (
    records.length > 1 &&
    candidates.every((delimiter) => !line.includes(delimiter)) &&
    records.slice(1).every((cell) => numeric.test(cell))
  )
    return ";";
  const counts = [",", "\t", ";", "|"].map((delimiter) => [line.split(delimiter).length, delimiter] as const);
  return counts.reduce((most, next) => (next[0] > most[0] ? next : most))[1];
};
