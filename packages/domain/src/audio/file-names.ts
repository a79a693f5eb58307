/** What names of files tell: a pattern of fields in braces and texts between them. */
import { DataError } from "@scorefield/data";

/** Texts and fields in turn: the first and the last are texts, which may be empty. */
interface Pattern {
  readonly texts: readonly string[];
  readonly fields: readonly string[];
}

const refuse = (pattern: string, found: string): never => {
  throw new DataError({
    expected: "a pattern of fields in braces with text between them, such as {label}_{speaker}_{take}",
    found: `${JSON.stringify(pattern)}: ${found}`,
    fix: "Correct data.pattern (--pattern)",
  });
};

/** The texts and fields of a pattern. @throws DataError for two fields without text between them, or braces that do not match */
export const parsePattern = (pattern: string): Pattern => {
  const [first = "", ...rest] = pattern.split("{");
  const texts = [first];
  const fields: string[] = [];
  for (const piece of rest) {
    const end = piece.indexOf("}");
    if (end < 1) refuse(pattern, "a brace without its field");
    fields.push(piece.slice(0, end).trim());
    texts.push(piece.slice(end + 1));
  }
  if (texts.some((text) => text.includes("}"))) refuse(pattern, "a brace that closes none");
  if (fields.length === 0) refuse(pattern, "no field");
  if (new Set(fields).size < fields.length) refuse(pattern, "a field twice");
  if (texts.slice(1, -1).includes("")) refuse(pattern, "two fields without text between them");
  return { texts, fields };
};

/**
 * The fields of a name. Each ends where the text after it begins for the first time.
 * @returns undefined for a name that is not of the pattern
 */
export const fieldsOfName = ({ texts, fields }: Pattern, name: string): Record<string, string> | undefined => {
  if (!name.startsWith(texts[0]!)) return undefined;
  let at = texts[0]!.length;
  const found: Record<string, string> = {};
  for (const [i, field] of fields.entries()) {
    const text = texts[i + 1]!;
    const last = i === fields.length - 1;
    const end = last ? name.length - text.length : name.indexOf(text, at);
    if (end <= at || !name.startsWith(text, end)) return undefined;
    found[field] = name.slice(at, end);
    at = end + text.length;
  }
  return found;
};
