/** Names of files and folders that all systems take, made of any text. */

import { createHash } from "node:crypto";

// Devices of Windows, with any ending.
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;
const mostBytes = 100;

const encoder = new TextEncoder();

/** The longest beginning of whole characters within a number of bytes of UTF-8. */
const cut = (text: string, bytes: number): string => {
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += encoder.encode(character).length;
    if (used > bytes) break;
    kept += character;
  }
  return kept;
};

/**
 * A text as the name of one file or folder: never empty, hidden, a path, reserved on any system, or longer than 100 bytes.
 * Texts that are such names already stay as they are, up to Unicode's normal form; others may come to the same name.
 */
export const safeName = (text: string): string => {
  const plain = text
    .normalize()
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu, "-")
    // What begins with a dot is hidden. Windows removes dots and spaces at the end.
    .replace(/^[.\s]+/, "_");
  let name = cut(reserved.test(plain) ? `_${plain}` : plain, mostBytes);
  while (/[.\s]$/.test(name)) name = name.slice(0, -1);
  return name || "_";
};

/** A safe name that no other text has: its end tells those apart that are not their own. */
export const distinctName = (text: string): string => {
  const name = safeName(text);
  return name === text ? name : `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
};

/**
 * A safe name for each of several texts: another one for each, also where upper and lower case are the same. Of texts that
 * come to the same name, later ones get -2, -3, ...
 */
export const safeNames = (texts: Iterable<string>): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const text of texts) {
    if (names.has(text)) continue;
    const name = safeName(text);
    let chosen = name;
    for (let i = 2; used.has(chosen.toLowerCase()); i++) chosen = `${name}-${i}`;
    used.add(chosen.toLowerCase());
    names.set(text, chosen);
  }
  return names;
};
