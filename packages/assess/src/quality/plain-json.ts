/** Results as JSON holds them, so that what is read back equals what was written. */

/**
 * A value as plain JSON: typed arrays become lists, numbers that are not finite null, and what is undefined is left out.
 */
export const plainJson = (value: unknown): unknown => {
  if (typeof value === "number") return Number.isFinite(value) ? (Object.is(value, -0) ? 0 : value) : null;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>, plainJson);
  if (Array.isArray(value)) return value.map((item) => plainJson(item) ?? null);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([name, item]) => [name, plainJson(item)]));
};

/** What {@link plainJson} makes of a result: every number may be null. */
export type Json<T> = T extends number
  ? T | null
  : T extends readonly unknown[]
    ? { readonly [K in keyof T]: Json<T[K]> }
    : T extends object
      ? { readonly [K in keyof T]: Json<T[K]> }
      : T;

/** The result again with NaN for numbers that are null, for those who draw it. */
export const fromJson = <T>(json: Json<T>): T => {
  const revive = (value: unknown): unknown => {
    if (value === null) return Number.NaN;
    if (Array.isArray(value)) return value.map(revive);
    if (typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, revive(item)]));
  };
  return revive(json) as T;
};
