/** Identities: the SHA-256 of what something is. */
import { createHash } from "node:crypto";

/** JSON with the keys of every object in order, so that equal values have equal text. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, canonical(one)]),
  );
};

/** The SHA-256 of bytes or a text, in hexadecimal. */
export const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

/** The SHA-256 of a JSON value. The order of keys does not matter. */
export const identityOf = (value: unknown): string => sha256(JSON.stringify(canonical(value)));
