/** JSON from files that others wrote. */

/** No recipe or record nests this deep, and code that walks one so deep does not overflow the stack. */
const deepest = 100;

/** What `JSON.parse` gives. @throws SyntaxError as it does; RangeError for lists and objects nested more than 100 deep */
export const parseJson = (text: string): unknown => {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted && letter === "\\") i++;
    else if (letter === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (letter === "[" || letter === "{") depth++;
    else if (letter === "]" || letter === "}") depth--;
    if (depth > deepest) throw new RangeError(`lists and objects nested more than ${deepest} deep`);
  }
  return JSON.parse(text);
};
