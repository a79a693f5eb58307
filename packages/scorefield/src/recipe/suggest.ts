/** What to propose in place of a word that is not known. */
import { nearestWord } from "@scorefield/tensor/internal";

/** A sentence's end that proposes the nearest known word, or lists those there are. */
export const suggest = (word: string, known: readonly string[]): string => {
  const near = nearestWord(word, known);
  return near !== undefined ? `did you mean ${near}?` : `known are ${known.join(", ")}`;
};
