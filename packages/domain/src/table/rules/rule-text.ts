/** Rules as a person writes them, so that `parseRule` reads them back. */

/** A name of a column, in quotes unless it is one plain word. */
export const nameText = (name: string): string =>
  /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && name !== "within" ? name : `"${name.replaceAll('"', '""')}"`;

/** A sum without its sign in front, the first term with one where it is negative. */
export const sumText = (terms: readonly (readonly [name: string, coefficient: number])[], constant = 0): string => {
  const parts = terms.map(([name, by]) => {
    const size = Math.abs(by);
    return [by < 0, size === 1 ? nameText(name) : `${size}*${nameText(name)}`] as const;
  });
  if (constant !== 0 || parts.length === 0) parts.push([constant < 0, `${Math.abs(constant)}`]);
  return parts
    .map(([minus, text], k) => (k === 0 ? `${minus ? "-" : ""}${text}` : ` ${minus ? "-" : "+"} ${text}`))
    .join("");
};
