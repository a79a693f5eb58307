/** A value as an error shows it. */

const longest = 60;

/** A short text of any value: never throws, and never long. */
export const showValue = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) {
    const text = typeof value === "string" ? JSON.stringify(value.slice(0, longest + 1)) : String(value);
    return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
  }
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  const { shape, recipe } = value as { shape?: unknown; recipe?: unknown };
  if ("data" in value && Array.isArray(shape)) return `an array [${shape}]`;
  try {
    // A made thing is best known by its recipe. Only the start of a long list is written out.
    const shown = Array.isArray(value) ? value.slice(0, longest) : (recipe ?? value);
    const text = JSON.stringify(shown) ?? String(value);
    return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
  } catch {
    return "an object";
  }
};
