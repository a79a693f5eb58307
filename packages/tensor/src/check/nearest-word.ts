/** What was meant by a misspelt word. */

/** How many letters were added, left out, mistaken or exchanged with their neighbour (Damerau 1964). */
const editDistance = (a: string, b: string): number => {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const [row, above, before] = [[i], rows[i - 1]!, rows[i - 2]];
    for (let j = 1; j <= b.length; j++) {
      const mistaken = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged = before && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, mistaken, exchanged));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
};

// A recipe or a command line may hold a word of any length, and the distance takes the product of two lengths.
const longestWord = 64;

/**
 * The known word nearest to a misspelt word: at most a third of its letters, or one, differ, and not all of them.
 * Undefined if no word is near.
 */
export const nearestWord = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > longestWord) return undefined;
  const scored = known.map((name) => [editDistance(word.toLowerCase(), name.toLowerCase()), name] as const);
  const best = scored.sort((a, b) => a[0] - b[0])[0];
  if (!best) return undefined;
  const [distance, name] = best;
  const near = distance <= Math.max(1, Math.floor(word.length / 3)) && distance < Math.max(word.length, name.length);
  return near ? name : undefined;
};

/** The end of an error's sentence that proposes the known word nearest to a misspelt word. Empty if no word is near. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const near = nearestWord(word, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
};
